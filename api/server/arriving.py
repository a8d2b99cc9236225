"""A request that arrives: it may be refused before it is complete."""

import time
from http import HTTPStatus
from typing import Any, Protocol

from waitress.utilities import Error

from api.oversized import HEAD_BYTES
from api.server.memory import Body, Budget
from api.server.parser import Parser
from api.server.site import Site
from exporter.limits import Limit


class TooSlowError(Error):
    """It took too long to arrive."""

    code = 408
    reason = "Request Timeout"
    limit = Limit.REQUEST_TIME


class TooManyError(Error):
    """It came when too many others were in flight."""

    code = 503
    reason = "Service Unavailable"
    limit = Limit.REQUESTS


class NoRoomError(Error):
    """Its body came when those of others used all the memory."""

    code = 503
    reason = "Service Unavailable"
    limit = Limit.UPLOAD_MEMORY


class Door(Protocol):
    """Decides which requests are admitted."""

    @property
    def budget(self) -> Budget:
        """The memory for bodies."""

    def is_busy(self, request: "Request") -> bool:
        """Return whether too many like it are in flight."""

    def admits_body(self, request: "Request") -> bool:
        """Return by its head whether its body is to be read."""


class Request(Parser):
    """A request whose body is read only where its head allows that."""

    completed: bool = False
    expect_continue: bool = False
    headers_finished: bool = False
    content_length: int
    body_bytes_received: int = 0
    error: Error | None = None

    def __init__(self, adj: Any, door: Door, site: Site) -> None:  # noqa: ANN401 - of waitress
        self.site = site
        """What answers it."""
        self.pool: Any = None
        """Whose threads do that, once that was looked for."""
        self.is_at_once = False
        """Whether the thread that received it answers it."""
        self.answer: Any = None
        """What the app said and the body of it, where it was asked already."""
        self.failure: Exception | None = None
        """Why the store did not record the report in it, where that was tried already."""
        self._body = Body(door.budget)
        super().__init__(adj, self._body)
        self._door = door
        self._is_checked = False
        self.arrived = time.monotonic()
        """When it had arrived, by the monotonic clock."""
        self.unread = False
        """Whether more of it may come that is not wanted."""

    def received(self, data: bytes) -> int:
        """Process a part of it."""
        taken: int = super().received(data)
        if self.headers_finished and not self._is_checked:
            self._check_head()
        if self._body.found_no_room and self.error is None:
            self.error = _no_room()
        if self.error is not None:
            self._end_unread()
        elif self.completed:
            self.arrived = time.monotonic()
            self.expect_continue = False  # there is nothing to go on with
            if self._door.is_busy(self):
                self.error = TooManyError("too many requests in flight")
        return len(data) if self.unread and self.completed else taken

    def _check_head(self) -> None:
        """Check its head. What is not admitted is answered by the app, without its body."""
        self._is_checked = True
        if self.body_rcv is None or self.error is not None:
            return
        if not self._door.admits_body(self):
            self.body_rcv = None
            self.headers["CONNECTION"] = "close"
            self.completed = self.unread = True
        elif not self._door.budget.has_room(self.content_length):
            self.error = _no_room()

    def _end_unread(self) -> None:
        """Answer it now; one that is too large once its beginning has come, which is kept.

        A sender that waits for 100 Continue gets the refusal instead.
        """
        begins = self.is_oversized and not self.chunked and not self.expect_continue
        self.completed = not begins or self.body_bytes_received >= HEAD_BYTES
        self.unread = True
        self.expect_continue = False

    @property
    def size(self) -> int:
        """The bytes of its body that have arrived, however they were sent."""
        return len(self._body)

    @property
    def is_oversized(self) -> bool:
        """Whether it is refused for its length."""
        return self.error is not None and self.error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def refuse(self, error: Error) -> None:
        """Let it be answered with an error, although it has not arrived."""
        if not self.headers_finished:
            self.parse_header(b"GET / HTTP/1.0\r\n")  # as waitress does where it has none
        self.error = self.error or error
        self.completed = True


def _no_room() -> Error:
    return NoRoomError("limit max_upload_memory reached")
