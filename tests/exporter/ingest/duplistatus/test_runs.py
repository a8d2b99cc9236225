import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.ingest.duplistatus import Run, RunError, read_run
from exporter.ingest.duplistatus.runs import COLUMNS
from exporter.model import Report, Status
from exporter.reports import ReportError, read_report
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis, format_timestamp
from tests.exporter.ingest.duplistatus.databases import Row, run

NOW: Millis = 1_768_528_800_000
BEGAN = NOW - 2 * DAY
ENDLESS: Row = {"end_time": None, "duration_seconds": 3 * DAY // SECOND}


def read(row: Row, name: str | None = "nas") -> Report:
    return read_report(read_run(row, name, NOW).report.body)


def test_a_run_is_whose_it_was_and_what_it_counted() -> None:
    row = run(
        BEGAN, uploaded_size=7, bytes_downloaded=8, added_files=1, warnings=2, deleted_files=3
    )
    report = read(row)
    assert (report.machine.machine_id, report.machine.name) == ("m-1", "nas")
    assert (report.machine.version, report.backup) == ("2.1.0.5", "Documents")
    told = report.run
    assert (told.began, told.ended, told.duration) == (BEGAN, BEGAN + MINUTE, MINUTE)
    assert (told.status, told.operation, told.backup_id) == (Status.WARNING, "Backup", "DB-2")
    counts = told.counts
    assert (counts.examined_files, counts.examined_bytes, counts.stored_bytes) == (10, 1000, 500)
    assert (counts.uploaded_bytes, counts.downloaded_bytes, counts.versions) == (7, 8, 3)
    assert (counts.added_files, counts.deleted_files, counts.warnings) == (1, 3, 2)
    assert report.fingerprint is None


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"parsed_result": "Success", "status": "Warning", "warnings": 1}, Status.WARNING),
        ({"parsed_result": None, "status": "error"}, Status.ERROR),
        ({"parsed_result": "nonsense", "status": "Fatal"}, Status.FATAL),
        ({"parsed_result": "Unknown"}, Status.UNKNOWN),
        ({"interrupted": 1}, Status.INTERRUPTED),
        ({"partial_backup": 1}, Status.INTERRUPTED),
        ({"errors": 1}, Status.ERROR),
    ],
)
def test_a_run_ended_as_it_did(changes: Row, status: Status) -> None:
    assert read(run(BEGAN) | changes).run.status is status


@pytest.mark.parametrize(
    ("changes", "duration"),
    [
        ({"end_time": format_timestamp(BEGAN + 26 * HOUR), "duration_seconds": 7384}, 26 * HOUR),
        ({"end_time": None, "duration_seconds": 90}, 90 * SECOND),
        ({"end_time": None, "duration_seconds": 90.9}, 90 * SECOND),
        ({"end_time": None, "duration_seconds": None}, None),
        ({"end_time": "0001-01-01T00:00:00.000Z", "duration_seconds": 0}, None),
        ({"end_time": "-000001-12-31T23:06:32.000Z", "duration_seconds": 0}, None),
        ({"end_time": format_timestamp(BEGAN - HOUR)}, None),
    ],
)
def test_a_run_took_as_long_as_its_times_tell(changes: Row, duration: Millis | None) -> None:
    assert read(run(BEGAN) | changes).run.duration == duration


@pytest.mark.parametrize(
    "begun",
    [
        {"begin_time": format_timestamp(BEGAN)},
        {"begin_time": "2026-01-14 02:00:00"},
        {"begin_time": "2026-01-14T03:00:00.0001234+01:00"},
        {"begin_time": None, "date": format_timestamp(BEGAN)},
        {"begin_time": "soon", "date": format_timestamp(BEGAN)},
        {"begin_time": "1970-01-01T00:00:00.000Z", "date": format_timestamp(BEGAN)},
    ],
)
def test_a_run_began_when_it_is_written(begun: Row) -> None:
    assert read(run(BEGAN) | begun).run.began == BEGAN


def test_lines_are_kept_once_and_with_their_levels() -> None:
    error, warning = "2026-01-14 - [Error-A-B]: no", "2026-01-14 - [Warning-A-B]: hm"
    row = run(
        BEGAN,
        errors_array=json.dumps([error]),
        warnings_array=json.dumps([warning, 5, None]),
        messages_array=json.dumps(["[Information-A-B]: go", warning, error]),
    )
    lines = [(line.level, line.text) for line in read(row).log.messages]
    assert lines == [
        ("error", error),
        ("warning", warning),
        ("information", "[Information-A-B]: go"),
    ]


