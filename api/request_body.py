"""JSON bodies that ask for a change: read within a limit, every wrong field named."""

from collections.abc import Callable, Mapping
from typing import Any

import falcon
import msgspec

from api.errors import ApiError, invalid
from exporter.model.links import read_link
from exporter.model.tags import read_tags
from exporter.reports import Problem
from exporter.times import MAX_TIMESTAMP, MIN_TIMESTAMP, Millis, parse_duration, parse_timestamp

MAX_BYTES = 64 * 1024

Readers = Mapping[str, Callable[[Any], object]]
"""For each field a function that converts its value; raises ValueError with what is allowed."""


def read(req: falcon.Request, readers: Readers) -> dict[str, Any]:
    """Return the fields that were given.

    Raises:
        ApiError: it is not a JSON object, or fields are unknown or wrong; each is named.
    """
    return values(json_object(req), readers)


def values(given: Mapping[str, Any], readers: Readers) -> dict[str, Any]:
    """Return the values of fields.

    Raises:
        ApiError: fields are unknown or wrong; each is named.
    """
    found: dict[str, Any] = {}
    problems = []
    for name, value in given.items():
        if name not in readers:
            problems.append(
                Problem(name[:100], f"is unknown; expected one of {', '.join(readers)}")
            )
            continue
        try:
            found[name] = readers[name](value)
        except ValueError as error:
            problems.append(Problem(name, str(error)))
    if problems:
        raise invalid("Some fields are wrong", *problems)
    if not found:
        raise invalid(f"Nothing to change; expected one of {', '.join(readers)}")
    return found


def timestamp(value: Any) -> Millis:  # noqa: ANN401 - JSON may hold anything
    """Read a timestamp.

    Raises:
        ValueError: it is not a timestamp, or not between the years 1970 and 9999.
    """
    try:
        found = parse_timestamp(value)
    except (TypeError, ValueError, OverflowError):
        found = MIN_TIMESTAMP
    if not MIN_TIMESTAMP < found <= MAX_TIMESTAMP:
        raise ValueError("must be an ISO 8601 time, as 2024-01-15T02:00:00Z")
    return found


def duration(example: str) -> Callable[[Any], Millis | None]:
    """Return a reader of a duration or null; the example is for the message of an error."""

    def parse(value: Any) -> Millis | None:  # noqa: ANN401 - JSON may hold anything
        if value is None:
            return None
        if not isinstance(value, str):
            message = f"must be null or a duration, as {example}"
            raise ValueError(message)
        return parse_duration(value)

    return parse


def mute(clock: Callable[[], Millis]) -> Callable[[Any], Millis | None]:
    """Return a reader of for how long to mute, or null to end a mute, that returns until when.

    The daemon's own clock counts, for a sender's may be wrong.
    """
    read_duration = duration("3d or 12h")

    def parse(value: Any) -> Millis | None:  # noqa: ANN401 - JSON may hold anything
        span = read_duration(value)
        return None if span is None else clock() + span

    return parse


def tags(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - JSON may hold anything
    """Read tags; an empty list clears them."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError('must be a list of texts, as ["nas", "prod"]')
    return read_tags(value)


def link(value: Any) -> str | None:  # noqa: ANN401 - JSON may hold anything
    """Read an address to be opened with a browser, or null."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("must be null or an address as https://nas.example:8200")
    return read_link(value)


def json_object(req: falcon.Request) -> dict[str, Any]:
    """Return the fields of a JSON object.

    Raises:
        ApiError: it is none, or too large.
    """
    body = req.bounded_stream.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        message = f"The body is larger than {MAX_BYTES} bytes"
        raise ApiError(413, message)
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise invalid("The body must be JSON") from None
    if not isinstance(value, dict):
        raise invalid("The body must be a JSON object")
    return value
