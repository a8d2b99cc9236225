import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.model import Report, Status
from exporter.reports import ReportError, lines, read_report
from exporter.reports.fields import Reader
from exporter.reports.names import RESULT_NAMES
from tests.exporter.reports.bodies import form
from tests.support.strategies.reports import (
    Told,
    json_bodies,
    json_objects,
    json_values,
    text_bodies,
    told_texts,
)

pytestmark = pytest.mark.not_quick

INTEGERS = range(-(2**63), 2**63)
SETTINGS = settings(max_examples=100, deadline=None)


def _leaves(value: object) -> Iterator[object]:
    """Return every plain value inside of a report."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _leaves(getattr(value, name))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from _leaves(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


def _assert_storable(report: Report) -> None:
    for leaf in _leaves(report):
        assert leaf is None or isinstance(leaf, bool | int | str | bytes | Enum)
        if isinstance(leaf, str):
            leaf.encode()
        elif isinstance(leaf, int):
            assert leaf in INTEGERS


def _read(body: bytes, backup: str | None = None) -> Report | ReportError:
    try:
        return read_report(body, backup)
    except ReportError as error:
        return error


def _assert_read_or_refused(body: bytes, backup: str | None = None) -> None:
    outcome = _read(body, backup)
    if isinstance(outcome, ReportError):
        assert outcome.problems
        assert str(outcome).encode()
        return
    assert outcome.backup.strip()
    assert outcome.run.operation.strip()
    assert len(outcome.log.details) <= 20
    assert all(len(detail) <= 200 for detail in outcome.log.details)
    assert all(
        number >= 0 or name.endswith("QuotaSpace") for name, number in outcome.counted.items()
    )
    assert outcome.run.reason is None or len(outcome.run.reason.encode()) <= 1024
    assert (outcome.fingerprint is None) == (outcome.run.began is not None)
    _assert_storable(outcome)


@given(st.binary())
@SETTINGS
def test_any_bytes_are_a_report_or_an_error(body: bytes) -> None:
    _assert_read_or_refused(body)


@given(st.text())
@SETTINGS
def test_any_text_is_a_report_or_an_error(text: str) -> None:
    _assert_read_or_refused(text.encode())


@given(json_bodies())
@SETTINGS
def test_any_json_is_a_report_or_an_error(body: bytes) -> None:
    _assert_read_or_refused(body)


@given(json_bodies() | text_bodies())
@SETTINGS
def test_anything_in_a_form_is_a_report_or_an_error(value: bytes) -> None:
    _assert_read_or_refused(form(message=value))


@given(text_bodies())
@SETTINGS
def test_any_text_report_is_a_report_or_an_error(body: bytes) -> None:
    _assert_read_or_refused(body)
    _assert_read_or_refused(body, "Photos")


@given(text_bodies())
@SETTINGS
def test_no_result_becomes_a_part_of_a_name(body: bytes) -> None:
    outcome = _read(body, "Photos")

    if isinstance(outcome, Report):
        assert not any(f"{result}:" in outcome.backup for result in RESULT_NAMES)


@given(told_texts())
@SETTINGS
def test_a_text_tells_the_name_of_the_backup_and_nothing_else_with_it(told: Told) -> None:
    for body in (told.body, form(message=told.body), told.body.replace(b"\n", b"\r\n")):
        report = read_report(body)

        assert report.backup == told.backup
        assert report.run.operation == "Backup"


@given(told_texts())
@SETTINGS
def test_nothing_around_it_makes_a_result_better(told: Told) -> None:
    for body in (told.body, form(message=told.body)):
        status = read_report(body).run.status

        assert status is Status(told.result.lower())


@given(told_texts(), st.integers(0, 30), st.integers(0, 30))
@SETTINGS
def test_a_list_without_an_end_makes_no_result_better(told: Told, begin: int, end: int) -> None:
    lines = told.body.split(b"\n")
    lines.insert(begin, b"LimitedWarnings: [")
    lines.insert(end, b"]")
    outcome = _read(b"\n".join(lines), "Photos")

    if isinstance(outcome, Report):
        assert outcome.run.status.worse(Status(told.result.lower())) is outcome.run.status


@given(told_texts(), st.sampled_from(["Interrupted", "PartialBackup"]))
@SETTINGS
def test_a_stop_is_seen_wherever_it_stands(told: Told, flag: str) -> None:
    body = told.body.replace(b"MainOperation", f"{flag}: True\nMainOperation".encode(), 1)
    expected = Status.FATAL if told.result == "Fatal" else Status.INTERRUPTED

    assert read_report(body).run.status is expected


@given(st.sampled_from(["Warning", "Error", "Fatal"]), json_objects())
@SETTINGS
def test_nothing_beside_it_makes_a_result_of_json_better(
    result: str, value: dict[str, Any]
) -> None:
    if isinstance(value.get("Data"), dict):
        value["Data"]["ParsedResult"] = result
    outcome = _read(json.dumps(value).encode())

    if isinstance(outcome, Report) and "Data" in value:
        assert outcome.run.status is not Status.SUCCESS


@given(json_objects())
@SETTINGS
def test_json_is_read_alike_with_a_mark_before_it_and_in_a_form(value: dict[str, Any]) -> None:
    body = json.dumps(value).encode()

    assert _told(body) == _told(b"\xef\xbb\xbf" + body) == _told(form(message=body))


def _told(body: bytes) -> tuple[object, ...]:
    """Return all but the fingerprint, which is the body's own."""
    outcome = _read(body)
    if isinstance(outcome, ReportError):
        return outcome.problems
    return outcome.machine, outcome.backup, outcome.run, outcome.log, outcome.counted


