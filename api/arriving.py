"""A request that arrives: what is refused on the way, and from when on it is answered."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from waitress.utilities import Error

from api.oversized import HEAD_BYTES
from api.parser import Parser


class TooSlowError(Error):
    """It took too long to arrive."""

    code = 408
    reason = "Request Timeout"


class TooManyError(Error):
    """It came when there was no room."""

    code = 503
    reason = "Service Unavailable"


class Request(Parser):
    """A request that is refused once it has arrived, where too many wait already."""

    completed: bool = False
    expect_continue: bool = False
    body_bytes_received: int = 0
    error: Error | None = None

    def __init__(self, adj: Any, is_busy: Callable[[], bool]) -> None:  # noqa: ANN401 - of waitress
        super().__init__(adj)
        self._is_busy = is_busy
        self.unread = False
        """Whether more of it may come that nobody wants."""

    def received(self, data: bytes) -> int:
        """Take a part of it."""
        taken: int = super().received(data)
        if self.error is not None:
            self._end_unread()
        elif self.completed:
            self.expect_continue = False  # there is nothing to go on with
            if self._is_busy():
                self.error = TooManyError("too many requests wait for their answers")
        return taken

    def _end_unread(self) -> None:
        """Answer it now; one that is too large once its beginning has come, which is kept.

        Who waits to be told to go on is told the refusal instead.
        """
        begins = self.is_oversized and not self.chunked and not self.expect_continue
        self.completed = not begins or self.body_bytes_received >= HEAD_BYTES
        self.unread = True
        self.expect_continue = False

    @property
    def is_oversized(self) -> bool:
        """Whether it is refused for its length."""
        return self.error is not None and self.error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def refuse(self, error: Error) -> None:
        """Let it be answered with an error, though it has not arrived."""
        if not self.headers_finished:
            self.parse_header(b"GET / HTTP/1.0\r\n")  # as waitress does where it has none
        self.error = self.error or error
        self.completed = True
