import io
import json
import logging
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.logs import (
    BatchingStreamHandler,
    HumanFormatter,
    JsonFormatter,
    LogFormat,
    LogLevel,
    adjust,
    log_fields,
    set_up,
)

ODD = [
    "two words",
    'quotes " and \\ backslashes',
    "line\nbreak 2026-01-31T02:00:00.000Z error forged",
    "carriage\rreturn",
    "other\u2028line\u2029breaks\x85and\x0bso\x0con",
    "terminal \x1b[31mred\x1b[0m and \x9b31m",
    "\x00",
    "ü ☃ 🌍",
    "half a pair \udc80",
    "",
]


def record_of(message: str, *, level: int = logging.INFO, **fields: object) -> logging.LogRecord:
    record = logging.LogRecord("exporter.tests", level, "tests", 1, message, None, None)
    record.created = 1_769_824_800.25
    record.__dict__.update(log_fields(**fields))
    return record


def test_an_event_for_people_has_its_time_level_message_and_fields() -> None:
    line = HumanFormatter().format(record_of("report recorded", server="nas 1", job_id=7))
    assert line == '2026-01-31T02:00:00.250Z info report recorded server="nas 1" job_id=7'


def test_an_event_as_json_has_its_time_level_logger_message_and_fields() -> None:
    record = record_of("report recorded", level=logging.WARNING, server="nas", job_id=7)
    assert json.loads(JsonFormatter().format(record)) == {
        "time": "2026-01-31T02:00:00.250Z",
        "level": "warning",
        "logger": "exporter.tests",
        "event": "report recorded",
        "server": "nas",
        "job_id": 7,
    }


def test_a_field_without_a_value_is_left_out() -> None:
    record = record_of("report recorded", server=None)
    assert "server" not in HumanFormatter().format(record)
    assert "server" not in json.loads(JsonFormatter().format(record))


def test_an_event_without_fields_is_told_too() -> None:
    record = logging.LogRecord("waitress", logging.ERROR, "x", 1, "%s at %d", ("odd", 5), None)
    assert HumanFormatter().format(record).endswith(" error odd at 5")
    assert json.loads(JsonFormatter().format(record))["event"] == "odd at 5"


def assert_is_one_line(line: str) -> None:
    assert len(line.splitlines()) == 1
    assert not any(unicodedata.category(each) == "Cc" for each in line)


@pytest.mark.parametrize("text", ODD)
def test_an_event_for_people_is_one_line_whatever_it_names(text: str) -> None:
    assert_is_one_line(HumanFormatter().format(record_of("report recorded", server=text)))


@pytest.mark.parametrize("text", ODD)
def test_an_event_for_people_is_one_line_whatever_its_message(text: str) -> None:
    assert_is_one_line(HumanFormatter().format(record_of(f"reported: {text}")))


@pytest.mark.parametrize("text", ODD)
def test_an_event_as_json_is_one_line_whatever_it_names(text: str) -> None:
    line = JsonFormatter().format(record_of("report recorded", server=text))
    assert "\n" not in line
    assert json.loads(line).keys() >= {"time", "level", "event", "server"}


@given(st.text(), st.text())
def test_any_texts_give_one_line_that_says_them(message: str, name: str) -> None:
    record = record_of("%s", server=name)
    record.args = (message,)
    assert_is_one_line(HumanFormatter().format(record))
    told = json.loads(JsonFormatter().format(record))
    assert (told["event"], told["server"]) == (message, name)


def test_values_of_other_types_are_told_as_text() -> None:
    record = record_of("odd", path=ValueError("a\nb"))
    assert_is_one_line(HumanFormatter().format(record))
    assert json.loads(JsonFormatter().format(record))["event"] == "odd"


@pytest.mark.usefixtures("root_log")
def test_format_and_level_can_change(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("human", "info")
    log = logging.getLogger("exporter.tests")
    log.debug("too little")
    log.info("first")
    adjust("json", "debug")
    log.debug("second")
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith("info first")
    assert json.loads(second)["event"] == "second"


def failed() -> logging.LogRecord:
    record = record_of("GET / failed", level=logging.ERROR)
    try:
        int("inside")
    except ValueError:
        record.exc_info = sys.exc_info()
    return record


def test_the_trace_of_a_bug_is_told() -> None:
    told = HumanFormatter().format(failed())
    assert "ValueError: invalid literal for int() with base 10: 'inside'" in told
    line = JsonFormatter().format(failed())
    assert "\n" not in line
    assert (
        "ValueError: invalid literal for int() with base 10: 'inside'" in json.loads(line)["trace"]
    )


FORMATTERS: list[tuple[LogFormat, type[logging.Formatter]]] = [
    ("human", HumanFormatter),
    ("json", JsonFormatter),
]


@pytest.mark.parametrize(("log_format", "formatter"), FORMATTERS)
def test_events_go_to_stderr_in_the_configured_form(
    root_log: logging.Logger,
    capsys: pytest.CaptureFixture[str],
    log_format: LogFormat,
    formatter: type[logging.Formatter],
) -> None:
    set_up(log_format, "info")
    logging.getLogger("exporter.tests").info("hello", extra=log_fields(server="nas"))
    output = capsys.readouterr()
    assert output.out == ""
    assert len(output.err.splitlines()) == 1
    assert isinstance(root_log.handlers[0].formatter, formatter)


@pytest.mark.usefixtures("root_log")
@pytest.mark.parametrize(
    ("level", "told"),
    [("debug", "diwe"), ("info", "iwe"), ("warning", "we"), ("error", "e")],
)
def test_events_below_the_configured_level_are_left_out(
    capsys: pytest.CaptureFixture[str], level: LogLevel, told: str
) -> None:
    set_up("json", level)
    log = logging.getLogger("exporter.tests")
    for name in ("debug", "info", "warning", "error"):
        getattr(log, name)("hello")
    lines = capsys.readouterr().err.splitlines()
    assert "".join(json.loads(line)["level"][0] for line in lines) == told


def test_logging_of_every_version_of_python_can_do_without_a_lock() -> None:
    """Up to 3.12 it takes and releases a lock, from 3.13 on it enters one."""
    written = io.StringIO()
    lock = BatchingStreamHandler(written).lock
    assert lock is not None
    with lock:
        lock.acquire()
        lock.release()
    assert written.getvalue() == ""
