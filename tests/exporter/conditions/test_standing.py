"""What is kept from one question to the next is what looking at all jobs would find."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from exporter.conditions import standing
from exporter.conditions.counts import StatusSummary
from exporter.conditions.evaluate import Held, conditions, evaluate_all
from exporter.conditions.ranking import worst_in_trouble
from exporter.conditions.standing import Standing
from exporter.fleet import Fleet, evaluation
from exporter.fleet.views import JobView
from exporter.fleet.volumes import Volume, Volumes
from exporter.jobs.job import Job
from exporter.model import JobSettings, StoredRun
from exporter.model.conditions import Condition
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.exporter.conditions.views import ERROR, LAST, NOW, daily, fleet_of
from tests.support.daemon import CREATED
from tests.support.strategies.state import (
    START,
    activities,
    activity_of,
    change_of,
    fold,
    histories,
    server_named,
)

MOST = 2
JOBS = st.integers(1, 4)
SERVERS = st.integers(1, 2)
TIMES = st.integers(START - DAY, START + 60 * DAY)
STEPS = st.sampled_from((0, 1, MINUTE, HOUR, DAY, 30 * DAY, -1, -HOUR, -10 * DAY))
SETTINGS = st.builds(
    JobSettings,
    schedule=st.sampled_from((None, "off", "every 6h")),
    paused=st.booleans(),
    muted=st.none() | TIMES,
)
BROKEN = "a job whose evaluation fails"


def assert_kept(fleet: Fleet, kept: Standing, now: Millis) -> None:
    """What is kept is what holds for all jobs of the fleet."""
    snapshot = fleet.snapshot(now)
    jobs = evaluate_all(snapshot.jobs, now)
    summary = StatusSummary.counting(jobs, len(snapshot.errored))
    assert kept.summary(now) == summary
    assert kept.worst(now, MOST) == (summary, worst_in_trouble(jobs, MOST))
    assert kept.evaluated(snapshot.jobs, now) == jobs


def assert_sums(fleet: Fleet, volumes: Volumes, now: Millis) -> None:
    """What is kept of sizes is what adding up all jobs of the fleet gives."""
    states = [view.job.state for view in fleet.snapshot(now).jobs]
    added = [Volume.from_state(state) for state in states]
    starts = [state.last.started for state in states if state.last is not None]
    sums = Volume(*map(sum, zip(*added, strict=True))) if added else Volume()
    assert volumes.current() == (sums, max(starts, default=None))


class Histories(RuleBasedStateMachine):
    """Reports, changes by people and the clock, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.fleet = Fleet(SchedulePolicy(), CREATED)
        self.now = START + 5 * DAY
        self.servers = {each: server_named(f"nas {each}", each) for each in (1, 2)}
        self.jobs: dict[int, Job] = {}
        self.fleet.apply(Change(servers=tuple(self.servers.values())))
        self.kept = Standing(self.fleet)
        self.volumes = Volumes(self.fleet)

    @rule(job_id=JOBS, server_id=SERVERS, runs=histories(most=6), chosen=SETTINGS)
    def report(
        self, job_id: int, server_id: int, runs: list[StoredRun], chosen: JobSettings
    ) -> None:
        self._put(Job.of(job_id, server_id, f"job {job_id}", fold(runs), chosen))

    @rule(job_id=JOBS, chosen=SETTINGS)
    def set_job(self, job_id: int, chosen: JobSettings) -> None:
        if job_id in self.jobs:
            self._put(replace(self.jobs[job_id], settings=chosen))

    @rule(server_id=SERVERS, muted=st.none() | TIMES)
    def mute_server(self, server_id: int, muted: Millis | None) -> None:
        self.servers[server_id] = replace(self.servers[server_id], muted=muted)
        self.fleet.apply(Change(servers=(self.servers[server_id],)))

    @rule(job_id=JOBS)
    def delete(self, job_id: int) -> None:
        if self.jobs.pop(job_id, None) is not None:
            self.fleet.apply(Change(removed_jobs=(job_id,)))

    @rule(job_id=JOBS, data=st.data())
    def hear(self, job_id: int, data: st.DataObject) -> None:
        self.fleet.apply_live_report(job_id, data.draw(activities(self.now)), self.now)

    @rule(by=STEPS)
    def correct_live_times(self, by: Millis) -> None:
        self.fleet.shift_live(by, self.now)

    @rule(at=TIMES)
    def listen_since(self, at: Millis) -> None:
        self.fleet.listen_since(at)

    @rule()
    def replace_all(self) -> None:
        """Another database is in the place of ours: the first job is not in it."""
        self.jobs.pop(1, None)
        self.fleet.replace_all(Change(tuple(self.servers.values()), tuple(self.jobs.values())))

    @rule(step=STEPS)
    def pass_time(self, step: Millis) -> None:
        self.now += step

    @invariant()
    def is_kept(self) -> None:
        assert_kept(self.fleet, self.kept, self.now)
        assert_sums(self.fleet, self.volumes, self.now)

    def _put(self, job: Job) -> None:
        self.jobs[job.id] = job
        self.fleet.apply(Change(jobs=(job,)))


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=60, stateful_step_count=25)


