"""Requests to a server's API, in a session that logs in when needed."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from exporter.model.pulled import Certificate
from exporter.pull.client import certificates
from exporter.pull.client.errors import AccessError, GoneError, ServerError
from exporter.pull.client.transport import Answer, Transport
from exporter.times import SECOND, Millis, from_datetime, now

Json: TypeAlias = Any

_API = "/api/v1"
_LOGIN = "/auth/login"
_OK, _UNAUTHORIZED, _NOT_FOUND, _NOT_ALLOWED, _TOO_MANY = 200, 401, 404, 405, 429
_GOOD = (_OK, 204)
_REDIRECTS = range(300, 400)
_NOT_THERE = "has no /api/v1: it is older than Duplicati 2.1, or the address is another program's"

_REVOKED = "does not accept the token: let Duplicati issue another one"

_SENDABLE = r"^[!-~]+\Z"
"""What a header may contain: the error of sending any other token would show the token."""


_AGREES_WITHIN: Millis = 5 * SECOND
"""The header has whole seconds, and an answer takes a while."""


class _Token(Struct):
    """The result of a login: valid for some minutes."""

    AccessToken: Annotated[str, Meta(pattern=_SENDABLE)]


class _Request(NamedTuple):
    """A request of the API; the path is below `_API`."""

    method: str
    path: str
    query: Mapping[str, int]
    body: bytes | None = None


class Session:
    """Logs in with a password, and again when the token has expired; or uses a long-lived token.

    `address` is that of the server. `skew` is how far the server's clock is ahead of this one; 0
    until an answer tells its time.
    """

    def __init__(self, transport: Transport, name: str, password: str, token: str = "") -> None:
        """Prepare a session; the first request logs in.

        Args:
            transport: sends the requests.
            name: the server's name in messages.
            password: that of the server's user interface.
            token: one that Duplicati issued for ever; with it there is no login.
        """
        self._transport = transport
        self.name = name
        self.address = transport.address
        self._password = password
        self._long_lived = bool(token)
        self._token = token
        self.skew: Millis = 0

    def get(self, path: str, **query: int) -> Json:
        """Return an answer of the API.

        Raises:
            GoneError: there is nothing at this path.
            ServerError: there is no answer that can be used.
        """
        return self._decode(path, self._answer(_Request("GET", path, query)).body)

    def patch(self, path: str, changes: Mapping[str, Json]) -> None:
        """Change something; the answer is not read.

        Raises:
            ServerError: it is not known to be changed.
        """
        self._answer(_Request("PATCH", path, {}, msgspec.json.encode(changes)))

    @property
    def certificate(self) -> Certificate | None:
        """The certificate of the server; None before an answer and without TLS."""
        return certificates.read(self._transport.certificate)

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def _answer(self, request: _Request) -> Answer:
        """Return a good answer, after a login where one is needed."""
        if not self._token:
            self._log_in()
        answer = self._ask(request)
        if answer.status == _UNAUTHORIZED:
            self._log_in()
            answer = self._ask(request)
        self._check(request.path, answer)
        return answer

    def _ask(self, request: _Request) -> Answer:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        answer = self._transport.ask(
            request.method,
            f"{_API}{request.path}",
            query=request.query,
            headers=headers,
            body=request.body,
        )
        self.skew = _skew(answer.date, self.skew)
        return answer

    def _log_in(self) -> None:
        if self._long_lived:
            raise self._no_access(_REVOKED)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        body = msgspec.json.encode({"Password": self._password, "RememberMe": False})
        path = f"{_API}{_LOGIN}"
        answer = self._transport.ask("POST", path, query={}, headers=headers, body=body)
        if answer.status == _UNAUTHORIZED:
            raise self._no_access("does not accept the password")
        if answer.status in (_NOT_FOUND, _NOT_ALLOWED):
            raise self._no_access(_NOT_THERE)
        if answer.status == _TOO_MANY:
            raise self._no_access("accepts no more logins for now: try again in some minutes")
        self._check(_LOGIN, answer)
        self._token = self._read_token(answer.body)

    def _read_token(self, body: bytes) -> str:
        answer = self._decode(_LOGIN, body)
        try:
            return msgspec.convert(answer, _Token).AccessToken
        except msgspec.ValidationError:
            message = f"answers {_LOGIN} without an AccessToken that can be sent"
            raise self._error(message) from None

    def _check(self, path: str, answer: Answer) -> None:
        if answer.status in _GOOD:
            return
        if answer.status == _NOT_FOUND:
            message = f"{self.name} has nothing at {path}"
            raise GoneError(message)
        if answer.status in _REDIRECTS:
            target = _address(answer.location) or "another address"
            raise self._error(f"redirects to {target}: give the address that answers")
        if answer.status == _UNAUTHORIZED:
            raise self._error(f"denies access to {path} right after the login")
        raise self._error(f"answers {path} with status {answer.status}")

    def _decode(self, path: str, body: bytes) -> Json:
        try:
            return msgspec.json.decode(body)
        except RecursionError:
            raise self._error(f"answers {path} with JSON that is nested too deeply") from None
        except (msgspec.DecodeError, UnicodeError):
            pass
        if body.lstrip()[:1] == b"<":
            found = "with an HTML page instead of JSON, from a proxy or another program"
            raise self._error(f"answers {path} {found}. Give the address of Duplicati itself")
        raise self._error(f"answers {path} with something that is not JSON")

    def _no_access(self, message: str) -> AccessError:
        return AccessError(f"{self.name} {message}")

    def _error(self, message: str) -> ServerError:
        return ServerError(f"{self.name} {message}")


def _skew(date: str, otherwise: Millis) -> Millis:
    """Return how far a clock is ahead of this one, by the header `Date` of an answer just sent."""
    try:
        ahead = from_datetime(parsedate_to_datetime(date)) - now()
    except (ValueError, TypeError, OverflowError):
        return otherwise
    return ahead if abs(ahead) > _AGREES_WITHIN else 0


def _address(location: str) -> str:
    """Return the target of a redirect, without parts that may be secret."""
    try:
        target = urlsplit(location)
    except ValueError:
        return ""
    host = target.netloc.rpartition("@")[2]
    return target._replace(netloc=host, query="", fragment="").geturl()
