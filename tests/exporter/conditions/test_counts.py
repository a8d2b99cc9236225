"""Jobs counted by their conditions."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.conditions.counts import StatusSummary
from exporter.model import (
    Status,
    StoredRun,
)
from exporter.model.conditions import Condition
from exporter.times import DAY, HOUR, Millis
from tests.exporter.conditions.views import (
    ERROR,
    LAST,
    MONTH_LATER,
    STOPPED,
    SUCCESS,
    daily,
    fleet_of,
    row,
    view_of,
)
from tests.support.strategies.state import (
    START,
    histories,
    stored_run,
)


@given(histories(), st.integers(START, START + 60 * DAY))
def test_failing_and_overdue_are_those_of_the_fleets_figures(
    runs: list[StoredRun], now: Millis
) -> None:
    fleet = fleet_of(runs)
    totals, summary = fleet.totals(now), StatusSummary.from_views(fleet.jobs(), now)
    assert summary.jobs == totals.jobs
    assert summary.count(Condition.OVERDUE) == totals.overdue
    assert summary.count(Condition.FAILING) == totals.failing


def test_the_last_failure_is_that_of_the_jobs_that_are_failing_now() -> None:
    mended = view_of([stored_run(LAST, status=Status.ERROR), stored_run(LAST + HOUR)])
    broken = view_of(daily(last=Status.FATAL))
    assert StatusSummary.from_views([mended], MONTH_LATER).last_failure is None
    assert StatusSummary.from_views([broken, mended], MONTH_LATER).last_failure == LAST


def test_a_run_that_was_stopped_since_is_not_when_a_job_failed() -> None:
    stopped = view_of(row(SUCCESS, ERROR, STOPPED))
    assert StatusSummary.from_views([stopped], MONTH_LATER).last_failure == START + DAY
