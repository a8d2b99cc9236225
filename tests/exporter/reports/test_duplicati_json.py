from typing import Any

import pytest

from exporter.model import (
    Copying,
    CopyOutcome,
    Counts,
    Machine,
    Message,
    Run,
    Status,
    Verification,
)
from exporter.reports import read_report
from tests.exporter.reports.bodies import as_json, duplicati, millis, payload, problems


def test_report_of_2026_is_read_whole() -> None:
    report = read_report(payload("json-2.3.1.0.json"))

    assert report.machine == Machine(
        machine_id="e1f04b7d2a684c5f9d3b8e6a0c7f1524",
        name="db-runner-3",
        version="2.3.1.0",
        os="Linux",
    )
    assert report.backup == "Datenbank-Größe (täglich)"
    assert report.run == Run(
        operation="Backup",
        status=Status.SUCCESS,
        began=millis("2026-07-14T01:00:00.125Z"),
        ended=millis("2026-07-15T02:03:04.125Z"),
        duration=90_184_000,
        counts=Counts(
            examined_files=905_117,
            examined_bytes=1_319_413_953_331,
            added_files=1200,
            modified_files=340,
            deleted_files=55,
            error_files=0,
            uploaded_bytes=9_663_676_416,
            downloaded_bytes=262_144_000,
            stored_bytes=701_234_567_890,
            versions=30,
            quota_free_bytes=1_497_788_687_662,
            quota_total_bytes=2_199_023_255_552,
            warnings=0,
            errors=0,
            retry_attempts=1,
        ),
        dry_run=False,
        next_scheduled=millis("2026-07-16T01:00:00Z"),
        verification=Verification(millis("2026-07-15T02:03:03.500Z"), Status.ERROR),
        backup_id="DB-7",
        destination_type="s3",
        reason="duplicati-b9c8.dblock.zip.aes failed its test: Hash mismatch",
        newest_version=millis("2026-07-14T01:00:00Z"),
        compacted=millis("2026-07-15T01:58:10.750Z"),
        copying=Copying(CopyOutcome.UNTOLD),
    )


def test_report_of_2025_has_identities_but_no_schedule() -> None:
    report = read_report(payload("json-2.1.0.5.json"))

    assert report.machine == Machine("7c0d5e2b94f14a3e8b6a1d0f5c3e7a29", "attic-nas", "2.1.0.5")
    assert report.backup == "Photos to S3"
    assert report.run.backup_id == "DB-2"
    assert report.run.next_scheduled is None
    assert report.run.destination_type is None
    assert report.run.duration == 51_385
    assert report.run.began == millis("2025-04-21T23:45:46.971Z")
    assert report.run.verification == Verification(
        millis("2025-04-21T23:46:38.291Z"), Status.SUCCESS
    )
    assert report.log.messages == ()


def test_run_started_by_hand_tells_no_next_run() -> None:
    run = read_report(payload("json-2.2.0.0-started-by-hand.json")).run

    assert run.next_scheduled is None
    assert run.destination_type == "file"


def test_report_of_2023_names_no_machine() -> None:
    report = read_report(payload("json-2.0.7.1.json"))

    assert report.machine == Machine(version="2.0.7.1")
    assert report.backup == "Bookkeeping"
    assert report.run.status is Status.SUCCESS
    assert report.run.backup_id is None
    assert report.run.counts.quota_free_bytes == 412_316_860_416


@pytest.mark.parametrize(
    ("name", "backup", "message"),
    [
        (
            "json-2.0.7.1-died.json",
            "Bookkeeping",
            (
                "Duplicati.Library.Interface.UserInformationException: "
                "Unable to start, the destination folder is missing"
            ),
        ),
        (
            "json-2.0.6.3-died.json",
            "Mail archive",
            "Result code: -9 Object (typically, node or user) not found",
        ),
    ],
)
def test_exception_in_the_place_of_results_is_a_fatal_run(
    name: str, backup: str, message: str
) -> None:
    report = read_report(payload(name))

    assert report.backup == backup
    expected = Run("Backup", Status.FATAL, None, None, None, Counts(), reason=message)
    assert report.run == expected
    assert report.log.messages[0] == Message("error", message)
    assert report.counted == {}


