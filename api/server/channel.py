"""One connection to the HTTP server: requests that are refused as they come, and errors as JSON."""

import time
from collections.abc import Sequence
from typing import Any

import falcon
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import Error

from api import errors
from api.headers import SECURITY
from api.server.answering import AppTask
from api.server.arriving import Request, TooManyError, TooSlowError
from api.server.deferring import Deferral, may_be_deferred, sends_password
from api.server.dispatcher import Dispatcher
from api.server.lingering import LingeringChannel
from api.server.memory import Budget
from exporter.limits import Limit

_LIMITS = {413: Limit.UPLOAD_BYTES, 431: Limit.HEADER_BYTES}
"""Of the errors that waitress makes."""

_HEAD_SECONDS = 1.0
"""How long to wait for the beginning of a body that is refused for its length."""


class _JsonErrorTask(ErrorTask):
    """Answers what waitress refuses by itself, such as a garbled request line, as JSON."""

    def execute(self) -> None:
        error = self.request.error
        self._count(error)
        body = errors.body(error.code, self._message())
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [("Content-Type", "application/json"), *SECURITY.items()]
        if error.code == TooManyError.code:
            self.response_headers.append(("Retry-After", str(errors.RETRY_AFTER_SECONDS)))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)

    def _message(self) -> str:
        if self.request.is_oversized:
            message: str = self.channel.server.too_large
            return message
        # A text in quotes is what was sent, and that may be a secret.
        message = self.request.error.body.partition('"')[0].strip()
        return f"{self.request.error.reason}: {message}"

    def _count(self, error: Error) -> None:
        server, site = self.channel.server, self.request.site
        limit = getattr(error, "limit", None) or _LIMITS.get(error.code)
        if limit is not None:
            server.self_metrics.count_limit_hit(limit)
        if self.request.is_oversized and site.oversized is not None:
            head = self.channel.head_of(self.request)
            site.oversized.note(head, time.monotonic() - self.channel.began)


class Channel(LingeringChannel):
    """A connection, which knows since when its request has been arriving."""

    task_class = AppTask
    error_task_class = _JsonErrorTask
    request: Request | None = None
    requests: list[Request]
    dispatcher: Dispatcher
    """Which one its request was handed to."""

    began = 0.0
    is_new = True
    """Whether nothing has come yet."""

    _deferral: Deferral | None = None
    """Of the request that is being answered, if it was begun."""

    _later: Sequence[Request] = ()
    """Requests that were sent at once and wait until the answers before them are sent."""

    def parser_class(self, adj: Any) -> Request:  # noqa: ANN401 - of waitress
        """Create the next request, instead of waitress's class."""
        return Request(adj, self, self.server.site)

    def received(self, data: bytes) -> bool:
        """Process what came, and note when a request starts."""
        self.is_new = False
        before = self.request
        taken: bool = super().received(data)
        if self.request is not before:
            self.began = time.monotonic()
        return taken

    def expire(self, present: float) -> None:
        """Refuse a request that takes too long to arrive, and fail one that waits too long."""
        self.end_lingering(present)
        deferral = self._deferral
        if deferral is not None:
            deferral.expire(present)
        with self.requests_lock:
            waits = self.requests or self._later
            if self.request is None or waits:
                return
            given = _HEAD_SECONDS if self.request.is_oversized else self.server.request_seconds
            if self.began + given > present:
                return
            self.request.refuse(TooSlowError("the request took too long to arrive"))
            self.requests.append(self.request)
            self.request = None
            self.server.add_task(self)

    def is_answered(self) -> bool:
        """Return whether a request waits for its answer, or an answer for its reader."""
        return bool(self.requests or self._later or self.total_outbufs_len)

    def arrives(self) -> bool:
        """Return whether a request is on its way, or may be, on a connection that is new."""
        return self.request is not None or self.lingering or self.is_new

    @property
    def budget(self) -> Budget:
        """The memory for the bodies of all connections."""
        budget: Budget = self.server.budget
        return budget

    def head_of(self, request: Request) -> falcon.Request:
        """Return a request as the app would see it."""
        head = falcon.Request(WSGITask(self, request).get_environment())
        request.site.prefix.apply(head)
        return head

    def admits_body(self, request: Request) -> bool:
        """Return by its head whether the sender may send reports; else the app refuses it."""
        oversized = request.site.oversized
        return oversized is None or oversized.admits(lambda: self.head_of(request))

    def handle_close(self) -> None:
        """Close it, and release what has come of requests that will not be answered."""
        super().handle_close()
        for request in (self.request, *self._later):
            if request is not None:
                request.close()
        self.request, self._later = None, ()

    def is_busy(self, request: Request) -> bool:
        """Return whether too many requests like this one are in flight."""
        most: int = self.server.most_requests
        return self.pool_of(request).in_flight >= most

    def pool_of(self, request: Request) -> Dispatcher:
        """Return the threads that answer a request."""
        if request.pool is None:
            request.pool = self._choose_pool(request)
        found: Dispatcher = request.pool
        return found

    def _choose_pool(self, request: Request) -> Dispatcher:
        pools, asked = self.server.pools, (request.command, request.path, request.query)
        found: Dispatcher = pools.of(*asked, request.site.prefix)
        if found is pools.uploads and may_be_deferred(request):
            found = pools.reports
        return found

    def service(self) -> None:
        """Answer a request, but not faster than its sender reads.

        waitress makes the thread wait for a sender of many requests that does not read: as many of
        them as there are threads would stop everything else.
        """
        with self.dispatcher:
            if not self.total_outbufs_len:
                self.unread = self.requests[0].unread
                if self._has_answer():
                    super().service()
                return
            with self.requests_lock:
                self._later, self.requests = self.requests, []
        self.server.pull_trigger()

    def answers_at_once(self) -> bool:
        """Return whether its request is answered without waiting for anything."""
        request = self.requests[0]
        at_once = request.site.at_once
        if at_once is None or request.command != "GET" or sends_password(request):
            return False
        return request.body_rcv is None and at_once.has(request.path, request.query)

    def answer_at_once(self) -> None:
        """Answer a request in the thread that received it, and send that."""
        try:
            self.service()
            if self.connected and self.total_outbufs_len:
                self.handle_write()
        except Exception:  # noqa: BLE001 - the loop goes on, as where it calls a connection itself
            self.handle_error()

    def _has_answer(self) -> bool:
        """Return whether this thread answers now; else it is done later, or by another thread."""
        request, pools = self.requests[0], self.server.pools
        if self.dispatcher is not pools.reports:
            return True
        if self._deferral is None:
            self._deferral = Deferral(self, request)
            if self._deferral.is_pending:
                self.dispatcher.keep()
                return False
        deferral, self._deferral = self._deferral, None
        if deferral.settle():
            return True
        self.dispatcher = request.pool = pools.uploads
        self.dispatcher.add_task(self)
        return False

    def handle_write(self) -> None:
        """Send what waits, then continue with the requests that were postponed."""
        super().handle_write()
        if self._later and self.connected and not self.total_outbufs_len:
            with self.requests_lock:
                self.requests, self._later = list(self._later), ()
            self.server.add_task(self)

    def readable(self) -> bool:
        """Read no request before those that were postponed."""
        return not self._later and super().readable()

    def writable(self) -> bool:
        """Wait for a piece worth sending; waitress would ask again at once, all the time.

        Called for every connection in every turn of the loop, so idle ones are checked first.
        """
        closing = self.will_close or self.close_when_flushed
        if not self.total_outbufs_len:
            return closing or bool(self._later)
        return closing or not self.requests or self.total_outbufs_len >= self.adj.send_bytes