_LEVEL = re.compile(r"\[([A-Za-z]+)-")
_LINES = st.builds(
    "{}{}{}".format,
    st.text(".[ -x", max_size=4) | st.integers(80, 101).map("t".__mul__),
    st.sampled_from(["", "[", "[Information", "[Information-", "[Warning-", "[information-", "["]),
    st.text("-[]Ix", max_size=30),
)


@given(_LINES | st.text())
@SETTINGS
def test_the_level_of_any_line_is_the_first_in_brackets(line: str) -> None:
    found = _LEVEL.search(line, 0, 100)

    assert lines.message(line).level == (found[1].lower() if found else "information")
    assert lines.message(line).text == line


_NUMBER_NAMES = st.text(max_size=3) | st.sampled_from(["FreeQuotaSpace", "AddedFiles"])


@given(st.dictionaries(_NUMBER_NAMES, st.sampled_from([-1, -1.0, "-1", "٣", "12"]) | json_values()))
@SETTINGS
def test_every_number_that_can_be_read_is_counted_and_nothing_else(values: dict[str, Any]) -> None:
    found: dict[str, int] = {}
    Reader(values).counted(found, "Part.")

    expected = {f"Part.{key}": _number(key, value) for key, value in values.items()}
    assert found == {key: number for key, number in expected.items() if number is not None}


def _number(key: str, value: object) -> int | None:
    """Return what a value counts: a quota alone may be -1, and text has only digits."""
    if isinstance(value, int | float) and value == -1 and key.endswith("QuotaSpace"):
        return -1
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    is_digits = isinstance(value, str) and value.isdecimal()
    return Reader({key: value}).count(key) if is_number or is_digits else None


@given(json_values() | st.datetimes().map(str) | st.datetimes().map(datetime.isoformat))
@SETTINGS
def test_a_time_is_the_same_however_it_is_read(value: object) -> None:
    direct, spaced = Reader({"At": value}), Reader({"At": f" {value}"})
    expected = spaced.timestamp("At") if isinstance(value, str) else None

    assert direct.timestamp("At") == expected
