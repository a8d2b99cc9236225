"""The daemon's API as the commands use it."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.client import HTTPException
from typing import Any

Json = dict[str, Any]

_TIMEOUT_SECONDS = 60
_PAGE = 1000
_REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


class ClientError(Exception):
    """The daemon does not answer, or refuses; the text says why."""


class RefusedError(ClientError):
    """The daemon finds something wrong in what was sent, or too much of it."""


class Client:
    """Asks one daemon, past any proxy the environment names: it is on this machine."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def entries(self, path: str, key: str, parameters: Mapping[str, str]) -> Iterator[Json]:
        """Yield every entry of a listing, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            page = {**parameters, "limit": str(_PAGE)}
            if cursor:
                page["cursor"] = cursor
            data = self.send("GET", f"{path}?{urllib.parse.urlencode(page)}")
            yield from data[key]
            cursor = data["nextCursor"]

    def send(self, method: str, path: str, body: Json | None = None) -> Json:
        """Return the data of an answer.

        Raises:
            RefusedError: the daemon does not take the body.
            ClientError: there is no answer, or it is another error.
        """
        request = urllib.request.Request(  # noqa: S310 - the address is the lock file's
            f"{self._url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                data: Json = json.load(answer)["data"]
                return data
        except urllib.error.HTTPError as error:
            with error:
                kind = RefusedError if error.code in _REFUSALS else ClientError
                raise kind(_told(error)) from error
        except (OSError, HTTPException, ValueError) as error:
            message = f"the daemon at {self._url} that has this database does not answer ({error})"
            raise ClientError(f"{message}: run the command on its machine") from error


def _told(error: urllib.error.HTTPError) -> str:
    try:
        body = json.load(error)
    except (OSError, HTTPException, ValueError):
        return f"the daemon answered {error.code}"
    details = [f"{each['field']} {each['message']}" for each in body.get("details", [])]
    return "; ".join(details) or str(body["message"])
