"""Pulls that fail in part: rows, backups, pages, passwords, databases."""

import re
from collections.abc import Sequence

import pytest

from exporter.ingest.importer import HistoricalReport, ImportOutcome, ImportResult, StoreImporter
from exporter.ingest.planned_backups import ListOutcome
from exporter.model.last_error import LastError
from exporter.model.listed import BackupList
from exporter.model.pulled import Seen
from exporter.pull.bookmarks import Bookmarks
from exporter.pull.client.errors import ServerError
from exporter.pull.pull_server import pull_server
from exporter.store import StoreUnavailableError, UnknownIdError
from exporter.store.sqlite import Store
from exporter.times import HOUR, Millis
from tests.exporter.pull.pulls import BEGAN, MAIL, PHOTOS, PullFrom, fill, hourly, starts
from tests.support.duplicati.asking import server
from tests.support.duplicati.simulator import Canned, Simulator


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


def test_refused_runs_are_asked_for_again(duplicati: Simulator, archive: StoreImporter) -> None:
    class Full:
        """Has no room for a second run."""

        def import_reports(self, reports: Sequence[HistoricalReport]) -> list[ImportResult]:
            refused = ImportResult(ImportOutcome.REFUSED, reason="there is no room")
            return [*archive.import_reports(reports[:1]), *[refused] * len(reports[1:])]

        def plan(self, job_id: int, start: Millis, interval: Millis | None) -> None:
            archive.plan(job_id, start, interval)

        def note_error(self, job_id: int, error: LastError | None, skew: Millis) -> None:
            archive.note_error(job_id, error, skew)

        def note_list(self, listed: BackupList) -> ListOutcome:
            return archive.note_list(listed)

        def note_pull(self, server_id: int, seen: Seen) -> None:
            archive.note_pull(server_id, seen)

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
    assert [re.sub(r" is .*", "", reason) for reason in summary.reasons] == [
        "Photos to S3: the message of row 2",
        "Photos to S3: the message of row 3",
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
    assert [failure.partition(" ")[0] for failure in summary.failures] == ["Mail:"]


def test_a_backup_that_is_deleted_between_two_pages_keeps_no_other_out(
    duplicati: Simulator, pulled: PullFrom
) -> None:
    duplicati.add_backup("3", "Mail")
    fill(duplicati, "2", 150)
    fill(duplicati, "3", 1)
    duplicati.after[PHOTOS] = lambda: duplicati.delete("2")
    summary = pulled()
    (failure,) = summary.failures
    assert failure.startswith("Photos to S3: nas ")
    assert summary.count(ImportOutcome.RECORDED) == 101


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
    (failure,) = summary.failures
    assert failure.startswith("Backup 3: nas ")
    assert duplicati.asked("/auth/login") == 2
    assert summary.count(ImportOutcome.RECORDED) == 1


def test_a_server_that_does_not_tell_its_backups_is_no_server_without_any(
    duplicati: Simulator, pulled: PullFrom
) -> None:
    duplicati.always["/backups"] = Canned(500)
    with pytest.raises(ServerError, match="status 500"):
        pulled()


def test_a_job_that_is_deleted_meanwhile_is_told(
    duplicati: Simulator, archive: StoreImporter
) -> None:
    class Emptied:
        """Has forgotten the job."""

        def import_reports(self, reports: Sequence[HistoricalReport]) -> list[ImportResult]:
            return archive.import_reports(reports)

        def plan(self, job_id: int, start: Millis, interval: Millis | None) -> None:
            raise UnknownIdError("there is no such job")

        def note_error(self, job_id: int, error: LastError | None, skew: Millis) -> None:
            archive.note_error(job_id, error, skew)

        def note_list(self, listed: BackupList) -> ListOutcome:
            return archive.note_list(listed)

        def note_pull(self, server_id: int, seen: Seen) -> None:
            archive.note_pull(server_id, seen)

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
