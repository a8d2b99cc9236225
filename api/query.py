"""The parameters of a query string, read and validated."""

import re
from collections.abc import Sequence

import falcon

from api.errors import invalid, not_found
from exporter.fleet import Fleet
from exporter.model import Server, Status
from exporter.model.conditions import Condition
from exporter.notifications.digest import MAX_SPAN
from exporter.reports import Problem
from exporter.times import DAY, Millis, format_duration, parse_duration, parse_timestamp

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000

DEFAULT_SPAN: Millis = 7 * DAY

_ID = re.compile(r"[1-9][0-9]*", re.ASCII)
_MAX_ID_DIGITS = 18
_NAMED = 20
_MAX_NAME_LENGTH = 200
_CURSOR = re.compile(r"(?P<key>[0-9]{1,15})-(?P<id>[0-9]{1,18})", re.ASCII)


def limit(req: falcon.Request) -> int:
    """Return how many entries a page may have."""
    text = req.get_param("limit")
    if text is None:
        return DEFAULT_LIMIT
    found = parse_id(text)
    if found is None or not 1 <= found <= MAX_LIMIT:
        raise _wrong("limit", f"must be a whole number from 1 to {MAX_LIMIT}")
    return found


def cursor(req: falcon.Request) -> tuple[int, int] | None:
    """Return the order key and the id of the last entry of the page before."""
    text = req.get_param("cursor")
    if text is None:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise _wrong("cursor", "must be the nextCursor of the page before")
    return int(found["key"]), int(found["id"])


def format_cursor(key: int, entry_id: int) -> str:
    """Return the cursor of the page after an entry."""
    return f"{key}-{entry_id}"


def flag(req: falcon.Request, name: str) -> bool | None:
    """Return a parameter that is true or false."""
    text = req.get_param(name)
    if text is None:
        return None
    if text not in ("true", "false"):
        raise _wrong(name, "must be true or false")
    return text == "true"


def status(req: falcon.Request) -> Status | None:
    """Return the status that the runs of a listing must have."""
    text = req.get_param("status")
    if text is None:
        return None
    try:
        return Status(text.lower())
    except ValueError:
        known = ", ".join(each.value for each in Status)
        raise _wrong("status", f"must be one of {known}") from None


def condition(req: falcon.Request) -> Condition | None:
    """Return the condition that the jobs of a listing must have."""
    text = req.get_param("condition")
    if text is None:
        return None
    try:
        return Condition(text.lower())
    except ValueError:
        known = ", ".join(each.value for each in Condition)
        raise _wrong("condition", f"must be one of {known}") from None


def timestamp(req: falcon.Request, name: str) -> Millis | None:
    """Return a timestamp."""
    text = req.get_param(name)
    if text is None:
        return None
    try:
        # A plus that was not percent-encoded arrives as a space: 2024-01-15T02:00:00+01:00.
        return parse_timestamp(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        raise _wrong(name, "must be an ISO 8601 time, as 2024-01-15T02:00:00Z") from None


def span(req: falcon.Request) -> Millis:
    """Return how long ago `since` is, a duration such as ``7d``, which is the default."""
    text = req.get_param("since")
    if text is None:
        return DEFAULT_SPAN
    try:
        found = parse_duration(text)
    except ValueError as error:
        raise _wrong("since", f"must be a duration ({error})") from None
    if found > MAX_SPAN:
        raise _wrong("since", f"must be at most {format_duration(MAX_SPAN)}")
    return found


def entry_id(req: falcon.Request, name: str) -> int | None:
    """Return an id."""
    text = req.get_param(name)
    if text is None:
        return None
    found = parse_id(text)
    if found is None:
        raise _wrong(name, "must be a positive integer")
    return found


def parse_id(text: str) -> int | None:
    """Return a well-formed id, else None; one beyond every possible id is 0, which no entry has."""
    if _ID.fullmatch(text) is None:
        return None
    return int(text) if len(text) <= _MAX_ID_DIGITS else 0


def required_id(text: str, subject: str) -> int:
    """Return the id in a path.

    Raises:
        ApiError: 400 for any other text.
    """
    found = parse_id(text)
    if found is None:
        message = f"Invalid {subject} ID format"
        raise invalid(message)
    return found


def server_parameter(req: falcon.Request, fleet: Fleet) -> int | None:
    """Return the id of the server a listing is to show, found as in the path."""
    text = req.get_param("server")
    return None if text is None else find_server(fleet, text).id


def find_server(fleet: Fleet, text: str) -> Server:
    """Return the server with this id, or the one with exactly this name, alias or machine-id.

    Raises:
        ApiError: 404 for an unknown id, 400 for any other text, and for one that several
            servers have, with their ids.
    """
    server_id = parse_id(text)
    server = fleet.server(server_id) if server_id is not None else None
    if server is not None:
        return server
    found = fleet.find_servers(text)
    if len(found) == 1:
        return found[0]
    if found:
        raise _several(text, found)
    if server_id is None:
        raise invalid("Invalid server ID format")
    raise not_found("Server not found")


def _several(text: str, found: Sequence[Server]) -> Exception:
    ids = [str(server.id) for server in found]
    listed = ", ".join([*ids[:_NAMED], *(["…"] if ids[_NAMED:] else [])])
    shown = text if len(text) <= _MAX_NAME_LENGTH else f"{text[:_MAX_NAME_LENGTH]}…"
    return invalid(f"{len(found)} servers are called {shown}: give the id of one, {listed}")


def _wrong(name: str, message: str) -> Exception:
    return invalid(f"The parameter {name} {message}", Problem(name, message))
