"""The daemon's API as the commands use it."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse, HTTPResponse

Json = dict[str, Any]

MAX_ANSWER_BYTES = 1024 * 1024
"""Of an answer that may come from anywhere: that of a daemon has some kilobytes."""

_TIMEOUT_SECONDS = 60
_PAGE = 1000
_REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


class ClientError(Exception):
    """The daemon does not answer, or refuses the request; the text says why."""


class RefusedError(ClientError):
    """The daemon refuses what was sent: it is invalid or too large."""


class Client:
    """HTTP client of one daemon. Ignores the environment's proxy: the daemon is on this machine."""

    def __init__(self, url: str, token: str | None, seconds: float = _TIMEOUT_SECONDS) -> None:
        self._url = url
        authorization = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._headers = {**authorization, "Content-Type": "application/json"}
        self._pool = urllib3.PoolManager(timeout=seconds, retries=False)

    def entries(self, path: str, key: str, parameters: Mapping[str, str]) -> Iterator[Json]:
        """Yield every entry of a listing, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            page = {**parameters, "limit": str(_PAGE)}
            if cursor:
                page["cursor"] = cursor
            data = self.send("GET", f"{path}?{urlencode(page)}")
            yield from data[key]
            cursor = data["nextCursor"]

    def send(self, method: str, path: str, body: Json | None = None) -> Json:
        """Send a request and return the data of the answer.

        Raises:
            RefusedError: the daemon does not accept the body.
            ClientError: there is no answer, or another error.
        """
        sent = None if body is None else json.dumps(body).encode()
        try:
            answer = self._answer(method, path, sent)
            if answer.status != HTTPStatus.OK:
                raise (RefusedError if answer.status in _REFUSALS else ClientError)(
                    _error_message(answer)
                )
            data: Json = answer.json()["data"]
        except (HTTPError, ValueError, TypeError, KeyError) as error:
            raise ClientError(self._unanswered(error)) from error
        return data

    def _answer(self, method: str, path: str, sent: bytes | None) -> BaseHTTPResponse:
        return self._pool.request(method, f"{self._url}{path}", sent, headers=self._headers)

    def _unanswered(self, error: Exception) -> str:
        message = f"the daemon at {self._url} that has this database does not answer ({error})"
        return f"{message}: run the command on its machine"


class RemoteClient(Client):
    """Client of a daemon whose address a person gave: anything may answer there, or nothing.

    Of an answer only the first `MAX_ANSWER_BYTES` are read.
    """

    def _answer(self, method: str, path: str, sent: bytes | None) -> BaseHTTPResponse:
        url = f"{self._url}{path}"
        answer = self._pool.request(method, url, sent, headers=self._headers, preload_content=False)
        with contextlib.closing(answer):
            return HTTPResponse(answer.read(MAX_ANSWER_BYTES), status=answer.status)

    def _unanswered(self, error: Exception) -> str:
        return f"no daemon answers at {self._url} ({error})"


def _error_message(answer: BaseHTTPResponse) -> str:
    try:
        body = answer.json()
        details = [f"{each['field']} {each['message']}" for each in body.get("details", [])]
        return "; ".join(details) or str(body["message"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return f"the daemon answered {answer.status}"
