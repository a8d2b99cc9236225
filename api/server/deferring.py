"""Reports that one thread begins to answer, and answers once they are durable: it never waits.

What is not that simple, a thread that may wait answers from its beginning.
"""

from collections.abc import Iterable
from typing import Protocol

from api.deferred import DEFERRED, Deferred
from api.resources.upload import ADDRESS
from api.server.answering import AppTask, Started
from api.server.arriving import Request
from api.server.dispatcher import Dispatcher
from api.server.memory import SMALL_BYTES
from exporter.store import LimitReachedError, StoreUnavailableError

_TOLD = (LimitReachedError, StoreUnavailableError)
"""What the store answers that is not tried again: the sender is told."""


class Asking(Protocol):
    """The connection of a request."""

    dispatcher: Dispatcher


def may_be_deferred(request: Request) -> bool:
    """Return whether a request that has arrived is a report that is read in no time."""
    at_upload = request.site.prefix.without(request.path) == ADDRESS
    return at_upload and request.size <= SMALL_BYTES and not sends_password(request)


def sends_password(request: Request) -> bool:
    """Return whether a request has a password, which takes a tenth of a second on purpose."""
    return request.headers.get("AUTHORIZATION", "")[:6].lower() == "basic "


class Deferral:
    """A request whose answer the app has begun."""

    def __init__(self, channel: Asking, request: Request) -> None:
        """Let the app of its site begin."""
        self._request = request
        self._started = Started()
        self._deferred = Deferred(lambda: channel.dispatcher.resume(channel))
        self._body: Iterable[bytes] = ()
        self._begin(AppTask(channel, request))

    def _begin(self, task: AppTask) -> None:
        try:
            environment = task.get_environment()
            environment[DEFERRED] = self._deferred
            self._body = self._request.site.app(environment, self._started)
        except Exception:  # noqa: BLE001 - it is raised again where it is logged and answered
            self._deferred.begins_again = True

    @property
    def is_pending(self) -> bool:
        """Whether the answer comes later."""
        return self._deferred.is_pending

    def expire(self, present: float) -> None:
        """Let it fail if it took too long by now, by `time.monotonic`."""
        self._deferred.expire(present)

    def settle(self) -> bool:
        """Give the request its answer; return False where it begins again."""
        request = self._request
        if self._deferred.begins_again:
            return False
        if self.is_pending and not self._finish():
            return False
        request.answer = self._started, self._body
        return True

    def _finish(self) -> bool:
        """Put the answer's body in its place; return False where the report was not recorded."""
        try:
            body = self._deferred.body()
        except _TOLD as error:
            self._request.failure = error
            return False
        except Exception:  # noqa: BLE001 - it is raised again where it is logged and answered
            return False
        self._started.put_length(len(body))
        self._body = [body]
        return True
