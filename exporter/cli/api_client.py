"""The daemon's API as the commands use it."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

Json = dict[str, Any]

_TIMEOUT_SECONDS = 60
_PAGE = 1000
_REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


class ClientError(Exception):
    """The daemon does not answer, or refuses the request; the text says why."""


class RefusedError(ClientError):
    """The daemon refuses what was sent: it is invalid or too large."""


class Client:
    """HTTP client of one daemon. Ignores the environment's proxy: the daemon is on this machine."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT_SECONDS, retries=False)

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
            answer = self._pool.request(method, f"{self._url}{path}", sent, headers=self._headers)
            if answer.status != HTTPStatus.OK:
                raise (RefusedError if answer.status in _REFUSALS else ClientError)(
                    _error_message(answer)
                )
            data: Json = answer.json()["data"]
        except (HTTPError, ValueError, TypeError, KeyError) as error:
            message = f"the daemon at {self._url} that has this database does not answer ({error})"
            raise ClientError(f"{message}: run the command on its machine") from error
        return data


def _error_message(answer: BaseHTTPResponse) -> str:
    try:
        body = answer.json()
    except ValueError:
        return f"the daemon answered {answer.status}"
    details = [f"{each['field']} {each['message']}" for each in body.get("details", [])]
    return "; ".join(details) or str(body["message"])
