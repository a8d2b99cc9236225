"""Pulls from a server that behaves, and from one that does not."""

import json
from collections.abc import Callable, Sequence

import pytest

from exporter.fleet import Fleet
from exporter.ingest.importer import HistoricalReport, ImportOutcome, ImportResult, StoreImporter
from exporter.pull.bookmarks import Bookmarks
from exporter.pull.client.errors import ServerError
from exporter.pull.pull_server import PullProgress, pull_server
from exporter.pull.summary import Summary
from exporter.schedule import ScheduleSource
from exporter.store import RunFilter, StoreUnavailableError, UnknownIdError
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, Millis, parse_timestamp
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.duplicati.asking import PAYLOADS, server
from tests.support.duplicati.simulator import Canned, Simulator, results
from tests.support.reports_builder import duplicati_report

PHOTOS, MAIL = "/backup/2/log", "/backup/3/log"
BEGAN = NOW - 40 * DAY
PullFrom = Callable[..., Summary]


@pytest.fixture
def pulled(duplicati: Simulator, archive: StoreImporter) -> PullFrom:
    """Pull from the simulated server, by default as one that was never pulled from."""

    def once(bookmarks: Bookmarks | None = None) -> Summary:
        with server(duplicati) as asked:
            return pull_server(asked, archive, bookmarks or Bookmarks(), lambda _place: None)

    return once


