import pytest

from exporter.conditions.evaluate import Condition, conditions
from exporter.conditions.since import since
from exporter.fleet import Fleet
from exporter.model import Counts, Status, StoredRun, Verification
from exporter.policy import Policy
from exporter.times import DAY, HOUR, MINUTE, Millis
from exporter.views import JobView
from tests.conftest import CREATED
from tests.strategies.state import (
    START,
    activity_of,
    change_of,
    job_named,
    server_named,
    stored_run,
)


def fleet_of(runs: list[StoredRun]) -> Fleet:
    fleet = Fleet(Policy(), CREATED)
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
    fleet.hear(1, activity_of(began, began), began)
    found = told(fleet, began + HOUR)
    assert found[Condition.OVERDUE] == began + 10 * MINUTE
    assert found[Condition.STALLED] == began


def test_a_job_fails_since_the_first_failure_behind_the_last_good_run() -> None:
    runs = daily(Status.ERROR, Status.SUCCESS, Status.FATAL, Status.ERROR, Status.UNKNOWN)
    found = told(fleet_of(runs), START + 4 * DAY + HOUR)
    assert found[Condition.FAILING] == START + 2 * DAY


def test_nobody_knows_when_a_long_row_of_failures_began() -> None:
    runs = daily(Status.SUCCESS, *[Status.ERROR] * 11)
    found = told(fleet_of(runs), START + 11 * DAY + HOUR)
    assert found == {Condition.FAILING: None, Condition.OLD: START + MINUTE}


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


def test_warnings_are_those_of_the_last_run() -> None:
    runs = daily(Status.WARNING, Status.WARNING)
    assert told(fleet_of(runs), START + DAY + HOUR) == {Condition.WARNING: START + DAY}


def test_a_job_runs_since_its_run_began() -> None:
    fleet = fleet_of(daily(Status.SUCCESS))
    fleet.hear(1, activity_of(START + HOUR, START + HOUR), START + HOUR)
    assert told(fleet, START + HOUR) == {Condition.RUNNING: START + HOUR}


def test_what_is_fine_has_no_begin() -> None:
    assert told(fleet_of(daily(Status.SUCCESS)), START + HOUR) == {Condition.FINE: None}
