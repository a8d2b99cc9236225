import pytest
from msgspec.structs import replace

from exporter.conditions.evaluate import conditions
from exporter.conditions.since import since
from exporter.fleet import Fleet
from exporter.fleet.views import JobView
from exporter.jobs.job import Job
from exporter.model import (
    UNNAMED,
    Copying,
    CopyOutcome,
    Counts,
    JobSettings,
    SecondCopy,
    Status,
    StoredRun,
    Verification,
)
from exporter.model.conditions import Condition
from exporter.schedule.policy import SchedulePolicy
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.daemon import CREATED
from tests.support.strategies.state import (
    START,
    activity_of,
    change_of,
    fold,
    job_named,
    server_named,
    stored_run,
)


def fleet_of(runs: list[StoredRun]) -> Fleet:
    fleet = Fleet(SchedulePolicy(), CREATED)
    fleet.apply(change_of(server_named("nas"), job_named("Photos", runs)))
    return fleet


def view_of(fleet: Fleet) -> JobView:
    view = fleet.job(1)
    assert view is not None
    return view


def told(fleet: Fleet, now: Millis) -> dict[Condition, Millis | None]:
    """Return all that holds, and since when."""
    view = view_of(fleet)
    state = view.job.state
    return {each: since(view, state, each) for each in conditions(view, now)}


def daily(*statuses: Status) -> list[StoredRun]:
    return [stored_run(START + day * DAY, status=each) for day, each in enumerate(statuses)]


def sized(*sizes: int) -> list[StoredRun]:
    return [
        stored_run(START + day * DAY, counts=Counts(examined_bytes=size))
        for day, size in enumerate(sizes)
    ]


def test_a_job_is_overdue_since_its_deadline() -> None:
    fleet = fleet_of(daily(Status.SUCCESS))
    deadline = START + DAY + MINUTE + HOUR
    assert told(fleet, deadline + 1) == {Condition.OVERDUE: deadline}


def test_a_run_that_fell_silent_makes_its_job_overdue_only_then() -> None:
    fleet = fleet_of(daily(Status.SUCCESS))
    began = START + 2 * DAY
    fleet.apply_live_report(1, activity_of(began, began), began)
    found = told(fleet, began + HOUR)
    assert found[Condition.OVERDUE] == began + 10 * MINUTE
    assert found[Condition.STALLED] == began


def test_a_job_fails_since_the_first_failure_behind_the_last_good_run() -> None:
    runs = daily(Status.ERROR, Status.SUCCESS, Status.FATAL, Status.ERROR, Status.UNKNOWN)
    found = told(fleet_of(runs), START + 4 * DAY + HOUR)
    assert found[Condition.FAILING] == START + 2 * DAY


def test_nobody_knows_when_a_long_row_of_failures_began() -> None:
    runs = daily(Status.SUCCESS, *[Status.ERROR] * 21)
    found = told(fleet_of(runs), START + 21 * DAY + HOUR)
    assert found == {Condition.FAILING: None, Condition.STALE: START + MINUTE}


def test_runs_that_were_stopped_between_do_not_hide_since_when_a_job_fails() -> None:
    stopped = Status.INTERRUPTED
    runs = daily(Status.SUCCESS, stopped, Status.ERROR, stopped, Status.ERROR, stopped)
    found = told(fleet_of(runs), START + 5 * DAY + HOUR)
    assert found[Condition.FAILING] == START + 2 * DAY
    assert found[Condition.INTERRUPTED] == START + 5 * DAY


def test_runs_are_stopped_since_the_first_of_those_in_a_row() -> None:
    runs = daily(Status.INTERRUPTED, Status.SUCCESS, *[Status.INTERRUPTED] * 3)
    found = told(fleet_of(runs), START + 4 * DAY + HOUR)
    assert found[Condition.INTERRUPTED] == START + 2 * DAY


def test_nobody_knows_when_a_long_row_of_stopped_runs_began() -> None:
    found = told(fleet_of(daily(*[Status.INTERRUPTED] * 21)), START + 20 * DAY + HOUR)
    assert found == {Condition.STALE: START, Condition.INTERRUPTED: None}