def fill(simulator: Simulator, backup_id: str, runs: int, *, first: Millis = BEGAN) -> None:
    """Let a backup have had a run every hour."""
    for at in range(runs):
        body = json.loads(duplicati_report(began=first + at * HOUR))
        simulator.add_row(backup_id, body["Data"], Timestamp=(first + at * HOUR) // 1000)


def starts(store: Store) -> list[Millis]:
    return sorted(run.stored.started for run in store.runs(RunFilter(), None, 1000))


def hourly(runs: int) -> list[Millis]:
    return [BEGAN + at * HOUR for at in range(runs)]


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


def test_a_pull_that_breaks_off_leaves_no_hole(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    bookmarks = Bookmarks()
    fill(duplicati, "2", 250)
    duplicati.faults[PHOTOS] += [None, Canned(200, b"<html>")]
    assert not pulled(bookmarks).complete
    assert starts(store) == hourly(250)[-100:], "what was pulled is kept, the newest first"
    summary = pulled(bookmarks)
    assert (summary.count(ImportOutcome.RECORDED), summary.count(ImportOutcome.KNOWN)) == (150, 100)
    assert starts(store) == hourly(250)


def test_one_that_breaks_off_behind_a_whole_one_leaves_no_hole(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    bookmarks = Bookmarks()
    fill(duplicati, "2", 50)
    pulled(bookmarks)
    fill(duplicati, "2", 250, first=BEGAN + 50 * HOUR)
    duplicati.faults[PHOTOS] += [None, Canned(404)]
    assert not pulled(bookmarks).complete
    assert pulled(bookmarks).complete
    assert starts(store) == hourly(300)


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


def test_refused_runs_are_asked_for_again(duplicati: Simulator, archive: StoreImporter) -> None:
    class Full:
        """Has no room for a second run."""

        def import_reports(self, reports: Sequence[HistoricalReport]) -> list[ImportResult]:
            refused = ImportResult(ImportOutcome.REFUSED, reason="there is no room")
            return [*archive.import_reports(reports[:1]), *[refused] * len(reports[1:])]

        def plan(self, job_id: int, start: Millis, interval: Millis | None) -> None:
            archive.plan(job_id, start, interval)

    bookmarks = Bookmarks()
    fill(duplicati, "2", 2)
    with server(duplicati) as asked:
        summary = pull_server(asked, Full(), bookmarks, lambda _place: None)
        assert (summary.complete, summary.problems) == (False, ["there is no room"])
        assert (
            pull_server(asked, archive, bookmarks, lambda _place: None).count(
                ImportOutcome.RECORDED
            )
            == 1
        )


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


def test_rows_that_cannot_be_read_keep_no_other_out(duplicati: Simulator, pulled: PullFrom) -> None:
    fill(duplicati, "2", 1)
    duplicati.add_row("2", None)
    duplicati.add_row("2", "no json")
    duplicati.add_row("2", "told to the log", Type="Message")
    summary = pulled()
    assert (summary.count(ImportOutcome.RECORDED), summary.count(ImportOutcome.NOT_UNDERSTOOD)) == (
        1,
        2,
    )
    assert summary.reasons == [
        "Photos to S3: the message of row 2 is empty",
        "Photos to S3: the message of row 3 is not JSON",
    ]
    assert summary.complete, "another pull would not understand them either"
    assert summary.rows == 3


def test_a_fault_of_one_backup_keeps_no_other_out(duplicati: Simulator, pulled: PullFrom) -> None:
    duplicati.add_backup("3", "Mail")
    duplicati.add_backup("4", "Music")
    fill(duplicati, "2", 2)
    fill(duplicati, "4", 3)
    duplicati.always[MAIL] = Canned(500)
    summary = pulled()
    assert (summary.backups, summary.count(ImportOutcome.RECORDED)) == (2, 5)
    assert summary.failures == ["Mail: nas answers /backup/3/log with status 500"]


def test_a_backup_that_is_deleted_between_two_pages_keeps_no_other_out(
    duplicati: Simulator, pulled: PullFrom
) -> None:
    duplicati.add_backup("3", "Mail")
    fill(duplicati, "2", 150)
    fill(duplicati, "3", 1)
    duplicati.after[PHOTOS] = lambda: duplicati.delete("2")
    summary = pulled()
    assert summary.failures == ["Photos to S3: nas has nothing at /backup/2/log"]
    assert summary.count(ImportOutcome.RECORDED) == 101


def test_a_backup_that_is_renamed_between_two_pages_stays_one_job(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    fill(duplicati, "2", 150)
    duplicati.before[PHOTOS] = lambda: duplicati.rename("2", "Pictures")
    assert pulled().complete
    assert [view.job.name for view in fleet.jobs()] == ["Photos to S3"]


def test_a_password_that_is_changed_in_the_middle_ends_the_asking(
    duplicati: Simulator, pulled: PullFrom
) -> None:
    for backup_id in ("3", "4", "5"):
        duplicati.add_backup(backup_id, f"Backup {backup_id}")
    fill(duplicati, "2", 1)

    def change() -> None:
        duplicati.password = "another"
        duplicati.tokens.clear()

    duplicati.before[MAIL] = change
    summary = pulled()
    assert summary.failures == ["Backup 3: nas does not accept the password"]
    assert duplicati.asked("/auth/login") == 2
    assert summary.count(ImportOutcome.RECORDED) == 1


def test_a_server_that_does_not_tell_its_backups_is_no_server_without_any(
    duplicati: Simulator, pulled: PullFrom
) -> None:
    duplicati.always["/backups"] = Canned(500)
    with pytest.raises(ServerError, match="status 500"):
        pulled()


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


def test_a_planned_backup_that_no_run_makes_known_is_told(
    duplicati: Simulator, pulled: PullFrom
) -> None:
    duplicati.add_backup("3", "New", schedule={"Time": "2026-12-04T01:00:00Z", "Repeat": "1D"})
    summary = pulled()
    assert summary.complete
    (told,) = summary.unwatched
    assert told.startswith("New: is scheduled, but Duplicati remembers no run of it")


def test_a_job_that_is_deleted_meanwhile_is_told(
    duplicati: Simulator, archive: StoreImporter
) -> None:
    class Emptied:
        """Has forgotten the job."""

        def import_reports(self, reports: Sequence[HistoricalReport]) -> list[ImportResult]:
            return archive.import_reports(reports)

        def plan(self, job_id: int, start: Millis, interval: Millis | None) -> None:
            raise UnknownIdError("there is no such job")

    duplicati.backups = []
    schedule = {"Time": "2026-12-04T01:00:00Z", "Repeat": "1D"}
    duplicati.add_backup("2", "Photos", schedule=schedule)
    fill(duplicati, "2", 1)
    with server(duplicati) as asked:
        summary = pull_server(asked, Emptied(), Bookmarks(), lambda _place: None)
    assert summary.failures == ["Photos: the job was deleted meanwhile"]


def test_a_database_that_does_not_answer_ends_the_pull(
    duplicati: Simulator, archive: StoreImporter, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreUnavailableError("the disk is full")

    monkeypatch.setattr(store, "record_all", fail)
    fill(duplicati, "2", 1)
    with server(duplicati) as asked, pytest.raises(StoreUnavailableError):
        pull_server(asked, archive, Bookmarks(), lambda _place: None)


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
