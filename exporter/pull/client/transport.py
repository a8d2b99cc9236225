"""HTTP and HTTPS requests to one server: retried, limited in bytes and in time."""

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

import urllib3
from msgspec import Struct
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InvalidHeader,
    NewConnectionError,
    ProxyError,
    SSLError,
)
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry, Timeout

from exporter.config.pull_targets import PullTarget
from exporter.proxies import pool_manager
from exporter.pull.client import certificates
from exporter.pull.client.errors import AccessError, ServerError, StoppedError

MAX_BYTES = 32 * 1024 * 1024
"""A page of a hundred results is about one megabyte."""

Pause = Callable[[float], bool]
"""Waits so many seconds; true if the program ends and nothing is to be tried again."""

_CONNECT_SECONDS = 10.0
_SILENT_SECONDS = 30.0
"""A server on a small NAS that makes a backup may be slow to answer."""

_SILENT_TRIES = 1
"""One retry after a read timeout: a server that hangs must not delay the next ones for long."""

_ANSWER_SECONDS = 300.0
_TRIES = 4
_FIRST_PAUSE_SECONDS = 0.5
_MAX_PAUSE_SECONDS = 30.0
_PASSING = (500, 502, 503, 504)
_UNREACHED = (ConnectTimeoutError, NewConnectionError, ProxyError, SSLError)
_CHUNK = 64 * 1024


def sleep(seconds: float) -> bool:
    """Wait, and return that the program goes on."""
    time.sleep(seconds)
    return False


class ConnectionOptions(Struct, frozen=True):
    """How a server is reached: the proxy, and the pause between two tries."""

    proxy: str | None = None
    pause: Pause = sleep


class Answer(NamedTuple):
    """A complete answer; `location` is the target of a redirect, `date` the server's time."""

    status: int
    location: str
    body: bytes
    date: str = ""


class Transport:
    """Sends requests to one server. Not thread-safe."""

    def __init__(
        self,
        target: PullTarget,
        options: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - frozen
    ) -> None:
        """Prepare the connection; nothing is sent yet. Raises `AccessError`."""
        self._target = target
        self._retry = _RetryPolicy(
            total=_TRIES,
            read=_SILENT_TRIES,
            redirect=False,
            allowed_methods=None,
            status_forcelist=_PASSING,
            backoff_factor=_FIRST_PAUSE_SECONDS,
            raise_on_status=False,
        ).with_pause(options.pause)
        self._pool = _pool(target, options.proxy)
        self.certificate: bytes | None = None
        """That of the server, in DER; None before an answer and without TLS."""

    @property
    def address(self) -> str:
        """The address of the server."""
        return self._target.url

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, int],
        headers: Mapping[str, str],
        body: bytes | None = None,
    ) -> Answer:
        """Return the answer to a request, whatever its status.

        Raises:
            ServerError: there is none, or it is too large.
            StoppedError: the program ends.
        """
        url = f"{self._target.url}{path}?{urlencode(query)}".rstrip("?")
        try:
            answer = self._pool.request(
                method,
                url,
                body=body,
                headers=headers,
                retries=self._retry,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            self.certificate = certificates.shown(answer) or self.certificate
            try:
                location = answer.headers.get("Location", "")
                date = answer.headers.get("Date", "")
                return Answer(answer.status, location, self._read(answer), date)
            finally:
                answer.close()
        except HTTPError as error:
            raise self._explained(getattr(error, "reason", None) or error) from error

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def _read(self, answer: BaseHTTPResponse) -> bytes:
        until = time.monotonic() + _ANSWER_SECONDS
        body = bytearray()
        while chunk := answer.read1(_CHUNK):
            body += chunk
            if len(body) > MAX_BYTES:
                message = f"answers with more than {MAX_BYTES} bytes at once"
                raise ServerError(f"{self._target.name} {message}")
            if time.monotonic() > until:
                message = f"takes longer than {_ANSWER_SECONDS:.0f} seconds for one answer"
                raise ServerError(f"{self._target.name} {message}")
        return bytes(body)

    def _explained(self, reason: Exception) -> ServerError:
        kind = AccessError if isinstance(reason, _UNREACHED) else ServerError
        if certificates.is_refused(reason):
            return kind(f"{self._target.name} {certificates.explain(self._target)}")
        problem = f"{self._target.name} does not answer ({reason})"
        return kind(f"{problem}: is {self._target.url} right, and does Duplicati run there?")


class _RetryPolicy(Retry):
    """The client's retry policy, with a pause that can be interrupted."""

    RETRY_AFTER_STATUS_CODES = frozenset(_PASSING)  # not a login that is throttled

    pause: Pause

    def with_pause(self, pause: Pause) -> Self:
        """Use another pause than sleep."""
        self.pause = pause
        return self

    def new(self, **changed: Any) -> Self:  # noqa: ANN401 - the client's arguments
        """Return the policy after one more try."""
        return super().new(**changed).with_pause(self.pause)

    def increment(self, *request: Any, **what: Any) -> Self:  # noqa: ANN401 - the client's arguments
        """Return the policy after a failure; a refused certificate is not tried again."""
        error = what.get("error")
        if isinstance(error, SSLError):
            raise error
        return super().increment(*request, **what)

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Wait as long as the server asks, up to a maximum; otherwise longer with each try."""
        asked = None if response is None else self._asked(response)
        if self.pause(min(asked or self.get_backoff_time(), _MAX_PAUSE_SECONDS)):
            raise StoppedError

    def _asked(self, response: BaseHTTPResponse) -> float | None:
        try:
            return self.get_retry_after(response)
        except InvalidHeader:
            return None


def _pool(target: PullTarget, proxy: str | None) -> urllib3.PoolManager:
    timeout = Timeout(connect=_CONNECT_SECONDS, read=_SILENT_SECONDS)
    return pool_manager(proxy, timeout=timeout, **certificates.settings(target))
