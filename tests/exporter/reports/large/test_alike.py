"""A large report that was made small reads as it would have read whole."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings

import exporter.reports
from exporter.reports import ReportError, detection, read_report
from exporter.reports.large import objects, texts
from exporter.reports.large.objects import KNOWN
from tests.exporter.reports.bodies import form, payload, payload_names
from tests.support.strategies.reports import json_bodies, text_bodies

SETTINGS = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_ASKED = re.compile(r'\.(?:count|flag|text|name|moment|timespan|inner|tells)\("([A-Za-z-]+)"\)')


def _told(body: bytes, *, counted: bool) -> object:
    """Return what is read of a body, or what is wrong with it."""
    try:
        report = read_report(body, "Photos")
    except ReportError as error:
        return [problem.field for problem in error.problems]
    log = report.log.messages, report.log.lines_dropped, report.log.lines_shortened
    figures = report.counted if counted else None
    return report.machine, report.backup, report.run, log, figures


def _assert_alike(body: bytes, monkeypatch: pytest.MonkeyPatch, *, counted: bool = False) -> None:
    whole = _told(body, counted=counted)
    with monkeypatch.context() as changed:
        changed.setattr(detection, "LARGE_BYTES", 0)
        if not counted:
            changed.setattr(objects, "WHOLE_BYTES", 0)
            changed.setattr(texts, "FIRST_BYTES", 1500)  # as long as a failure
            changed.setattr(texts, "LAST_BYTES", 0)
        assert _told(body, counted=counted) == whole


@pytest.mark.parametrize("name", payload_names())
@pytest.mark.parametrize("counted", [True, False])
def test_recorded_reports_are_read_alike(
    name: str, *, counted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _assert_alike(payload(name), monkeypatch, counted=counted)


@pytest.mark.not_quick
@given(body=json_bodies() | text_bodies())
@example(
    body=b"Duplicati Backup report for \nLog data:\n\nException: refused\n======================"
)
@SETTINGS
def test_any_body_is_read_alike(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    # Halves of characters in what nobody reads are named only where they are decoded.
    assume(b"\\ud8" not in body.lower() and b"\xed\xa0" not in body)
    _assert_alike(body, monkeypatch, counted=True)
    _assert_alike(form(message=body), monkeypatch, counted=True)


def test_all_that_readers_ask_for_is_known() -> None:
    folder = Path(exporter.reports.__file__).parent
    sources = [path.read_text(encoding="utf-8") for path in folder.glob("*.py")]
    of_live = (folder / "live_status.py").read_text(encoding="utf-8")
    asked = {name for source in sources for name in _ASKED.findall(source)}
    assert asked - set(_ASKED.findall(of_live)) <= set(KNOWN)
