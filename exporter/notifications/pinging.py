"""One HTTP request that tells another service that something is well, has started or has ended."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from urllib.parse import SplitResult, unquote, urlsplit

from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.response import BaseHTTPResponse
from urllib3.util import Timeout, make_headers

from exporter.config.notifications import SecretUrl
from exporter.proxies import pool_manager, system_proxy

MAX_SECONDS = 10.0
"""How long a request may take, from the lookup of the name to the answer."""

MAX_BODY_BYTES = 10_000
"""Of a body that is sent; healthchecks keeps 100 kB of it by default."""

_AGENT = "duplistatus"
_FIRST_BYTES = 1024
_ACCEPTED, _REDIRECTS = range(200, 300), range(300, 400)
_REFUSALS = {b"OK (not found)": "knows no such check", b"OK (rate limited)": "is asked too often"}
"""With these healthchecks.io answers 200 although the ping has no effect."""

_WORDS: dict[type[Exception], str] = {
    ProxyError: "cannot be reached through the proxy that http_proxy or https_proxy names",
    NameResolutionError: "cannot be found: is the name right, and does DNS work?",
    ProtocolError: "ends the connection without a complete answer",
}


def ping(
    url: SecretUrl, path_suffix: str = "", body: str = "", seconds: float = MAX_SECONDS
) -> str | None:
    """Request an address: by POST with a body where there is one, otherwise by GET.

    `path_suffix` is added to the path, and what follows its ``?`` to the query. No redirect is
    followed. Of a body only the first `MAX_BODY_BYTES` are sent.

    Returns:
        None if it was accepted; otherwise why not, naming nothing of the address but the host.
    """
    try:
        parts = urlsplit(url.secret)
        host = _host(parts)
    except ValueError:
        return "the address is not valid: write it as https://HOST/PATH"
    attempt = _Attempt(parts, path_suffix, shortened(body), seconds)
    problem = attempt.run()
    return None if problem is None else f"{host} {problem}"


def shortened(body: str) -> bytes:
    """Return a body in UTF-8, without what exceeds `MAX_BODY_BYTES`."""
    written = body.encode(errors="replace")[:MAX_BODY_BYTES]
    return written.decode(errors="ignore").encode()


def _host(address: SplitResult) -> str:
    host = address.hostname or "the address"
    return host if address.port is None else f"{host}:{address.port}"


def _joined(address: SplitResult, suffix: str) -> str:
    """Return an address with a suffix, without the password, which is sent in a header."""
    added = urlsplit(suffix)
    path = address.path.rstrip("/") + added.path if added.path else address.path
    query = "&".join(filter(None, (address.query, added.query)))
    host = address.netloc.rpartition("@")[2]
    return address._replace(netloc=host, path=path, query=query, fragment="").geturl()


class _Attempt:
    """A request in a thread of its own, which is given up when its time is over.

    urllib3 limits each read and not the whole: an answer that comes byte by byte takes for ever,
    and so may the lookup of a name.
    """

    def __init__(self, address: SplitResult, suffix: str, body: bytes, seconds: float) -> None:
        self._address = address
        self._suffix = suffix
        self._body = body
        self._seconds = seconds
        self._connections: list[object] = []
        self._problem: Future[str | None] = Future()

    def run(self) -> str | None:
        """Send the request; return why it was not accepted, None if it was."""
        threading.Thread(target=self._try, name="ping", daemon=True).start()
        try:
            return self._problem.result(self._seconds)
        except TimeoutError:
            self._give_up()
            return _silent(self._seconds)

    def _give_up(self) -> None:
        for connection in self._connections:
            opened: socket.socket | None = getattr(connection, "sock", None)
            if opened is not None:
                with contextlib.suppress(OSError):
                    # Not the method of a TLS socket: its reader still needs what that removes.
                    socket.socket.shutdown(opened, socket.SHUT_RDWR)

    def _try(self) -> None:
        try:
            self._problem.set_result(self._ask())
        except Exception as error:  # noqa: BLE001 - the caller is told, whatever it is
            self._problem.set_result(_explained(error, self._seconds))

    def _ask(self) -> str | None:
        url = _joined(self._address, self._suffix)
        timeout = Timeout(connect=self._seconds, read=self._seconds)
        # It takes 15 ms of a processor, for all the certificates of the system.
        context = ssl.create_default_context() if url.startswith("https:") else None
        manager = pool_manager(system_proxy(url), timeout=timeout, ssl_context=context)
        with manager:
            pool = manager.connection_from_url(url)
            pool.ConnectionCls = self._remembered(pool.ConnectionCls)  # type: ignore[assignment] # only called
            answer = manager.request(
                "POST" if self._body else "GET",
                url,
                body=self._body or None,
                headers=self._headers(),
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            with contextlib.closing(answer):
                return _judged(answer)

    def _remembered(self, make: Callable[..., object]) -> Callable[..., object]:
        def made(*arguments: object, **settings: object) -> object:
            connection = make(*arguments, **settings)
            self._connections.append(connection)
            return connection

        return made

    def _headers(self) -> dict[str, str]:
        user = self._address.netloc.rpartition("@")[0]
        headers = make_headers(user_agent=_AGENT, basic_auth=unquote(user) or None)
        return headers | ({"Content-Type": "text/plain; charset=utf-8"} if self._body else {})


def _judged(answer: BaseHTTPResponse) -> str | None:
    if answer.status in _REDIRECTS:
        return f"answers {answer.status}, a redirect: write the address that it leads to"
    if answer.status not in _ACCEPTED:
        return f"answers {answer.status}: is the address right, and does the service work?"
    first = b""
    with contextlib.suppress(HTTPError):  # it has accepted already
        first = answer.read1(_FIRST_BYTES).strip()
    return _REFUSALS.get(first)


def _explained(error: Exception, seconds: float) -> str:
    """Return what went wrong; not in the words of the error, which may contain the address."""
    if isinstance(error, SSLError):
        return _explained_tls(error.args[0] if error.args else None)
    for kind, words in _WORDS.items():
        if isinstance(error, kind):
            return words
    if isinstance(error, NewConnectionError):  # before the timeouts, of which it is one to urllib3
        cause = error.__cause__
        return f"cannot be reached: {cause.strerror if isinstance(cause, OSError) else 'no route'}"
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        return _silent(seconds)
    return f"cannot be asked ({type(error).__name__}): is the address right?"


def _silent(seconds: float) -> str:
    return f"does not answer within {seconds:g} seconds"


def _explained_tls(error: object) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"shows a certificate that is not trusted: {error.verify_message}"
    reason = error.reason if isinstance(error, ssl.SSLError) else None
    return f"cannot be reached by TLS: {reason or 'no handshake'}"
