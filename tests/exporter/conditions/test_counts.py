"""Jobs counted by their conditions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.conditions.counts import StatusSummary
from exporter.conditions.sentence import sentence
from exporter.model import (
    JobSettings,
    Status,
    StoredRun,
)
from exporter.model.conditions import Condition
from exporter.times import DAY, HOUR, Millis
from tests.exporter.conditions.views import (
    ERROR,
    LAST,
    MONTH_LATER,
    NOW,
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


MUTED, PAUSED = JobSettings(muted=MONTH_LATER + DAY), JobSettings(paused=True)


@pytest.mark.parametrize("settings", [MUTED, PAUSED])
def test_the_trouble_of_a_muted_or_paused_job_is_counted_and_troubles_nobody(
    settings: JobSettings,
) -> None:
    runs = daily(last=Status.ERROR)
    excused = StatusSummary.from_views([view_of(runs, settings)], NOW)
    assert (excused.count(Condition.FAILING), excused.troubled(Condition.FAILING)) == (1, 0)
    assert (excused.troubles, excused.fine, excused.last_failure) == ([], 0, None)
    both = StatusSummary.from_views([view_of(runs), view_of(runs, settings)], NOW)
    assert (both.count(Condition.FAILING), both.troubled(Condition.FAILING)) == (2, 1)
    assert (both.troubles, both.last_failure) == ([Condition.FAILING], LAST)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (MUTED, "1 of 2 backups is fine, 1 is muted"),
        (PAUSED, "1 of 2 backups is fine, 1 is not watched"),
        (replace(MUTED, paused=True), "1 of 2 backups is fine, 1 is muted"),
    ],
)
def test_all_are_not_fine_where_one_is_in_trouble_that_nobody_is_told_of(
    settings: JobSettings, text: str
) -> None:
    views = [view_of(daily()), view_of(daily(last=Status.ERROR), settings)]
    assert sentence(StatusSummary.from_views(views, NOW)) == text


def test_a_muted_job_that_is_in_no_trouble_is_fine() -> None:
    views = [view_of(daily()), view_of(daily(), MUTED)]
    told = sentence(StatusSummary.from_views(views, NOW))
    assert told == "All 2 backups are fine, 1 is muted"


def test_a_job_whose_schedule_is_off_is_in_trouble_when_its_run_fails() -> None:
    view = view_of(daily(last=Status.ERROR), JobSettings(schedule="off"))
    assert StatusSummary.from_views([view], NOW).troubles == [Condition.FAILING]


def test_a_run_that_was_stopped_since_is_not_when_a_job_failed() -> None:
    stopped = view_of(row(SUCCESS, ERROR, STOPPED))
    assert StatusSummary.from_views([stopped], MONTH_LATER).last_failure == START + DAY
