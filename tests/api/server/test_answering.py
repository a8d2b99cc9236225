"""Answers are sent as waitress sends them, byte for byte."""

from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waitress.adjustments import Adjustments
from waitress.task import WSGITask

from api.server.answering import AppTask, answer

NAMES = ["content-type", "ETag", "cache-control", "VARY", "x-50%-off", "Location", "set-cookie"]
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20)
HEADERS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=8)
STATUSES = st.sampled_from(["200 OK", "404 Not Found", "304 Not Modified", "204 No Content"])
ASKED = st.fixed_dictionaries(
    {
        "version": st.sampled_from(["1.0", "1.1"]),
        "headers": st.sampled_from([{}, {"CONNECTION": "close"}, {"CONNECTION": "Keep-Alive"}]),
        "command": st.sampled_from(["GET", "HEAD", "POST"]),
    }
)
LINE_ENDS = ["a\nb", "a\r\nSet-Cookie: b", "a\rb"]


class Sent:
    """A connection that keeps what is sent."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.server = SimpleNamespace(
            application=application,
            adj=Adjustments(ident=None),
            effective_port=9666,
            server_name="here",
        )
        self.adj = self.server.adj
        self.addr = ("192.0.2.7", 1234)
        self.check_client_disconnected = lambda: False
        self.data = b""

    def write_soon(self, data: bytes) -> int:
        self.data += data
        return len(data)


class App:
    """Says always the same."""

    def __init__(
        self, status: str, headers: Sequence[tuple[str, str]], body: Iterable[bytes]
    ) -> None:
        self.said = status, headers, body

    def __call__(self, _environment: object, start: Callable[..., Any]) -> Iterable[bytes]:
        status, headers, body = self.said
        start(status, list(headers))
        return body


def sent_by(task: type[WSGITask], app: App, application: Any, **asked: Any) -> tuple[bytes, bool]:  # noqa: ANN401 - as waitress has it
    """Return what a task sends, and whether the connection is closed after it."""
    defaults = {"version": "1.1", "command": "GET", "headers": {}, "path": "/", "query": ""}
    request = SimpleNamespace(
        **(defaults | asked),
        request_uri="/",
        url_scheme="http",
        get_body_stream=lambda: None,
        site=SimpleNamespace(app=app, at_once=None),
        arrived=0.0,
        answer=None,
        is_at_once=False,
        failure=None,
        connection_close=False,
    )
    channel = Sent(application)
    answering = task(channel, request)
    answering.start, answering.start_time = lambda: None, 1_768_473_000.5
    answering.service()
    return channel.data, answering.close_on_finish


def both(app: App, **asked: Any) -> tuple[tuple[bytes, bool], tuple[bytes, bool]]:  # noqa: ANN401 - as waitress has it
    """Return what we send of an app, and what waitress does."""
    return sent_by(AppTask, app, answer, **asked), sent_by(WSGITask, app, app, **asked)


@given(
    status=STATUSES,
    headers=HEADERS,
    body=st.lists(st.binary(max_size=40), max_size=3),
    wrong_by=st.sampled_from([None, 0, 1]),
    asked=ASKED,
)
def test_every_answer_is_the_one_of_waitress(
    status: str,
    headers: list[tuple[str, str]],
    body: list[bytes],
    wrong_by: int | None,
    asked: dict[str, Any],
) -> None:
    if wrong_by is not None:
        headers = [*headers, ("content-length", str(sum(map(len, body)) + wrong_by))]
    ours, theirs = both(App(status, headers, body), **asked)
    assert ours == theirs


@given(headers=HEADERS, body=st.binary(min_size=1, max_size=40))
def test_the_usual_answer_too(headers: list[tuple[str, str]], body: bytes) -> None:
    ours, theirs = both(App("200 OK", [*headers, ("Content-Length", str(len(body)))], [body]))
    assert ours == theirs
    assert ours[0].endswith(b"\r\n\r\n" + body)


def test_a_large_body_too() -> None:
    body = b"x" * 100_000
    ours, theirs = both(App("200 OK", [("content-length", "100000")], [body]))
    assert ours == theirs


@pytest.mark.parametrize("value", LINE_ENDS)
def test_a_line_end_in_a_value_makes_no_header(value: str) -> None:
    app = App("200 OK", [("x-said", value), ("content-length", "1")], [b"x"])
    for task, application in ((AppTask, answer), (WSGITask, app)):
        with pytest.raises(ValueError, match=r"line (end|feed)"):
            sent_by(task, app, application)


@pytest.mark.parametrize("name", ["Connection", "Transfer-Encoding"])
def test_an_app_does_not_decide_on_the_connection(name: str) -> None:
    app = App("200 OK", [(name, "close"), ("content-length", "1")], [b"x"])
    for task, application in ((AppTask, answer), (WSGITask, app)):
        with pytest.raises(AssertionError, match="hop-by-hop"):
            sent_by(task, app, application)
