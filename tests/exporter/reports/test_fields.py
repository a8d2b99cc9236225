import pytest

from exporter.model import Message
from exporter.reports import ReportError, fields, read_report
from tests.exporter.reports.bodies import duplicati, millis, problems

NAMES = (
    "backup-name",
    "backup-id",
    "machine-id",
    "machine-name",
    "operating-system",
    "destination-type",
)
WRONG: tuple[object, ...] = (None, "", "12", True, [], {}, [7], {"a": 1}, 1.5)


@pytest.mark.parametrize("value", [*WRONG, -1])
def test_count_of_a_wrong_type_is_not_reported(value: object) -> None:
    counts = read_report(duplicati({"ExaminedFiles": value})).run.counts

    assert counts.examined_files is None


@pytest.mark.parametrize(("value", "count"), [(0, 0), (7, 7), (7.0, 7), (2**63 - 1, 2**63 - 1)])
def test_whole_number_is_a_count(value: float, count: int) -> None:
    assert fields.count({"Files": value}, "Files") == count


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**30, 1e19, -1e300, 2.0**63])
@pytest.mark.parametrize("key", ["ExaminedFiles", "AFieldOfNextYear"])
def test_number_beyond_64_bits_is_refused(key: str, value: float) -> None:
    assert [problem.field for problem in problems(duplicati({key: value}))] == [key]


@pytest.mark.parametrize("key", NAMES)
@pytest.mark.parametrize("value", [None, 5, True, [], {}, "", " \t"])
def test_name_of_a_wrong_type_is_not_reported(key: str, value: object) -> None:
    report = read_report(duplicati(extra={"backup-name": "Photos", key: value}))
    machine, run = report.machine, report.run

    named = (machine.machine_id, machine.name, machine.os, run.backup_id, run.destination_type)
    assert named == (None,) * 5
    assert report.backup in ("Photos", "(unnamed)")


@pytest.mark.parametrize("key", NAMES)
def test_name_over_1024_characters_is_refused(key: str) -> None:
    assert problems(duplicati(extra={key: "ü" * 1024})) == ()
    assert [problem.field for problem in problems(duplicati(extra={key: "n" * 1025}))] == [key]


@pytest.mark.parametrize("key", ["Version", "MainOperation"])
def test_result_that_names_something_is_bounded_too(key: str) -> None:
    assert [problem.field for problem in problems(duplicati({key: "n" * 1025}))] == [key]


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2025-04-21T23:45:46.9712217Z", millis("2025-04-21T23:45:46.971Z")),
        ("2025-04-21T23:45:46.9Z", millis("2025-04-21T23:45:46.900Z")),
        ("2025-04-22T00:45:46.9712217+01:00", millis("2025-04-21T23:45:46.971Z")),
        ("2025-04-21T23:45:46", millis("2025-04-21T23:45:46Z")),
        ("20260715T010000Z", millis("2026-07-15T01:00:00Z")),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59.9999999", 253_402_300_799_999),
        ("9999-12-31T23:59:59-14:00", None),
        ("2025-04-31T00:00:00Z", None),
        ("today", None),
        ("", None),
        (1745279146, None),
        (None, None),
    ],
)
def test_moment_is_read_or_not_reported(value: object, moment: int | None) -> None:
    assert fields.moment({"EndTime": value}, "EndTime") == moment


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ("00:00:51.3856057", 51_385),
        ("1.02:03:04", 93_784_000),
        ("00:00:00", 0),
        ("-00:00:01", None),
        ("51", None),
        (51, None),
        (None, None),
    ],
)
def test_length_of_time_is_read_or_not_reported(value: object, length: int | None) -> None:
    assert fields.timespan({"Duration": value}, "Duration") == length


@pytest.mark.parametrize("value", [None, [], "text", 4])
def test_nested_object_of_a_wrong_type_is_empty(value: object) -> None:
    report = read_report(duplicati({"BackendStatistics": value, "TestResults": value}))

    assert report.run.counts.stored_bytes is None
    assert report.run.verification is None


@pytest.mark.parametrize("lines", [None, "text", {}, [None, 3, ["x"], {}]])
def test_log_of_a_wrong_type_is_empty(lines: object) -> None:
    assert read_report(duplicati(LogLines=lines)).log.messages == ()


def test_numbers_kept_of_one_report_are_bounded() -> None:
    report = read_report(duplicati({f"Field{at}": at for at in range(1000)}))

    assert len(report.counted) == 300


def test_number_under_a_name_too_long_is_not_kept() -> None:
    assert fields.counted({"n" * 1025: 1, "n" * 1024: 2}) == {"n" * 1024: 2}


@pytest.mark.parametrize(
    ("count", "kept", "dropped"), [(0, 0, 0), (1000, 1000, 0), (1001, 1000, 1), (5000, 1000, 4000)]
)
def test_lines_beyond_a_thousand_are_dropped_and_counted(
    count: int, kept: int, dropped: int
) -> None:
    log = read_report(duplicati(LogLines=[f"line {at}" for at in range(count)])).log

    assert (len(log.messages), log.lines_dropped) == (kept, dropped)
    assert [message.text for message in log.messages] == [f"line {at}" for at in range(kept)]


def test_the_failure_itself_is_never_dropped() -> None:
    log = read_report(duplicati(LogLines=["line"] * 2000, Exception="disk full")).log

    assert log.messages[0] == Message("error", "disk full")
    assert (len(log.messages), log.lines_dropped) == (1000, 1001)


@pytest.mark.parametrize(
    ("line", "kept", "shortened"),
    [
        ("x" * 8192, "x" * 8192, 0),
        ("x" * 8193, "x" * 8192, 1),
        ("ü" * 4096, "ü" * 4096, 0),
        ("x" + "ü" * 4096, "x" + "ü" * 4095, 1),
        ("€" * 2731, "€" * 2730, 1),
        ("😀" * 2048, "😀" * 2048, 0),
        ("xyz" + "😀" * 2048, "xyz" + "😀" * 2047, 1),
    ],
    ids=["fits", "ascii", "two bytes fit", "two bytes", "three bytes", "four fit", "four bytes"],
)
def test_long_line_is_cut_between_characters_and_counted(
    line: str, kept: str, shortened: int
) -> None:
    log = read_report(duplicati(LogLines=["before", line])).log

    assert log.messages[1].text == kept
    assert (log.lines_dropped, log.lines_shortened) == (0, shortened)


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("2023-01-26 15:11:40 +00 - [Error-A.B-C]: Fatal error", "error"),
        ("26.1.2023 15:11:40 - [Warning-A.B-C]: slow", "warning"),
        ("[Information-A]: done", "information"),
        ("... and 12 more", "information"),
        ("plain text " * 20 + "[Error-A]: of the line", "information"),
    ],
)
def test_level_of_a_line_is_in_its_brackets(line: str, level: str) -> None:
    assert read_report(duplicati(LogLines=[line])).log.messages == (Message(level, line),)


def test_refusal_names_the_field() -> None:
    with pytest.raises(ReportError, match=r"^backup-name: longer than 1024 characters$"):
        fields.name({"backup-name": "n" * 1025}, "backup-name")
