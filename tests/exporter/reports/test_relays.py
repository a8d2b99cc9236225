"""What relays, scripts and newer versions make of the JSON report: names, result files, mirrors."""

import pytest

from exporter.model import Machine, short_name
from exporter.reports import read_report
from tests.exporter.reports.bodies import DATA, as_json, duplicati, millis


@pytest.mark.parametrize(
    ("extra", "backup", "named"),
    [
        ({"backup-name": "Photos", "backup-id": "DB-9"}, "Pictures", "Photos"),
        ({"backup-name": None, "backup-id": "DB-9"}, "Pictures", "Pictures"),
        ({"backup-name": "None", "backup-id": "DB-9"}, "Pictures", "Pictures"),
        ({"backup-name": "", "backup-id": "DB-9"}, None, "DB-9"),
        ({"backup-name": " ", "backup-id": "DB-9"}, "  ", "DB-9"),
        ({"backup-name": None, "destination-type": "s3"}, None, "(unnamed) s3"),
        ({"backup-name": None, "destination-type": "s3"}, "Pictures", "Pictures"),
        ({"backup-name": None}, None, "(unnamed)"),
        ({"backup-name": 7}, None, "(unnamed)"),
    ],
)
def test_the_backup_is_named_by_the_report_then_by_the_address(
    extra: dict[str, object], backup: str | None, named: str
) -> None:
    assert read_report(duplicati(extra=extra), backup).backup == named


def test_a_long_name_in_the_address_is_cut() -> None:
    body = duplicati(extra={"backup-name": None})

    assert read_report(body, "n" * 1025).backup == short_name("n" * 1025)


@pytest.mark.parametrize("extra", [None, "None", [], 5])
def test_a_result_file_without_extra_is_read(extra: object) -> None:
    body = as_json({"Data": DATA, "Extra": extra, "LogLines": [], "Exception": None})

    assert read_report(body, "Photos").run == read_report(duplicati()).run
    assert read_report(body).backup == "(unnamed)"


@pytest.mark.parametrize("data", [{}, {"ErrorsActualLength": 2}, {"Interrupted": True}])
def test_results_without_a_report_around_them_are_read(data: dict[str, object]) -> None:
    alone = as_json({**DATA, **data})
    run = read_report(alone, "Photos").run

    assert run == read_report(duplicati(data)).run


def test_results_alone_bring_the_lines_that_they_hold() -> None:
    told = {"Messages": ["[Information-A-B]: began"], "Warnings": ["[Warning-A-B]: slow"]}
    log = read_report(as_json({**DATA, **told, "Errors": ["[Error-A-B]: full"]})).log

    assert [line.level for line in log.messages] == ["error", "warning", "information"]


def test_results_alone_may_name_the_backup_beside_them() -> None:
    assert read_report(as_json({**DATA, "backup-name": "Photos"})).backup == "Photos"


def test_a_key_of_extra_may_be_overridden_with_anything() -> None:
    extra = {"machine-name": ["nas"], "OperationName": 7, "next-scheduled-run": "tonight"}
    report = read_report(duplicati(extra=extra))

    assert report.machine == Machine()
    assert report.run.operation == "Backup"
    assert {detail.partition(":")[0] for detail in report.log.details} == {
        "Extra.machine-name",
        "Extra.next-scheduled-run",
    }


def test_the_operation_may_be_told_by_the_results_alone() -> None:
    assert read_report(duplicati(extra={"OperationName": None})).run.operation == "Backup"


@pytest.mark.parametrize(
    ("data", "duration"),
    [
        ({"EndTime": None, "BeginTime": None, "Duration": "00:01:30"}, 90_000),
        ({"EndTime": None, "Duration": "00:00:00"}, None),
        ({"EndTime": None, "Duration": None}, None),
        ({"Duration": "00:00:00"}, 0),
    ],
)
def test_how_long_a_run_took_is_kept_though_nothing_is_dated(
    data: dict[str, object], duration: int | None
) -> None:
    assert read_report(duplicati(data)).run.duration == duration


def test_a_mirror_is_counted_by_its_own_figures() -> None:
    figures = {"SourceFiles": 39, "SizeOfSourceFiles": 760, "SizeOfUploadedFiles": 700}
    backend = {"BytesUploaded": -39, "FilesUploaded": 39, "KnownFileSize": 0}
    report = read_report(
        duplicati({"MainOperation": "Sync", **figures, "BackendStatistics": backend})
    )

    counts = report.run.counts
    assert (counts.examined_files, counts.examined_bytes, counts.uploaded_bytes) == (39, 760, 700)
    assert counts.stored_bytes is None
    assert "BackendStatistics.BytesUploaded" not in report.counted


@pytest.mark.parametrize(
    ("told", "newest"),
    [
        ("2025-04-22T00:45:46+01:00", millis("2025-04-21T23:45:46Z")),
        ("0001-01-01T00:00:00", None),
        (None, None),
    ],
)
def test_the_newest_version_is_told_by_the_destination(
    told: str | None, newest: int | None
) -> None:
    backend = {"LastBackupDate": told, "RetryAttempts": 5}
    run = read_report(duplicati({"BackendStatistics": backend})).run

    assert (run.newest_version, run.counts.retry_attempts) == (newest, 5)
