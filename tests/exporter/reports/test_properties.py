import json
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.model import Report
from exporter.reports import ReportError, read_report
from tests.exporter.reports.bodies import form
from tests.strategies.reports import json_bodies, json_objects, text_bodies

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


def _read(body: bytes) -> Report | ReportError:
    try:
        return read_report(body)
    except ReportError as error:
        return error


def _assert_read_or_refused(body: bytes) -> None:
    outcome = _read(body)
    if isinstance(outcome, ReportError):
        assert outcome.problems
        assert str(outcome).encode()
        return
    assert outcome.backup.strip()
    assert outcome.run.operation.strip()
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