def test_exception_without_any_text_is_still_a_fatal_run() -> None:
    body = as_json({"Data": {"HResult": -2146233088}, "Extra": {}, "LogLines": []})

    assert read_report(body).run.status is Status.FATAL


def test_run_that_died_keeps_what_it_counted() -> None:
    report = read_report(payload("json-died.json"))

    assert report.run.status is Status.FATAL
    assert report.run.began == millis("2025-04-21T23:45:46.971Z")
    assert report.run.ended is None
    assert report.run.duration is None
    assert report.run.counts.examined_files == 311
    assert [message.level for message in report.log.messages] == ["error", "error"]
    assert report.log.messages[0].text.startswith("System.AggregateException: One or more")


def test_exception_alone_is_a_fatal_backup_without_a_name() -> None:
    report = read_report(as_json({"Exception": "disk full"}))

    assert report.run.status is Status.FATAL
    assert report.run.operation == "Backup"
    assert report.backup == "(unnamed)"


@pytest.mark.parametrize(
    ("name", "status", "levels"),
    [
        ("json-warnings.json", Status.WARNING, ["warning", "warning"]),
        ("json-errors.json", Status.ERROR, ["warning", "error", "error"]),
        ("json-interrupted.json", Status.INTERRUPTED, []),
        ("json-2.3.1.0.json", Status.SUCCESS, ["retry", "information"]),
    ],
)
def test_status_and_log_levels_of_recorded_reports(
    name: str, status: Status, levels: list[str]
) -> None:
    report = read_report(payload(name))

    assert report.run.status is status
    assert [message.level for message in report.log.messages] == levels


def test_dry_run_is_no_backup() -> None:
    run = read_report(payload("json-dry-run.json")).run

    assert run.dry_run
    assert not run.is_backup


def test_restore_is_its_own_operation() -> None:
    report = read_report(payload("json-restore.json"))

    assert report.run.operation == "Restore"
    assert not report.run.is_backup
    assert report.run.counts.examined_bytes is None
    assert report.counted["RestoredFiles"] == 41
    assert report.run.verification is None


def test_test_of_stored_files_is_a_verification() -> None:
    run = read_report(payload("json-test.json")).run

    assert run.operation == "Test"
    assert run.verification == Verification(millis("2025-05-03T02:10:00.500Z"), Status.ERROR)


@pytest.mark.parametrize(
    ("backend", "free", "total"),
    [
        ({"FreeQuotaSpace": 5, "TotalQuotaSpace": 9}, 5, 9),
        ({"FreeQuotaSpace": -1, "TotalQuotaSpace": -1}, None, None),
        ({"FreeQuotaSpace": 0, "TotalQuotaSpace": 9}, 0, 9),
        ({"FreeQuotaSpace": -1, "TotalQuotaSpace": 0}, None, None),
        ({}, None, None),
    ],
)
def test_unknown_quota_is_not_reported(
    backend: dict[str, Any], free: int | None, total: int | None
) -> None:
    counts = read_report(duplicati({"BackendStatistics": backend})).run.counts

    assert (counts.quota_free_bytes, counts.quota_total_bytes) == (free, total)


def test_name_of_the_backup_falls_back_to_its_id() -> None:
    body = duplicati(extra={"backup-name": None, "backup-id": "DB-9"})

    assert read_report(body).backup == "DB-9"


def test_operation_falls_back_to_the_one_the_sender_names() -> None:
    body = duplicati({"MainOperation": None}, {"OperationName": "Compact"})

    assert read_report(body).run.operation == "Compact"


def test_every_whole_number_is_kept_under_its_own_name() -> None:
    counted = read_report(payload("json-2.3.1.0.json")).counted

    assert counted["TimestampChangedFiles"] == 4
    assert counted["BackendStatistics.RemoteCalls"] == 16
    assert counted["BackendStatistics.AssignedQuotaSpace"] == -1
    assert "Dryrun" not in counted
    assert not any(name.startswith("CompactResults") for name in counted)


@pytest.mark.parametrize(
    "body",
    [
        {"Data": None, "Extra": None},
        {"Data": {}, "Extra": {"next-scheduled-run": "20260715T010000Z"}},
        {"Data": [], "Exception": None},
        {"Data": {"AddedFiles": 4}},
    ],
)
def test_body_that_tells_no_result_is_refused(body: dict[str, Any]) -> None:
    assert [problem.field for problem in problems(as_json(body))] == ["Data"]
