"""One connection to the HTTP server: requests that are refused as they come, and errors as JSON."""

import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

import falcon
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import Error

from api import errors
from api.dispatcher import Dispatcher
from api.headers import SECURITY
from api.parser import Parser
from exporter.limits import Limit

_LIMITS = {
    408: Limit.REQUEST_TIME,
    413: Limit.UPLOAD_BYTES,
    431: Limit.HEADER_BYTES,
    503: Limit.REQUESTS,
}


class _TooSlowError(Error):
    code = 408
    reason = "Request Timeout"


class _TooManyError(Error):
    code = 503
    reason = "Service Unavailable"


class _Request(Parser):
    """A request that is refused once it has arrived, where too many wait already."""

    completed: bool = False
    error: Error | None = None

    def __init__(self, adj: Any, is_busy: Callable[[], bool]) -> None:  # noqa: ANN401 - of waitress
        super().__init__(adj)
        self._is_busy = is_busy

    def received(self, data: bytes) -> int:
        """Take a part of it."""
        taken: int = super().received(data)
        if self.completed and self.error is None and self._is_busy():
            self.error = _TooManyError("too many requests wait for their answers")
        return taken

    def refuse(self, error: Error) -> None:
        """Let it be answered with an error, though it has not arrived."""
        if not self.headers_finished:
            self.parse_header(b"GET / HTTP/1.0\r\n")  # as waitress does where it has none
        self.error = error
        self.completed = True


class _JsonErrorTask(ErrorTask):
    """Answers what waitress refuses by itself, such as a garbled request line, as JSON."""

    def execute(self) -> None:
        error = self.request.error
        self._count(error.code)
        # A text in quotes is what was sent, and that may be a secret.
        told = error.body.partition('"')[0].strip()
        body = errors.body(error.code, f"{error.reason}: {told}")
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [("Content-Type", "application/json"), *SECURITY.items()]
        if error.code == _TooManyError.code:
            self.response_headers.append(("Retry-After", str(errors.RETRY_AFTER_SECONDS)))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)

    def _count(self, status: int) -> None:
        server = self.channel.server
        if status in _LIMITS:
            server.telemetry.reached(_LIMITS[status])
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and server.oversized is not None:
            head = WSGITask(self.channel, self.request).get_environment()
            server.oversized.note(falcon.Request(head))


class Channel(HTTPChannel):
    """A connection, which knows for how long its request has been coming."""

    error_task_class = _JsonErrorTask
    request: _Request | None = None
    requests: list[HTTPRequestParser]
    dispatcher: Dispatcher
    """Which one its request was handed to."""

    began = 0.0
    _later: Sequence[HTTPRequestParser] = ()
    """Requests that were sent at once and wait until the answers before them are sent."""

    def parser_class(self, adj: Any) -> _Request:  # noqa: ANN401 - of waitress
        """Make the next request, in the place of waitress's class."""
        return _Request(adj, self._is_busy)

    def received(self, data: bytes) -> bool:
        """Take what came, and note when a request begins."""
        before = self.request
        taken: bool = super().received(data)
        if self.request is not before:
            self.began = time.monotonic()
        return taken

    def expire(self, oldest: float) -> None:
        """Refuse a request that began before a moment and still has not arrived."""
        with self.requests_lock:
            waits = self.requests or self._later
            if self.request is None or waits or self.began >= oldest:
                return
            self.request.refuse(_TooSlowError("it took too long to arrive"))
            self.requests.append(self.request)
            self.request = None
            self.server.add_task(self)

    def _is_busy(self) -> bool:
        in_flight: int = self.server.task_dispatcher.in_flight
        most: int = self.server.most_requests
        return in_flight >= most

    def service(self) -> None:
        """Answer a request, but no faster than its sender reads.

        waitress lets the thread wait for a sender of many requests who does not read: as many of
        them as there are threads stopped everything else.
        """
        with self.dispatcher.serving():
            if not self.total_outbufs_len:
                super().service()
                return
            with self.requests_lock:
                self._later, self.requests = self.requests, []
        self.server.pull_trigger()

    def handle_write(self) -> None:
        """Send what waits, then go on with what was put off."""
        super().handle_write()
        if self._later and self.connected and not self.total_outbufs_len:
            with self.requests_lock:
                self.requests, self._later = list(self._later), ()
            self.server.add_task(self)

    def readable(self) -> bool:
        """Take no request before those that were put off."""
        return not self._later and super().readable()

    def writable(self) -> bool:
        """Wait for a piece worth sending; waitress would ask again at once, and go on asking.

        Asked of every connection in every turn of the loop, so the idle ones come first.
        """
        closing: bool = self.will_close or self.close_when_flushed
        if not self.total_outbufs_len:
            return closing or bool(self._later)
        return closing or not self.requests or self.total_outbufs_len >= self.adj.send_bytes
