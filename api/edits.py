"""What a person may set for a job or a server, read and checked alike for programs and forms."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from api import request_body
from api.errors import invalid
from api.request_body import Readers
from exporter.reports import Problem
from exporter.schedule.expressions import parse_schedule
from exporter.times import Millis

MAX_TEXT = 1024

_NUL = "\0"
_SETTINGS = {"muteFor": "muted", "possibleDuplicateOf": "possible_duplicate_of"}
"""Fields that change a setting of another name."""


def of_job(given: Mapping[str, Any], clock: Callable[[], Millis]) -> dict[str, Any]:
    """Return the values of a job's settings that fields ask for, by their names there.

    Raises:
        ApiError: fields are unknown or wrong; each is named.
    """
    readers = {
        "schedule": _schedule,
        "tolerance": request_body.duration("30m or 2h"),
        "paused": _yes_or_no,
        "cleared": _cleared(clock),
        "muteFor": request_body.mute(clock),
        "tags": request_body.tags,
    }
    return _values(given, readers)


def of_server(given: Mapping[str, Any], clock: Callable[[], Millis]) -> dict[str, Any]:
    """Return the values of what is set for a server that fields ask for, by their names there.

    Raises:
        ApiError: fields are unknown or wrong; each is named.
    """
    readers = {
        "alias": _text,
        "note": _text,
        "possibleDuplicateOf": _nothing,
        "muteFor": request_body.mute(clock),
        "tags": request_body.tags,
        "url": request_body.link,
    }
    return _values(given, readers)


class ExpectedJob(NamedTuple):
    """A backup that a person expects, and what is set for it."""

    server: str
    backup: str
    settings: dict[str, Any]


def of_expected(given: Mapping[str, Any]) -> ExpectedJob:
    """Return which backup a request lets be expected, with the values of its settings.

    Raises:
        ApiError: fields are missing, unknown or wrong; each is named.
    """
    missing = [Problem(name, "is missing") for name in ("server", "backup") if name not in given]
    if missing:
        raise invalid("Some fields are wrong", *missing)
    readers = {"server": _name, "backup": _name, "schedule": _schedule}
    values = request_body.values(given, readers)
    server, backup = values.pop("server"), values.pop("backup")
    return ExpectedJob(server, backup, values)


def split_tags(text: str) -> Sequence[str]:
    """Return the tags that a person wrote with commas or spaces between them."""
    return text.replace(",", " ").split()


def _values(given: Mapping[str, Any], readers: Readers) -> dict[str, Any]:
    values = request_body.values(given, readers)
    return {_SETTINGS.get(name, name): value for name, value in values.items()}


def _schedule(value: Any) -> str | None:  # noqa: ANN401 - JSON may hold anything
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("must be null or a text, as auto, off, every 12h, cron 0 3 * * 1-5")
    return str(parse_schedule(value))


def _yes_or_no(value: Any) -> bool:  # noqa: ANN401 - JSON may hold anything
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _cleared(clock: Callable[[], Millis]) -> Callable[[Any], Millis | None]:
    """Return a reader of whether what has come until now is dealt with."""

    def parse(value: Any) -> Millis | None:  # noqa: ANN401 - JSON may hold anything
        return clock() if value is not None and _yes_or_no(value) else None

    return parse


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON may hold anything
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        message = f"must be null or a text of 1 to {MAX_TEXT} characters"
        raise ValueError(message)
    if _NUL in value:  # PostgreSQL cannot store it
        raise ValueError("must not contain the character NUL")
    return value


def _name(value: Any) -> str:  # noqa: ANN401 - JSON may hold anything
    found = _text(value)
    if found is None:
        message = f"must be a text of 1 to {MAX_TEXT} characters"
        raise ValueError(message)
    return found


def _nothing(value: Any) -> None:  # noqa: ANN401 - JSON may hold anything
    if value is not None:
        raise ValueError("must be null: it says that the two are different machines")