def test_a_job_that_cannot_be_evaluated_is_counted_until_it_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fleet = fleet_of(daily())
    kept = Standing(fleet)
    assert kept.summary(NOW).errored == 0
    with monkeypatch.context() as broken:
        broken.setattr(evaluation, "evaluate", _raise)
        apply_again(fleet)
        assert_kept(fleet, kept, NOW)
        assert (kept.summary(NOW).jobs, kept.summary(NOW).errored) == (0, 1)
    apply_again(fleet)
    assert_kept(fleet, kept, NOW)
    assert (kept.summary(NOW).jobs, kept.summary(NOW).errored) == (1, 0)


def apply_again(fleet: Fleet) -> None:
    place = fleet.place(1)
    assert place is not None
    fleet.apply(change_of(*place))


def _raise(*_: object) -> None:
    raise RuntimeError(BROKEN)


def test_nothing_is_forgotten_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = fleet_of(daily(last=ERROR))
    kept = Standing(fleet)
    with monkeypatch.context() as broken:
        broken.setattr(standing, "conditions", _raise)
        with pytest.raises(RuntimeError):
            kept.summary(NOW)
    assert_kept(fleet, kept, NOW)
    assert kept.summary(NOW).count(Condition.FAILING) == 1


def test_only_what_changed_and_what_is_due_is_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = fleet_of(daily())
    for job_id in range(2, 6):
        fleet.apply(change_of(server_named("nas"), replace(job_of(fleet), id=job_id)))
    kept = Standing(fleet)
    kept.summary(NOW)
    looked = counted(monkeypatch)
    kept.summary(NOW + 1)
    assert looked == []
    fleet.apply_live_report(3, activity_of(NOW, NOW), NOW)
    kept.summary(NOW + 2)
    assert looked == [3]
    kept.summary(LAST + 2 * DAY)
    assert sorted(looked[1:]) == [1, 2, 3, 4, 5]


def job_of(fleet: Fleet) -> Job:
    place = fleet.place(1)
    assert place is not None
    return place[1]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list to which each job is added that is evaluated from now on."""
    looked: list[int] = []

    def noting(view: JobView, now: Millis) -> Held:
        looked.append(view.job.id)
        return conditions(view, now)

    monkeypatch.setattr(standing, "conditions", noting)
    return looked


def test_a_report_that_comes_while_its_job_is_evaluated_is_not_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fleet = fleet_of(daily())
    kept = Standing(fleet)

    def reporting(view: JobView, now: Millis) -> Held:
        monkeypatch.undo()
        state = fold(daily(last=ERROR))
        fleet.apply(change_of(view.server, view.job.with_state(state)))
        return conditions(view, now)

    monkeypatch.setattr(standing, "conditions", reporting)
    assert kept.summary(NOW).count(Condition.FAILING) == 0
    assert_kept(fleet, kept, NOW)
    assert kept.summary(NOW).count(Condition.FAILING) == 1
