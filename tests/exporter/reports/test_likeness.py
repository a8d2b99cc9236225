"""What was meant as a report is told from what anybody may post."""

from urllib.parse import quote_plus, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.reports.likeness import SEARCHED_BYTES, looks_like_report
from tests.support.daemon import NOW
from tests.support.reports_builder import (
    documented_report,
    duplicati_report,
    exception_report,
    text_report,
)

REPORTS = {
    "json": duplicati_report(began=NOW),
    "text": unquote_plus(text_report(began=NOW).decode()).partition("=")[2].encode(),
    "died": exception_report(),
    "documented": documented_report(began=NOW),
    "a relay's": b'{"Data": null, "Extra": {"backup-name": "x"}}',
    "results alone": b"DeletedFiles: 0\nParsedResult: Success\n",
    "results behind a name": b"nas Photos\r\n  MainOperation : Backup\r\n",
    "died long ago": b"Result\nFailed: The disk is full\nDetails: System.IO.IOException",
    "a header alone": b"Duplicati Backup report for Photos",
    "no server": b'{"backup": {"name": "x", "status": "fine"}}',
    "no backup": b'{"server": {"name": "x"}}',
    "no frame": b'{"name": "x", "status": "success", "startTime": "2024-01-15T02:00:00Z"}',
    "spaced": b'{ "Data" : { "ParsedResult" : "Success" } }',
}
OTHERS = {
    "nothing": b"",
    "a sentence": b"The backup has ended",
    "a sentence in a form": b"message=The+backup+of+Photos+has+ended%21",
    "other JSON": b'{"data": {"status": "success"}, "server": "x", "id": 1}',
    "a list": b"[1, 2]",
    "a live report": b'{"operation": "Backup", "status": "Progress"}',
    "a scanner's": b"<?xml version='1.0'?><methodCall><methodName>x</methodName></methodCall>",
    "a login": b"username=admin&password=%27+OR+1%3D1",
    "bytes": bytes(range(256)),
}


@pytest.mark.parametrize("body", REPORTS.values(), ids=REPORTS.keys())
def test_a_report_is_known_as_one_however_it_is_written(body: bytes) -> None:
    text = body.decode()
    written = [
        body,
        body[: len(body) * 4 // 5] if len(body) > 300 else body,
        text.encode("utf-16"),
        text.encode("utf-16-be"),
        f"message={quote_plus(text)}".encode(),
        f"other=1&text={quote_plus(text)}&more=2".encode(),
        b"\xff\xfe\x80" + body + b"\xff",
    ]
    assert [looks_like_report(each) for each in written] == [True] * len(written)


@pytest.mark.parametrize("body", OTHERS.values(), ids=OTHERS.keys())
def test_what_anybody_may_post_is_none(body: bytes) -> None:
    assert not looks_like_report(body)


@given(st.binary(max_size=2000))
def test_any_bytes_can_be_asked_for(body: bytes) -> None:
    assert looks_like_report(body + b"\nParsedResult: Success")


@pytest.mark.parametrize("part", [b"\n", b" ", b'"', b"%", b'"Data"', b"Duplicati a", b"Failed: "])
def test_much_of_one_thing_is_looked_through_fast(part: bytes) -> None:
    assert not looks_like_report(part * (SEARCHED_BYTES // len(part)))
