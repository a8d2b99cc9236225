"""Whatever is refused, a person is told what to do."""

import pytest

from exporter.reports import ReportError, read_live_status, read_report
from exporter.reports.remedies import remedy

BODIES = (
    b"",
    b"hello",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"{",
    b'{"a": 1}',
    b'{"Data": ' * 20_000,
    b"a=1&b=2",
    b"message=The+backup+has+ended",
    b"ParsedResult: Success\nMainOperation: Backup",
    b"&".join(b"a%d=1" % number for number in range(300)),
    b"Duplicati Backup report for " + b"x" * 5000 + b"\nParsedResult: Success",
    b'{"Data": {"MainOperation": "Backup"}, "Extra": {"backup-name": "' + b"x" * 2000 + b'"}}',
    b'{"Data": null}',
    b'{"backup": {}}',
    b'{"server": {"name": "x"}, "backup": {"name": "x", "status": "fine", "startTime": "y"}}',
    b'{"operation": "Backup", "startedUtc": "x"}',
    b'{"operation": 1, "startedUtc": "2026-11-24T01:00:00Z"}',
)
ACTIONS = ("add ", "drop ", "set ", "send ", "go to ", "correct ", "choose ", "let ")


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:40].decode(errors="replace"))
def test_every_reason_or_its_remedy_says_what_to_do(body: bytes) -> None:
    for read in (read_report, read_live_status):
        try:
            read(body)
        except ReportError as error:
            told = f"{error} {remedy(str(error)) or ''}".lower()
            assert any(action in told for action in ACTIONS), told


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("message: holds no results: set --send-http-result-output-format=Json", None),
        ("body: is a live report: those go to /api/activity", None),
        ("server.name: is required; backup.status: must be one of success", "Correct these fields"),
        ("startedUtc: must be a timestamp: it identifies the run", "--http-report-status-url"),
        ("something that nobody thought of", "as Duplicati made it"),
    ],
)
def test_a_remedy_is_told_where_the_reason_has_none(reason: str, told: str | None) -> None:
    found = remedy(reason)
    assert (found is None) if told is None else (found is not None and told in found)
