"""Jobs that are judged anew are as if they had been judged that way from the start."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.conditions.standing import Standing
from exporter.exposition import Exposition
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.fleet.evaluation import EVALUATED_AT_ONCE
from exporter.model import BACKUP
from exporter.model.live import STALL_AFTER, LiveStatus, Progress
from exporter.schedule.expressions import Auto, Every, Off
from exporter.schedule.policy import Override, SchedulePolicy
from exporter.store import Change
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.strategies.state import (
    START,
    change_of,
    job_named,
    server_named,
    stored_run,
)

NAMES = ("Photos", "Documents", "Mail")
MANY = 120
NOW: Millis = START

durations = st.sampled_from([MINUTE, HOUR, 7 * HOUR, DAY, 3 * DAY])
overrides = st.builds(
    Override,
    backup=st.sampled_from([*NAMES, "*", "P*", "nobody"]),
    plan=st.none() | st.builds(Every, durations) | st.just(Off()),
    tolerance=st.none() | durations,
    expected_interval=st.none() | durations,
)
policies = st.builds(
    SchedulePolicy, durations, durations, st.lists(overrides, max_size=3).map(tuple)
)


def fleet_of(
    policy: SchedulePolicy, stall_after: Millis, ages: Sequence[Millis], running: Millis
) -> Fleet:
    """Return a fleet whose jobs last ran so long before now, the first one running again."""
    fleet = Fleet(policy, NOW - 30 * DAY, stall_after)
    for number, age in enumerate(ages, 1):
        name = f"{NAMES[number % len(NAMES)]}{number}"
        runs = [stored_run(NOW - age - DAY), stored_run(NOW - age)]
        fleet.apply(change_of(server_named("nas"), job_named(name, runs, number)))
    began = NOW - running
    status = LiveStatus(BACKUP, began, began, ended=False, failed=False, progress=Progress())
    fleet.apply_live_report(1, status, began)
    return fleet


def judged(fleet: Fleet, policy: SchedulePolicy, stall_after: Millis) -> Fleet:
    for _ in fleet.judge_by(policy, stall_after):
        pass
    return fleet


def exposition(fleet: Fleet) -> Exposition:
    return Exposition(fleet, lambda: NOW, SelfMetrics("1", lambda: 0))


@given(
    policies,
    policies,
    st.lists(durations, min_size=1, max_size=5),
    st.sampled_from([MINUTE, HOUR]),
    durations,
)
def test_they_are_as_in_a_fleet_that_always_had_this_policy(
    before: SchedulePolicy,
    after: SchedulePolicy,
    ages: list[Millis],
    running: Millis,
    stall_after: Millis,
) -> None:
    fleet = fleet_of(before, STALL_AFTER, ages, running)
    standing, shown = Standing(fleet), exposition(fleet)
    standing.summary(NOW)
    shown.text()
    expected = fleet_of(after, stall_after, ages, running)
    judged(fleet, after, stall_after)
    assert fleet.jobs() == expected.jobs()
    for now in (NOW, NOW + HOUR, NOW + 9 * DAY):
        assert fleet.totals(now) == expected.totals(now)
        assert fleet.overdue(now) == expected.overdue(now)
    assert standing.summary(NOW) == Standing(expected).summary(NOW)
    assert b"".join(shown.text().fleet) == b"".join(exposition(expected).text().fleet)


def test_a_machine_id_that_becomes_known_names_the_jobs_that_are_known_already() -> None:
    policy = SchedulePolicy(expected={("m-1", "Photos"): Every(2 * HOUR)})
    fleet, nas = Fleet(policy, NOW - 30 * DAY), server_named("nas")
    unnamed = replace(nas, machine_id=None)
    fleet.apply(change_of(unnamed, job_named("Photos", [stored_run(NOW)], 1)))
    fleet.apply(change_of(replace(nas, machine_id="m-1"), job_named("Mail", [stored_run(NOW)], 2)))
    assert [each.schedule.plan for each in fleet.jobs()] == [Every(2 * HOUR), Auto()]


def test_a_machine_id_of_a_merged_server_names_the_jobs_too() -> None:
    policy = SchedulePolicy(expected={("m-2", "Photos"): Every(2 * HOUR)})
    fleet, nas = Fleet(policy, NOW - 30 * DAY), server_named("nas")
    fleet.apply(change_of(replace(nas, machine_id="m-1"), job_named("Photos", [stored_run(NOW)])))
    fleet.apply(Change(machine_ids=(("m-2", nas.id),)))
    assert [each.schedule.plan for each in fleet.jobs()] == [Every(2 * HOUR)]
    anew = Fleet(policy, NOW - 30 * DAY)
    anew.replace_all(Change((nas,), (fleet.jobs()[0].job,), (("m-1", nas.id), ("m-2", nas.id))))
    assert [each.schedule.plan for each in anew.jobs()] == [Every(2 * HOUR)]


def test_others_have_the_lock_between_some_jobs_and_the_next() -> None:
    fleet = fleet_of(SchedulePolicy(), STALL_AFTER, [HOUR] * MANY, MINUTE)
    steps = 0
    for _ in fleet.judge_by(SchedulePolicy(tolerance=DAY), STALL_AFTER):
        steps += 1
        fleet.apply(change_of(server_named("nas"), job_named("Photos", [], MANY + steps)))
    assert steps == MANY // EVALUATED_AT_ONCE
    assert {each.schedule.tolerance for each in fleet.jobs()} == {DAY}


def test_a_report_meanwhile_is_judged_by_the_new_policy() -> None:
    fleet = fleet_of(SchedulePolicy(), STALL_AFTER, [HOUR] * MANY, MINUTE)
    judging = fleet.judge_by(SchedulePolicy(tolerance=DAY), STALL_AFTER)
    next(judging)
    runs = [stored_run(NOW - HOUR), stored_run(NOW)]
    fleet.apply(change_of(server_named("nas"), job_named("Photos", runs, MANY)))
    view = fleet.job(MANY)
    assert view is not None
    assert view.schedule.tolerance == DAY
