"""Sends what the app answers: the same bytes as waitress would, with less work for each answer.

waitress checks, names and sorts each header of each answer, and sends head and body by themselves.
Here that is worked out once for all answers that have the same headers, whatever their values are.
What is not one body of a known length, such as a stream, waitress sends itself.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, NamedTuple

from waitress.task import WSGITask, hop_by_hop
from waitress.utilities import build_http_date

from api.at_once import AT_ONCE, RECEIVING
from api.deferred import FAILED
from api.patience import ARRIVED

_ANSWERED = "duplistatus.answered"
_KEEP_ALIVE = "keep-alive"
_LENGTH = "content-length"
_FROM_WAITRESS = {*hop_by_hop, "date", "server"}
"""Headers that waitress treats in a way of its own."""

_JOINED_BYTES = 16 * 1024
"""A body up to here is copied behind its head."""


class _Layout(NamedTuple):
    """How answers with some headers look: their text, the order of the values, and its lines.

    `length_at` is which of the values is the length of the body.
    """

    text: str
    ordered: Callable[[Sequence[str]], tuple[str, ...]]
    lines: int
    length_at: int


class Started:
    """What the app says before its body, as WSGI has it."""

    status = ""
    headers: Sequence[tuple[str, str]] = ()

    def __call__(
        self, status: str, headers: Sequence[tuple[str, str]], _error: object = None
    ) -> Callable[[bytes], None]:
        """Keep what is said."""
        self.status, self.headers = status, headers
        return _write_nothing

    def put_length(self, length: int) -> None:
        """Note that the body has another length."""
        others = [each for each in self.headers if each[0].lower() != _LENGTH]
        self.headers = [*others, (_LENGTH, str(length))]


class AppTask(WSGITask):
    """Lets the app of its site answer, and gives it the time of the request's arrival."""

    def get_environment(self) -> dict[str, Any]:
        """Return what WSGI gives to an app."""
        environment: dict[str, Any] = super().get_environment()
        environment[ARRIVED] = self.request.arrived
        at_once = self.request.site.at_once
        if at_once is not None:
            environment[AT_ONCE] = partial(at_once.note, self.request.path, self.request.query)
        if self.request.is_at_once:
            environment[RECEIVING] = True
        if self.request.failure is not None:
            environment[FAILED] = self.request.failure
        return environment

    def execute(self) -> None:
        """Let the app answer, and send that."""
        started, body = self.request.answer or self._ask()
        if type(body) is not list or len(body) != 1 or not self._send(started, body[0]):
            self.get_environment()[_ANSWERED] = started, body
            super().execute()

    def _ask(self) -> tuple[Started, Iterable[bytes]]:
        started = Started()
        return started, self.request.site.app(self.get_environment(), started)

    def _send(self, started: Started, body: bytes) -> bool:
        """Send an answer that has all of its body; return False for one that waitress sends."""
        head = self._head(started, len(body))
        if head is None:
            return False
        self.complete = self.wrote_header = True
        if len(body) <= _JOINED_BYTES:
            self.channel.write_soon(head + body)
        else:
            self.channel.write_soon(head)
            self.channel.write_soon(body)
        return True

    def _head(self, started: Started, length: int) -> bytes | None:
        """Return what comes before a body. A line end in a value is refused, as by waitress."""
        self.status = started.status
        connection = self.request.headers.get("CONNECTION", _KEEP_ALIVE)
        if self.version != "1.1" or connection.lower() != _KEEP_ALIVE or not self.has_body:
            return None
        layout = _layout(tuple([name for name, _ in started.headers]))
        values = [value for _, value in started.headers]
        if layout is None or values[layout.length_at] != str(length):
            return None
        values += (_date(int(self.start_time)), started.status)
        text = layout.text % layout.ordered(values)
        if text.count("\n") != layout.lines or text.count("\r") != layout.lines:
            raise ValueError("a header has a line end in its value")
        return text.encode("latin-1")


def answer(environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Return what the app answered already, for waitress, which asks for it as WSGI says."""
    started, body = environment.pop(_ANSWERED)
    start_response(started.status, started.headers)
    found: Iterable[bytes] = body
    return found


@lru_cache(maxsize=256)
def _layout(names: tuple[str, ...]) -> _Layout | None:
    """Return how an answer with these headers looks; None for one that waitress writes."""
    lower = [name.lower() for name in names]
    if lower.count(_LENGTH) != 1 or not _FROM_WAITRESS.isdisjoint(lower):
        return None
    named = ["-".join(part.capitalize() for part in name.split("-")) for name in (*names, "date")]
    order = sorted(range(len(named)), key=named.__getitem__)
    lines = "".join(f"{named[at].replace('%', '%%')}: %s\r\n" for at in order)
    ordered = itemgetter(len(named), *order)
    return _Layout(f"HTTP/1.1 %s\r\n{lines}\r\n", ordered, len(named) + 2, lower.index(_LENGTH))


@lru_cache(maxsize=8)
def _date(seconds: int) -> str:
    date: str = build_http_date(seconds)
    return date


def _write_nothing(_data: bytes) -> None:
    """Refuse what WSGI still has for apps of long ago.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError
