"""Imports of runs that are older than what is kept."""

import pytest

from exporter.fleet import Fleet
from exporter.ingest.importer import HistoricalReport, ImportOutcome, StoreImporter
from exporter.model import LOGGED
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR
from tests.exporter.ingest.history import past
from tests.support.daemon import NOW, Clock
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report


@pytest.fixture
def keeping_a_week(store: Store, fleet: Fleet, clock: Clock) -> StoreImporter:
    return StoreImporter(store, fleet, clock, max_log_lines=2, keep_runs=7 * DAY)


def test_what_was_removed_for_its_age_is_not_counted_again(
    keeping_a_week: StoreImporter, store: Store, fleet: Fleet
) -> None:
    history = [past(NOW - days * DAY) for days in range(20, 0, -1)]
    keeping_a_week.import_reports(history)
    removed, _ = store.prune_runs(NOW - 7 * DAY, 0)
    before = fleet.jobs()
    again = keeping_a_week.import_reports(history)
    outcomes = [result.outcome for result in again]
    assert outcomes == [ImportOutcome.TOO_OLD] * removed + [ImportOutcome.KNOWN] * (20 - removed)
    assert {result.job_id for result in again} == {before[0].job.id}
    assert fleet.jobs() == before


def test_what_was_removed_is_not_counted_again_under_a_former_name(
    keeping_a_week: StoreImporter, store: Store, fleet: Fleet
) -> None:
    extra = {"backup-id": "DB-1"}
    history = [
        past(NOW - days * DAY, backup="Photos" if days > 10 else "Pictures", extra=extra)
        for days in range(20, 0, -1)
    ]
    keeping_a_week.import_reports(history)
    store.prune_runs(NOW - 7 * DAY, 0)
    before = fleet.jobs()
    keeping_a_week.import_reports(history)
    assert [(view.job.name, view.job.formerly) for view in before] == [("Pictures", ("Photos",))]
    assert fleet.jobs() == before


def test_the_last_run_of_a_job_is_kept_however_old_it_is(
    keeping_a_week: StoreImporter, fleet: Fleet
) -> None:
    """A backup that died long ago must not be one that nobody knows."""
    keeping_a_week.import_reports([past(NOW - 40 * DAY)])
    (result,) = keeping_a_week.import_reports([past(NOW - 40 * DAY)])
    assert result.outcome is ImportOutcome.KNOWN
    (view,) = fleet.jobs()
    assert view.overdue(NOW)


def test_what_is_older_than_anything_kept_is_left_out(keeping_a_week: StoreImporter) -> None:
    keeping_a_week.import_reports([past(NOW - DAY)])
    (result,) = keeping_a_week.import_reports([past(NOW - 8 * DAY)])
    assert result.outcome is ImportOutcome.TOO_OLD


def test_what_a_clock_that_is_ahead_reported_is_not_counted_again(
    keeping_a_week: StoreImporter, store: Store, fleet: Fleet
) -> None:
    posted = NOW - 7 * DAY - HOUR
    body = duplicati_report(began=posted + 3 * HOUR)
    deliver(store, body, received=posted)
    deliver(store, duplicati_report(began=NOW), received=NOW)
    assert store.prune_runs(NOW - 7 * DAY, 0)[0] == 1
    before = fleet.jobs()
    (again,) = keeping_a_week.import_reports([HistoricalReport(body, posted, source=LOGGED)])
    assert (again.outcome, fleet.jobs()) == (ImportOutcome.TOO_OLD, before)
