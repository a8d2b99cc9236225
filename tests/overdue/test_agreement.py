"""The page, the badge, the summary, the metrics and the alerts say the same of any fleet.

What the alerts of a job ask for is written out here in terms of its samples, whole milliseconds in
the place of seconds; tests of the conditions compare its limits with those of the rules.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from exporter.conditions.badge import Tone, badge_of_all
from exporter.conditions.counts import StatusSummary
from exporter.conditions.evaluate import conditions
from exporter.conditions.sentence import sentence
from exporter.conditions.since import since
from exporter.exposition import Exposition
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.jobs.job import Job
from exporter.model import JobSettings, StoredRun
from exporter.model.conditions import Condition
from exporter.model.live import LiveStatus
from exporter.schedule.policy import SchedulePolicy
from exporter.times import DAY, MINUTE, SECOND, Millis
from tests.support.daemon import CREATED, Clock
from tests.support.strategies.state import (
    START,
    activities,
    change_of,
    fold,
    histories,
    server_named,
)

MIDDLE = START + 10 * DAY
END = START + 40 * DAY

SETTINGS = (
    JobSettings(),
    JobSettings(paused=True),
    JobSettings(muted=MIDDLE),
    JobSettings(schedule="off"),
    JobSettings(schedule="every 6h", tolerance=MINUTE),
    JobSettings(schedule="cron 0 3 * * 1-5 UTC"),
)

EXCUSED = {Condition.MUTED, Condition.PAUSED}
"""Alerts fire for these too: Prometheus has silences of its own."""

ALERTED = {each for each in Condition if each.is_trouble} - {Condition.UNNAMED} | {
    Condition.UNUSUAL
}
"""What alerts ask for; these jobs have names."""

Samples = Mapping[str, int]
"""What is exposed of one job by the names of its families, without their beginning."""


class Life(NamedTuple):
    """The history of a job: its runs, what a person set, and its last live report."""

    runs: list[StoredRun]
    settings: JobSettings
    activity: LiveStatus | None


_LIVES = st.builds(
    Life, histories(most=12), st.sampled_from(SETTINGS), st.none() | activities(MIDDLE)
)


def fleet_of(lives: list[Life]) -> Fleet:
    fleet = Fleet(SchedulePolicy(), CREATED)
    for number, life in enumerate(lives, 1):
        job = Job.of(number, 1, f"job {number}", fold(life.runs), life.settings)
        fleet.apply(change_of(server_named("nas"), job))
        if life.activity is not None:
            fleet.apply_live_report(number, life.activity, MIDDLE)
    return fleet


def turning(fleet: Fleet) -> list[Millis]:
    """Return the times around which a condition of a job of a fleet may begin."""
    expected = [view.expectation.deadline for view in fleet.jobs() if view.expectation]
    silent = [view.running.stalled_from for view in fleet.jobs() if view.running]
    old = [view.health.copies_old_from for view in fleet.jobs()]
    near = [view.health.filling_from for view in fleet.jobs()]
    some = [each for each in (*old, *near) if each is not None]
    missing = [run.unreported_from for view in fleet.jobs() for run in view.awaited]
    return [START, MIDDLE, END, *expected, *silent, *some, *missing]


class Exposed(NamedTuple):
    """The samples of a fleet by name, and those of each job by its name."""

    fleet: dict[str, int]
    jobs: dict[str, dict[str, int]]


def exposed(exposition: Exposition) -> Exposed:
    found = Exposed({}, defaultdict(dict))
    text = b"".join(exposition.text().fleet).decode()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            name = sample.name.removeprefix("duplistatus_")
            value = sample.value * (SECOND if name.endswith("_seconds") else 1)
            if "backup" in sample.labels:
                name = name.removeprefix("backup_") + sample.labels.get("destination", "")
                found.jobs[sample.labels["backup"]][name] = round(value)
            elif name != "backup_success_rate":
                found.fleet[name] = round(value)
    return found


def alerted(job: Samples, now: Millis) -> set[Condition]:
    """Return what the alerts on a job say of it at a time."""
    shrunk_by = job.get("typical_source_bytes", 0) - job.get("source_bytes", 0)
    asked = {
        Condition.OVERDUE: job["overdue"] == 1,
        Condition.FAILING: job["consecutive_failures"] > 0,
        Condition.DAMAGED: job.get("last_verification_status_code", 0) > 1,
        Condition.STALLED: job.get("stalled", 0) == 1,
        Condition.UNREPORTED: "unreported_timestamp_seconds" in job,
        Condition.GONE: "gone_timestamp_seconds" in job,
        Condition.STALE: too_old(job, now),
        Condition.INTERRUPTED: job["interrupted_runs"] > 0,
        Condition.SECOND_COPY: job.get("second_copy_missed", 0) > 1 or copy_too_old(job, now),
        Condition.FILLING: filling(job, now),
        Condition.UNUSUAL: changed_much(job) or took_long(job),
        Condition.SHRINKING: (
            "source_bytes" in job
            and job["source_bytes"] < 0.7 * job.get("typical_source_bytes", 0)
            and shrunk_by > 1_000_000
        ),
    }
    return {each for each, holds in asked.items() if holds}


def filling(job: Samples, now: Millis) -> bool:
    """Tell whether a destination is full soon, or hardly any of it is free."""
    full, free = job.get("destination_full_timestamp_seconds"), job.get("quota_free_bytes")
    total = job.get("quota_total_bytes")
    nearly = free is not None and total is not None and free / total <= 0.05
    return nearly or (full is not None and full - now < 14 * DAY)


def changed_much(job: Samples) -> bool:
    """Tell whether the last run changed far more files than is usual."""
    changes = [job.get(f"last_{kind}_files", 0) for kind in ("added", "modified", "deleted")]
    usual, files = job.get("typical_changed_files"), job.get("source_files")
    if usual is None or sum(changes) <= 5 * usual:
        return False
    of_few = files is not None and sum(changes) > 50 and sum(changes) > 0.5 * files
    return sum(changes) > 1000 or of_few


def took_long(job: Samples) -> bool:
    """Tell whether the last run took far longer than is usual."""
    took, usual = job.get("last_duration_seconds"), job.get("typical_duration_seconds")
    if took is None or usual is None:
        return False
    return took > 3 * usual and took - usual > 30 * MINUTE


def too_old(job: Samples, now: Millis) -> bool:
    """Tell whether the last success is too old, or the first run where there was none."""
    first, interval = job.get("first_start_timestamp_seconds"), job.get("expected_interval_seconds")
    good = job.get("last_success_timestamp_seconds", first)
    if good is None or interval is None:
        return False
    return now - good > 2 * interval + DAY and not is_let_be(job, now)


def copy_too_old(job: Samples, now: Millis) -> bool:
    """Tell whether a second copy is too old, by the pauses between those before it."""
    prefix = "second_copy_usual_pause_seconds"
    pauses = {name.removeprefix(prefix): job[name] for name in job if name.startswith(prefix)}
    return any(
        now - job[f"second_copy_timestamp_seconds{to}"] > 2 * pause + DAY
        for to, pause in pauses.items()
    ) and not is_let_be(job, now)


def is_let_be(job: Samples, now: Millis) -> bool:
    """Tell whether a job is paused: its deadline has passed and still it is not overdue."""
    passed = job.get("deadline_timestamp_seconds", now) < now
    return job["overdue"] == 0 and passed and "running" not in job


@given(st.lists(_LIVES, max_size=3), st.data())
def test_all_answers_at_one_time_agree(lives: list[Life], data: st.DataObject) -> None:
    fleet, clock = fleet_of(lives), Clock(START)
    exposition = Exposition(fleet, clock, SelfMetrics("1.2.3", lambda: 0))
    near = st.tuples(st.sampled_from(turning(fleet)), st.sampled_from((-SECOND, -1, 0, 1, SECOND)))
    for timestamp, distance in data.draw(st.lists(near, min_size=1, max_size=3)):
        clock.now = timestamp + distance
        assert_agreement(fleet, exposed(exposition), clock.now)


def assert_one_deadline(fleet: Fleet, samples: Exposed, now: Millis) -> None:
    """The time from which a job is overdue is the same in all answers."""
    late = [view for view in fleet.jobs() if view.overdue(now)]
    in_order = sorted(late, key=lambda view: (view.effective_deadline, view.job.id))
    assert fleet.overdue(now) == in_order
    for view in late:
        deadline = view.effective_deadline
        assert deadline is not None
        assert deadline == since(view, view.job.state, Condition.OVERDUE)
        assert samples.jobs[view.job.name]["deadline_timestamp_seconds"] == deadline
        assert (view.late(now), view.late(deadline)) == (now - deadline, 0)


def is_trouble(held: set[Condition]) -> bool:
    return any(each.is_trouble for each in held)


def assert_agreement(fleet: Fleet, samples: Exposed, now: Millis) -> None:
    snapshot = fleet.snapshot(now)
    summary, totals = (
        StatusSummary.from_views(snapshot.jobs, now, len(snapshot.errored)),
        snapshot.totals,
    )
    overdue, failing = summary.count(Condition.OVERDUE), summary.count(Condition.FAILING)
    going_on = summary.count(Condition.RUNNING) + summary.count(Condition.STALLED)
    assert (summary.jobs, overdue, failing, going_on) == (
        totals.jobs,
        totals.overdue,
        totals.failing,
        totals.running,
    )
    assert (summary.jobs, overdue, failing, going_on) == tuple(
        samples.fleet[name]
        for name in ("backup_jobs", "overdue_backups", "failing_backups", "running_backups")
    )
    assert_one_deadline(fleet, samples, now)
    present = {view.job.name: set(conditions(view, now)) for view in snapshot.jobs}
    woken = {view.job.name: alerted(samples.jobs[view.job.name], now) for view in snapshot.jobs}
    assert {name: held & ALERTED for name, held in present.items()} == woken
    excused = {name for name, held in present.items() if held & EXCUSED}
    told = any(is_trouble(held) for name, held in woken.items() if name not in excused)
    assert (badge_of_all(summary).tone in (Tone.GOOD, Tone.NEUTRAL)) == (not told)
    assert_all_fine_is_true(summary, present)


def assert_all_fine_is_true(summary: StatusSummary, present: Mapping[str, set[Condition]]) -> None:
    """All are said to be fine only where none is in trouble, muted or not."""
    troubled = [name for name, held in present.items() if is_trouble(held)]
    assert not (troubled and sentence(summary).startswith("All "))
    assert not (troubled and badge_of_all(summary).words.startswith("all fine"))
