"""Pulls from a server that behaves: which pages are read, and what is recorded."""

from exporter.fleet import Fleet
from exporter.ingest.importer import ImportOutcome, StoreImporter
from exporter.pull.bookmarks import Bookmarks
from exporter.pull.pull_server import PullProgress, pull_server
from exporter.schedule import ScheduleSource
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, parse_timestamp
from tests.exporter.pull.pulls import BEGAN, PHOTOS, PullFrom, fill, hourly, starts
from tests.support.authors import BY
from tests.support.deliver import deliver
from tests.support.duplicati.asking import PAYLOADS, server
from tests.support.duplicati.simulator import Simulator, results
from tests.support.reports_builder import duplicati_report


def test_a_history_is_pulled_down_to_its_first_run(
    duplicati: Simulator, pulled: PullFrom, store: Store, fleet: Fleet
) -> None:
    fill(duplicati, "2", 250)
    summary = pulled()
    assert (summary.backups, summary.count(ImportOutcome.RECORDED), summary.complete) == (
        1,
        250,
        True,
    )
    assert starts(store) == hourly(250)
    (view,) = fleet.jobs()
    assert (view.server.name, view.job.name) == ("attic-nas", "Photos to S3")
    assert view.job.state.last is not None
    assert view.job.state.last.started == BEGAN + 249 * HOUR


def test_pulling_again_adds_nothing(duplicati: Simulator, pulled: PullFrom, fleet: Fleet) -> None:
    fill(duplicati, "2", 150)
    pulled()
    before = fleet.jobs()
    summary = pulled()
    assert (summary.count(ImportOutcome.RECORDED), summary.count(ImportOutcome.KNOWN)) == (0, 150)
    assert fleet.jobs() == before


def test_what_was_posted_hides_nothing_that_is_older(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    """A whole page of runs that are known is no reason to end: those may have been posted."""
    fill(duplicati, "2", 250)
    for began in hourly(250)[-120:]:
        extra = {"machine-id": "7c0d5e2b94f14a3e8b6a1d0f5c3e7a29"}
        body = duplicati_report(began=began, backup="Photos to S3", server="attic-nas", extra=extra)
        deliver(store, body, received=began + HOUR)
    summary = pulled()
    assert (summary.count(ImportOutcome.RECORDED), summary.count(ImportOutcome.KNOWN)) == (130, 120)
    assert starts(store) == hourly(250)


def test_the_next_one_reads_to_where_the_last_came(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    bookmarks = Bookmarks()
    fill(duplicati, "2", 350)
    pulled(bookmarks)
    fill(duplicati, "2", 3, first=BEGAN + 350 * HOUR)
    asked = duplicati.asked(PHOTOS)
    summary = pulled(bookmarks)
    assert duplicati.asked(PHOTOS) == asked + 1
    assert (summary.count(ImportOutcome.RECORDED), summary.count(ImportOutcome.KNOWN)) == (3, 7)
    assert starts(store) == hourly(353)


def test_many_new_ones_are_read_in_few_pages(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    bookmarks = Bookmarks()
    fill(duplicati, "2", 50)
    pulled(bookmarks)
    fill(duplicati, "2", 200, first=BEGAN + 50 * HOUR)
    asked = duplicati.asked(PHOTOS)
    pulled(bookmarks)
    assert duplicati.asked(PHOTOS) == asked + 3
    assert starts(store) == hourly(250)


def test_a_job_that_was_deleted_gets_its_whole_history_again(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    bookmarks = Bookmarks()
    fill(duplicati, "2", 130)
    pulled(bookmarks)
    store.delete_job(1, BY)
    pulled(bookmarks)
    assert starts(store) == hourly(130)


def test_a_database_that_duplicati_made_anew_is_read_to_its_first_row(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    bookmarks = Bookmarks()
    fill(duplicati, "2", 300)
    pulled(bookmarks)
    duplicati.rows["2"] = []
    fill(duplicati, "2", 320, first=BEGAN + 300 * HOUR)
    pulled(bookmarks)
    assert starts(store) == hourly(620)


def test_other_operations_are_recorded_and_counted_apart(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    for name in ("json-2.1.0.5", "json-test", "json-restore"):
        duplicati.add_row("2", results(PAYLOADS / f"{name}.json"))
    summary = pulled()
    assert (summary.count(ImportOutcome.RECORDED), summary.other_operations) == (1, 2)
    (view,) = fleet.jobs()
    assert view.job.state.total_runs == 1
    assert view.job.state.verified is not None


def test_a_backup_that_is_renamed_between_two_pages_stays_one_job(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    fill(duplicati, "2", 150)
    duplicati.before[PHOTOS] = lambda: duplicati.rename("2", "Pictures")
    assert pulled().complete
    assert [view.job.name for view in fleet.jobs()] == ["Photos to S3"]


def test_what_the_scheduler_plans_is_expected(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    duplicati.backups = []
    start = parse_timestamp("2025-12-12T01:00:00Z")
    schedule = {"Time": "2025-12-12T01:00:00Z", "Repeat": "1D", "AllowedDays": ["mon", "fri"]}
    duplicati.add_backup("2", "Photos to S3", schedule=schedule)
    fill(duplicati, "2", 2)
    pulled()
    (view,) = fleet.jobs()
    assert view.expectation is not None
    assert view.expectation.source is ScheduleSource.REPORTED
    assert (view.expectation.start, view.expectation.interval) == (start, 4 * DAY)


def test_a_planned_backup_of_an_unknown_machine_is_told(
    duplicati: Simulator, pulled: PullFrom
) -> None:
    del duplicati.info["Options"]
    duplicati.add_backup("3", "New", schedule={"Time": "2026-12-04T01:00:00Z", "Repeat": "1D"})
    summary = pulled()
    assert summary.complete
    (told,) = summary.unwatched
    assert told.startswith("New: is scheduled, but Duplicati remembers no run of it")


def test_a_person_who_waits_is_told_how_far_it_is(
    duplicati: Simulator, archive: StoreImporter
) -> None:
    duplicati.add_backup("3", "Mail")
    fill(duplicati, "2", 101)
    fill(duplicati, "3", 1)
    told: list[PullProgress] = []
    with server(duplicati) as asked:
        pull_server(asked, archive, Bookmarks(), told.append)
    assert told == [
        PullProgress("nas", "Photos to S3", 1, 2, runs=0),
        PullProgress("nas", "Photos to S3", 1, 2, runs=100),
        PullProgress("nas", "Photos to S3", 1, 2, runs=101),
        PullProgress("nas", "Mail", 2, 2, runs=101),
        PullProgress("nas", "Mail", 2, 2, runs=102),
    ]
