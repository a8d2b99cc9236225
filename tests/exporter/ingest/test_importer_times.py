"""As of when a report of the past counts, whatever times it states."""

import pytest

from exporter.fleet import Fleet
from exporter.ingest.importer import HistoricalReport, ImportOutcome, StoreImporter
from exporter.store import RunFilter
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.exporter.ingest.history import BEGAN, past, runs
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report, exception_report


def test_it_counts_as_received_when_its_run_ended(
    archive: StoreImporter, store: Store, fleet: Fleet
) -> None:
    archive.import_reports([past(duration=HOUR)])
    (run,) = store.runs(RunFilter(), None, 9)
    assert run.stored.received == BEGAN + HOUR
    assert fleet.servers()[0].last_report == BEGAN + HOUR
    assert fleet.totals(NOW).last_report == BEGAN + HOUR


def test_a_run_that_never_ended_counts_from_its_begin(archive: StoreImporter, store: Store) -> None:
    archive.import_reports([past(duration=None)])
    assert store.runs(RunFilter(), None, 9)[0].stored.received == BEGAN


def test_an_end_before_the_begin_moves_no_run(archive: StoreImporter, store: Store) -> None:
    archive.import_reports([past(duration=-DAY)])
    assert runs(store) == [BEGAN]


def test_a_run_dated_in_the_future_does_not_look_as_if_it_just_ran(
    archive: StoreImporter, store: Store, fleet: Fleet
) -> None:
    (result,) = archive.import_reports([past(NOW + DAY)])
    assert result.outcome is ImportOutcome.REFUSED
    assert "in the future" in (result.reason or "")
    assert (runs(store), fleet.servers()) == ([], [])


def test_a_run_dated_in_the_future_counts_from_when_it_was_noted(
    archive: StoreImporter, store: Store
) -> None:
    archive.import_reports([HistoricalReport(past(NOW + DAY).body, BEGAN)])
    assert runs(store) == [BEGAN]


def test_a_posted_run_dated_in_the_future_is_known(archive: StoreImporter, store: Store) -> None:
    deliver(store, duplicati_report(began=NOW + DAY))
    assert [result.outcome for result in archive.import_reports([past(NOW + DAY)])] == [
        ImportOutcome.KNOWN
    ]


def test_a_run_dated_a_little_ahead_counts_from_now(archive: StoreImporter, store: Store) -> None:
    archive.import_reports([past(NOW + MINUTE, duration=None)])
    (run,) = store.runs(RunFilter(), None, 9)
    assert (run.stored.started, run.stored.received) == (NOW + MINUTE, NOW)


def test_an_end_in_the_future_does_not_make_a_run_look_new(
    archive: StoreImporter, store: Store
) -> None:
    archive.import_reports([past(duration=1000 * DAY)])
    assert store.runs(RunFilter(), None, 9)[0].stored.received == BEGAN


def test_a_report_without_any_time_counts_from_when_it_was_noted(
    archive: StoreImporter, store: Store
) -> None:
    report = HistoricalReport(exception_report(), NOW - 9 * DAY)
    (result,) = archive.import_reports([report])
    assert runs(store) == [NOW - 9 * DAY]
    assert [result.run_id] == [again.run_id for again in archive.import_reports([report])]


@pytest.mark.parametrize("received", [NOW + 9 * DAY, None])
def test_a_report_without_any_time_does_not_look_as_if_it_just_came(
    archive: StoreImporter, store: Store, received: Millis | None
) -> None:
    (result,) = archive.import_reports([HistoricalReport(exception_report(), received)])
    assert (result.outcome, runs(store)) == (ImportOutcome.REFUSED, [])


def test_a_noted_time_moves_no_run_that_tells_its_own(archive: StoreImporter, store: Store) -> None:
    archive.import_reports([HistoricalReport(past().body, NOW)])
    (run,) = store.runs(RunFilter(), None, 9)
    assert run.stored.received == BEGAN + MINUTE
