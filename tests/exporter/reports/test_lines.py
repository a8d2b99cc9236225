import pytest

from exporter.model import Message
from exporter.reports import read_report
from tests.exporter.reports.bodies import duplicati, text_report


@pytest.mark.parametrize("lines", [None, "text", {}, [None, 3, ["x"], {}]])
def test_log_of_a_wrong_type_is_empty(lines: object) -> None:
    assert read_report(duplicati(LogLines=lines)).log.messages == ()


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
        ("Warning-A: without brackets", "information"),
        ("[Warning", "information"),
        ("[Warningx", "information"),
        ("[2026] [Warning-A]: behind another bracket", "warning"),
        ("[ExplicitOnly-A]: of a level that is rare", "explicitonly"),
        ("plain text " * 20 + "[Error-A]: of the line", "information"),
    ],
)
def test_level_of_a_line_is_in_its_brackets(line: str, level: str) -> None:
    assert read_report(duplicati(LogLines=[line])).log.messages == (Message(level, line),)


INFORMATION = "2026-11-28 03:00:00 +01 - [Information-A.B-C]: line"
WARNING = "2026-11-28 03:00:01 +01 - [Warning-A.B-C]: slow"
ERROR = "2026-11-28 03:00:02 +01 - [Error-A.B-C]: no room"


@pytest.mark.parametrize("at", [0, 999, 1000, 1100, 1499])
@pytest.mark.parametrize("grave", [ERROR, WARNING])
def test_errors_and_warnings_are_kept_before_information(at: int, grave: str) -> None:
    told = [INFORMATION] * 1500
    told[at] = grave
    log = read_report(duplicati(LogLines=told)).log

    assert [line.text for line in log.messages].count(grave) == 1
    assert (len(log.messages), log.lines_dropped) == (1000, 500)


def test_errors_are_kept_before_warnings_and_all_in_their_order() -> None:
    told = [f"[Warning-A-B]: {at}" for at in range(1500)] + [ERROR, INFORMATION]
    log = read_report(duplicati(LogLines=told)).log

    assert [line.text for line in log.messages] == [*told[:999], ERROR]
    assert log.lines_dropped == 502


@pytest.mark.parametrize(
    ("data", "told", "reason"),
    [
        ({}, [WARNING], None),
        ({"ParsedResult": "Warning"}, [], None),
        ({"ParsedResult": "Warning"}, [INFORMATION], None),
        ({"ParsedResult": "Warning"}, [WARNING, INFORMATION], "slow"),
        ({"ParsedResult": "Error"}, [ERROR, WARNING], "no room"),
        ({"ParsedResult": "Error"}, [ERROR, "[Error-A.B-D]: newer", WARNING], "newer"),
        ({"ParsedResult": "Fatal"}, [ERROR], "no room"),
        ({"Interrupted": True}, [ERROR, WARNING], "no room"),
        ({"ParsedResult": "Error"}, ["[Error-A.B-C]: "], "[Error-A.B-C]:"),
        ({"ParsedResult": "Error"}, ["[Error-A.B-C]: one\n   at two"], "one\n   at two"),
    ],
)
def test_the_reason_is_the_newest_of_the_gravest_lines(
    data: dict[str, object], told: list[str], reason: str | None
) -> None:
    assert read_report(duplicati(data, LogLines=told)).run.reason == reason


@pytest.mark.parametrize(
    "tag", ["BackupHandler-CancellationRequested", "Controller-AbortOperation"]
)
@pytest.mark.parametrize("level", ["Information", "Warning"])
def test_the_reason_of_a_stopped_run_is_the_line_that_tells_of_the_stop(
    tag: str, level: str
) -> None:
    stop = f"2026-11-28 03:00:01 +01 - [{level}-Duplicati.Library.Main.{tag}]: a person asked"
    told = [INFORMATION, stop, ERROR, WARNING]

    assert read_report(duplicati({"Interrupted": True}, LogLines=told)).run.reason == (
        "a person asked"
    )
    assert read_report(duplicati({"ParsedResult": "Error"}, LogLines=told)).run.reason == "no room"


def test_the_reason_of_a_run_that_died_is_its_exception() -> None:
    assert read_report(duplicati(LogLines=[ERROR], Exception="disk full")).run.reason == "disk full"


@pytest.mark.parametrize("text", ["x" * 5000, "ü" * 5000, "x" + "€" * 5000])
def test_the_reason_is_bounded(text: str) -> None:
    died = read_report(duplicati(Exception=text)).run.reason
    logged = {"ParsedResult": "Error"}
    line = read_report(duplicati(logged, LogLines=[f"[Error-A-B]: {text}"])).run.reason

    assert died == line
    assert died is not None
    assert text.startswith(died)
    assert 1020 < len(died.encode()) <= 1024


def test_the_reason_is_found_among_lines_that_are_not_kept() -> None:
    told = [f"[Error-A-B]: {at}" for at in range(1500)]

    assert read_report(duplicati({"ParsedResult": "Error"}, LogLines=told)).run.reason == "1499"


TRACE = ("System.Exception: refused", "   at A.B()", "", "   at C.D()")


def _logged(*told: str) -> list[str]:
    body = text_report("Photos", "ParsedResult: Error", "", "Log data:", *told)
    return [line.text for line in read_report(body).log.messages]


def test_the_lines_of_a_stack_trace_belong_to_the_line_that_they_follow() -> None:
    trace = "\n".join(line for line in TRACE if line)

    assert _logged(INFORMATION, ERROR, *TRACE, WARNING) == [
        INFORMATION,
        f"{ERROR}\n{trace}",
        WARNING,
    ]


def test_lines_without_any_level_stay_lines_of_their_own() -> None:
    assert _logged("one", "two", ERROR, "  at A", "... and 12 more") == [
        "one",
        "two",
        f"{ERROR}\n  at A",
        "... and 12 more",
    ]


def test_the_reason_of_a_text_report_has_no_time_and_no_tag() -> None:
    body = text_report("Photos", "ParsedResult: Error", "", "Log data:", ERROR, "   at A.B()")

    assert read_report(body).run.reason == "no room\n   at A.B()"