def copied(day: int, outcome: CopyOutcome) -> StoredRun:
    """Return a run that tells what became of its second copy."""
    run = stored_run(START + day * DAY)
    made = (SecondCopy("file:///mnt/copy", run.started + MINUTE, Status.SUCCESS),)
    copies = made if outcome is CopyOutcome.COPIED else ()
    return replace(run, run=replace(run.run, copying=Copying(outcome, copies)))


def test_a_second_copy_is_missing_since_the_first_run_that_missed_it() -> None:
    outcomes = (CopyOutcome.COPIED, CopyOutcome.MISSED, CopyOutcome.MISSED)
    runs = [copied(day, outcome) for day, outcome in enumerate(outcomes)]
    found = told(fleet_of(runs), START + 2 * DAY + HOUR)
    assert found == {Condition.SECOND_COPY: START + DAY}


def test_a_second_copy_is_too_old_from_the_moment_on_at_which_it_became_so() -> None:
    runs = [copied(day, CopyOutcome.COPIED) for day in (0, 1)]
    found = told(fleet_of(runs), START + 9 * DAY)
    assert found[Condition.SECOND_COPY] == START + DAY + MINUTE + 3 * DAY


@pytest.mark.parametrize(("cleared", "day"), [(None, 0), (START + HOUR, 1)])
def test_reports_name_no_backup_since_the_first_that_nobody_dealt_with(
    cleared: Millis | None, day: int
) -> None:
    runs = daily(Status.ERROR, Status.ERROR, Status.SUCCESS)
    settings = JobSettings(cleared=cleared)
    fleet = Fleet(SchedulePolicy(), CREATED)
    job = Job.of(1, 1, UNNAMED, fold(runs), settings)
    fleet.apply(change_of(server_named("nas"), job))
    found = told(fleet, START + 2 * DAY + HOUR)
    assert found == {Condition.FAILING: START + DAY, Condition.UNNAMED: START + day * DAY}


def test_files_are_damaged_since_they_were_tested() -> None:
    tested = stored_run(START, verification=Verification(START + MINUTE, Status.ERROR))
    assert told(fleet_of([tested]), START + HOUR) == {Condition.DAMAGED: START + MINUTE}


@pytest.mark.parametrize(
    ("sizes", "day"),
    [
        ((10**9, 10**9, 10**9, 10**8), 3),
        ((10**9, 10**9, 10**9, 10**8, 10**8), 3),
        ((10**9, 10**8, 10**9, 10**9, 10**9, 10**8, 10**8), 5),
    ],
)
def test_a_source_has_shrunk_since_the_first_of_the_runs_that_find_so_little(
    sizes: tuple[int, ...], day: int
) -> None:
    now = START + len(sizes) * DAY - DAY + HOUR
    assert told(fleet_of(sized(*sizes)), now) == {Condition.SHRINKING: START + day * DAY}


def test_a_run_that_was_not_completed_can_find_a_source_shrunk() -> None:
    counts = Counts(examined_bytes=10**8)
    failed = stored_run(START + 3 * DAY, status=Status.ERROR, counts=counts)
    found = told(fleet_of([*sized(10**9, 10**9, 10**9), failed]), START + 3 * DAY + HOUR)
    assert found[Condition.SHRINKING] == START + 3 * DAY


def test_warnings_are_those_of_the_last_run_that_completed() -> None:
    runs = daily(Status.WARNING, Status.WARNING, Status.ERROR)
    found = told(fleet_of(runs), START + 2 * DAY + HOUR)
    assert found[Condition.WARNING] == START + DAY


def test_a_job_runs_since_its_run_began() -> None:
    fleet = fleet_of(daily(Status.SUCCESS))
    fleet.apply_live_report(1, activity_of(START + HOUR, START + HOUR), START + HOUR)
    assert told(fleet, START + HOUR) == {Condition.RUNNING: START + HOUR}


def test_what_is_fine_has_no_begin() -> None:
    assert told(fleet_of(daily(Status.SUCCESS)), START + HOUR) == {Condition.FINE: None}
