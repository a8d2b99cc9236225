"""Reports of the past: what becomes of each, and that none keeps another out."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from exporter.fleet import Fleet
from exporter.ingest.importer import MAX_BATCH, HistoricalReport, ImportOutcome, StoreImporter
from exporter.limits import Limits
from exporter.model import Delivery, Report
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Recorded, RunFilter, StoreUnavailableError
from exporter.store.sqlite import Store
from exporter.times import DAY, MINUTE
from tests.exporter.ingest.history import BEGAN, past, runs
from tests.support.daemon import CREATED, Clock
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report


def test_a_report_of_the_past_is_recorded_with_its_ids(
    archive: StoreImporter, store: Store, fleet: Fleet
) -> None:
    (result,) = archive.import_reports([past()])
    assert (result.outcome, result.is_backup, result.reason) == (ImportOutcome.RECORDED, True, None)
    (view,) = fleet.jobs()
    assert (result.server_id, result.job_id) == (view.server.id, view.job.id)
    assert [run.stored.id for run in store.runs(RunFilter(), None, 9)] == [result.run_id]


def test_a_report_that_names_no_backup_is_named_beside_it(
    archive: StoreImporter, fleet: Fleet
) -> None:
    text = "MainOperation: Backup\nParsedResult: Success\nBeginTime: x (1735689600)"
    result_file = json.dumps({**json.loads(duplicati_report(began=BEGAN)), "Extra": None})
    taken = archive.import_reports(
        [HistoricalReport(each.encode(), backup="Photos") for each in (text, result_file)]
    )
    assert [each.outcome for each in taken] == [ImportOutcome.RECORDED, ImportOutcome.RECORDED]
    assert [view.job.name for view in fleet.jobs()] == ["Photos"]


def test_a_posted_run_is_known(archive: StoreImporter, store: Store) -> None:
    posted = deliver(store, duplicati_report(began=BEGAN))
    (result,) = archive.import_reports([past()])
    assert (result.outcome, result.run_id) == (ImportOutcome.KNOWN, posted.run_id)


def test_the_same_run_twice_in_one_go_counts_once(archive: StoreImporter, store: Store) -> None:
    outcomes = [result.outcome for result in archive.import_reports([past(), past()])]
    assert outcomes == [ImportOutcome.RECORDED, ImportOutcome.KNOWN]
    assert len(runs(store)) == 1


def test_another_operation_is_recorded_and_no_backup(archive: StoreImporter, fleet: Fleet) -> None:
    (result,) = archive.import_reports([past(operation="Restore")])
    assert (result.outcome, result.is_backup) == (ImportOutcome.RECORDED, False)
    assert fleet.jobs() == []


def test_what_is_not_understood_says_why_and_keeps_nothing_else_out(
    archive: StoreImporter, store: Store
) -> None:
    odd = [HistoricalReport(b"hello"), HistoricalReport(b"\xed\xb3\xbf")]
    taken = archive.import_reports([past(), *odd, past(BEGAN + DAY)])
    outcomes = [each.outcome for each in taken]
    assert outcomes[0] is outcomes[3] is ImportOutcome.RECORDED
    assert outcomes[1] is outcomes[2] is ImportOutcome.NOT_UNDERSTOOD
    assert all(each.reason for each in taken[1:3])
    assert runs(store) == [BEGAN + DAY, BEGAN]
    assert store.rejected(None, 9) == []


def test_what_there_is_no_room_for_is_refused_alone(tmp_path: Path, clock: Clock) -> None:
    store = Store(tmp_path / "small.sqlite", Limits(max_jobs_per_server=1))
    importer = StoreImporter(store, Fleet(SchedulePolicy(), CREATED), clock, 9)
    taken = importer.import_reports([past(), past(backup="Mail"), past(BEGAN + DAY)])
    assert [each.outcome for each in taken] == [
        ImportOutcome.RECORDED,
        ImportOutcome.REFUSED,
        ImportOutcome.RECORDED,
    ]
    assert "max_jobs_per_server" in (taken[1].reason or "")
    store.close()


def test_a_fault_of_ours_on_one_report_keeps_no_other_out(
    archive: StoreImporter, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_all = store.record_all

    def failing(reports: Sequence[tuple[Report, Delivery]]) -> list[Recorded]:
        if any(report.backup == "Mail" for report, _ in reports):
            raise RuntimeError("a bug")
        return record_all(reports)

    monkeypatch.setattr(store, "record_all", failing)
    taken = archive.import_reports([past(), past(backup="Mail"), past(BEGAN + DAY)])
    assert [each.outcome.value for each in taken] == ["recorded", "refused", "recorded"]


def test_a_database_that_does_not_answer_is_told(tmp_path: Path, clock: Clock) -> None:
    store = Store(tmp_path / "closed.sqlite")
    store.close()
    importer = StoreImporter(store, Fleet(SchedulePolicy(), CREATED), clock, 9)
    with pytest.raises(StoreUnavailableError):
        importer.import_reports([past()])


def test_more_than_one_commit_holds_is_taken_in_order(archive: StoreImporter, store: Store) -> None:
    timestamps = [BEGAN + number * MINUTE for number in range(2 * MAX_BATCH + 1)]
    taken = archive.import_reports([past(began) for began in timestamps])
    assert [each.run_id for each in taken] == list(range(1, len(timestamps) + 1))
    assert runs(store) == timestamps[::-1]


def test_a_log_keeps_its_first_lines(archive: StoreImporter, store: Store) -> None:
    (result,) = archive.import_reports([past(lines=("a", "b", "c"))])
    detail = store.run(result.run_id or 0)
    assert detail is not None
    assert (len(detail.log.messages), detail.log.lines_dropped) == (2, 1)


def test_the_address_stands_for_a_sender_that_tells_nothing_of_itself(
    archive: StoreImporter, fleet: Fleet
) -> None:
    told = json.loads(duplicati_report(began=BEGAN, server=None, machine_id=None))
    body = json.dumps(told).encode()
    archive.import_reports([HistoricalReport(body), HistoricalReport(body, server="attic")])
    assert [server.name for server in fleet.servers()] == ["imported", "attic"]


def test_trying_out_tells_the_same_and_records_nothing(
    archive: StoreImporter, store: Store, fleet: Fleet
) -> None:
    archive.import_reports([past()])
    taken = archive.dry_run([past(), past(BEGAN + DAY), past(backup="New"), HistoricalReport(b"?")])
    assert [each.outcome for each in taken] == [
        ImportOutcome.KNOWN,
        ImportOutcome.RECORDED,
        ImportOutcome.RECORDED,
        ImportOutcome.NOT_UNDERSTOOD,
    ]
    assert runs(store) == [BEGAN]
    assert len(fleet.jobs()) == 1
    assert [job.name for job in store.snapshot().jobs] == ["Documents"]


def test_after_trying_out_recording_goes_on(archive: StoreImporter, store: Store) -> None:
    archive.dry_run([past(), past(backup="New")])
    outcomes = [result.outcome for result in archive.import_reports([past(), past(backup="New")])]
    assert outcomes == [ImportOutcome.RECORDED, ImportOutcome.RECORDED]
    assert len(runs(store)) == 2