def test_what_the_application_fetched_itself_has_the_id_that_reports_tell() -> None:
    assert read(run(BEGAN, backup_id="2")).run.backup_id == "DB-2"


def test_a_zero_that_stands_for_untold_is_not_told() -> None:
    counts = read(run(BEGAN, known_file_size=0, backup_list_count=0, examined_files=0)).run.counts
    assert (counts.stored_bytes, counts.versions, counts.examined_files) == (None, None, 0)


def test_a_dry_run_and_another_operation_stay_what_they_are() -> None:
    assert read(run(BEGAN, dryrun=1)).run.dry_run
    assert read(run(BEGAN, main_operation="Restore")).run.operation == "Restore"


def test_a_server_that_has_no_row_is_known_by_its_id() -> None:
    machine = read(run(BEGAN), None).machine
    assert (machine.machine_id, machine.name) == ("m-1", None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"server_id": None}, "server_id is missing"),
        ({"backup_name": None}, "backup_name is missing"),
        ({"backup_name": " "}, "backup_name is missing"),
        ({"backup_name": b"\xff"}, "backup_name is missing"),
        ({"begin_time": None, "date": None}, "it has no start"),
        ({"begin_time": "1970-01-01T00:00:00.000Z", "date": 5}, "it has no start"),
        ({"begin_time": format_timestamp(NOW + DAY)}, "in the future"),
        ({"parsed_result": "InProgress", "status": "InProgress"}, "status 'InProgress' is unknown"),
        ({"parsed_result": 5, "status": None}, "status None is unknown"),
    ],
)
def test_what_can_be_no_run_is_refused_with_the_reason(changes: Row, reason: str) -> None:
    with pytest.raises(RunError, match=reason):
        read_run(run(BEGAN) | changes, "nas", NOW)


@pytest.mark.parametrize(
    ("column", "value", "doubt"),
    [
        ("size_of_added_files", -5, "size_of_added_files is -5"),
        ("examined_files", "many", "examined_files is 'many'"),
        ("examined_files", 2.0**70, "examined_files is 1.18"),
        ("known_file_size", float("nan"), "known_file_size is nan"),
        ("version", b"\x00" * 1000, "version is 1000 bytes"),
        ("messages_array", "[", "messages_array is '['"),
        ("messages_array", '["\\ud800"]', "messages_array is"),
        ("errors_array", "{}", "errors_array is '{}'"),
        ("warnings_array", "[" * 100_000, "warnings_array is"),
        ("end_time", "late", "end_time is 'late'"),
        ("end_time", b"late", "end_time is 4 bytes"),
        ("end_time", format_timestamp(NOW + DAY), "end_time is '2026-01-17"),
        ("duration_seconds", 2**61, "duration_seconds is 2305"),
        ("duration_seconds", 3 * DAY // SECOND, "duration_seconds is 259200"),
    ],
)
def test_a_value_that_cannot_be_right_is_named_and_counts_as_not_told(
    column: str, value: object, doubt: str
) -> None:
    row = (
        run(BEGAN) | ({"end_time": None} if column == "duration_seconds" else {}) | {column: value}
    )
    (found,) = read_run(row, "nas", NOW).doubts
    assert found.startswith(doubt)
    assert read(row).run.began == BEGAN


@pytest.mark.parametrize("changes", [{"end_time": format_timestamp(NOW + DAY)}, ENDLESS])
def test_a_run_of_the_past_did_not_end_in_the_future(changes: Row) -> None:
    """The deadline of the next runs allows for the longest of the last ones."""
    assert read(run(BEGAN) | changes).run.duration is None


VALUES = (
    st.none()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=20)
    | st.sampled_from(["Success", "[]", '["a"]', "2026-01-14T02:00:00Z", "0001-01-01T00:00:00Z"])
)
ODD = st.dictionaries(st.sampled_from(COLUMNS), VALUES)
ROWS = ODD | ODD.map(lambda odd: run(BEGAN) | odd)


def read_or_refused(row: Row, name: str | None) -> Run | RunError:
    try:
        return read_run(row, name, NOW)
    except RunError as error:
        return error


@settings(max_examples=150, deadline=None)
@given(row=ROWS, name=st.none() | st.text(max_size=5))
def test_whatever_lies_in_a_row_it_is_a_report_or_refused(row: Row, name: str | None) -> None:
    found = read_or_refused(row, name)
    if isinstance(found, RunError):
        assert str(found)
        return
    try:
        report = read_report(found.report.body)
    except ReportError:
        return
    assert report.run.began is not None
    assert (report.machine.machine_id, report.backup) == (found.server_id, found.backup)
