"""Reads printed results, ``Name: value`` lines, as the JSON report would have them.

Of a name that is printed several times the worst value counts: nested results and the text of an
exception may look like the run's own, and must not hide a warning or failure.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from exporter.model import Status
from exporter.times import SECOND, Millis, format_timestamp, parse_timestamp

NEVER = "0001-01-01T00:00:00Z"
""".NET's value of a time that was never set."""

_FIELD = re.compile(r"^(?P<key>[A-Z][A-Za-z]*):(?: (?P<value>.*))?$")
_NUMBER = re.compile(r"-?[0-9]{1,40}", re.ASCII)
_UNIX_SECONDS = re.compile(r"\((?P<seconds>[-\u2212]?[0-9]{1,12})\)$", re.ASCII)
_DIRECTIONS = dict.fromkeys(
    map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
"""Marks of the direction of writing: some calendars put them around the seconds."""

_VERIFICATIONS = "Verifications"
_FAULT = re.compile(r"\s*Value:\s*(?!\[\],?\s*$)\S")
_KEY = re.compile(r"\s*Key:\s*(?P<key>.*)$")
_FLAGS = ("Fatal", "Interrupted", "PartialBackup")
_GRAVE = ("WarningsActualLength", "ErrorsActualLength")
_LENGTHS = ("MessagesActualLength", *_GRAVE)


class Field(NamedTuple):
    """One printed value."""

    key: str
    value: object


def parse(lines: Sequence[str]) -> Iterator[Field]:
    """Yield the values that are printed without indentation.

    Values in a list are not the run's own; bad ones count nevertheless, for a list may lack its
    end.
    """
    at, closed = 0, _last_end_of_list(lines)
    while at < len(lines):
        found = _FIELD.match(lines[at])
        at += 1
        if found is None:
            continue
        key, text = found["key"], (found["value"] or "").strip()
        end = _end_of_list(lines, at) if text == "[" and at <= closed else None
        if end is None:
            yield Field(key, [] if text == "[]" and key == _VERIFICATIONS else value(text))
            continue
        if key == _VERIFICATIONS:
            yield Field(key, list(_verifications(lines[at:end])))
        yield from filter(_is_bad, parse([line for line in lines[at:end] if line[:1].isupper()]))
        at = end + 1


def values(own: Iterable[Field], printed: Sequence[Field], *, died: bool) -> dict[str, object]:
    """Return results by name.

    Args:
        own: the values that are surely the run's own; of several the first counts.
        printed: all printed values, of which the worst decides.
        died: whether an exception ended the run.
    """
    results: dict[str, object] = {}
    for field in (*own, *(field for field in printed if field.key == "Version")):
        results.setdefault(field.key, field.value)
    deciding = {
        "ParsedResult": _worst_result,
        **dict.fromkeys(_FLAGS, _any_true),
        **dict.fromkeys(_LENGTHS, _largest),
        "BeginTime": _earliest,
        "EndTime": _latest_of_dead if died or _says_died(printed) else _latest,
    }
    for key, choose in deciding.items():
        found = [field.value for field in printed if field.key == key]
        if found:
            results[key] = choose(found)
    return results


def outcomes(printed: Iterable[Field], *, died: bool) -> set[str]:
    """Return the words for how the run ended that ``%PARSEDRESULT%`` may have."""
    words = {str(field.value) for field in printed if field.key == "ParsedResult"}
    return words | ({"Fatal", "Error"} if died else set())


def value(text: str) -> object:
    """Return a printed value as JSON would have it."""
    if _NUMBER.fullmatch(text):
        return int(text)
    if text in ("True", "False"):
        return text == "True"
    plain = text.translate(_DIRECTIONS) if "(" in text else text
    unix = _UNIX_SECONDS.search(plain)
    return _timestamp(unix["seconds"]) if unix else text


def _timestamp(seconds: str) -> str:
    if not seconds[0].isdigit():
        return NEVER
    try:
        return format_timestamp(int(seconds) * SECOND)
    except OverflowError:
        return ""


def _is_bad(field: Field) -> bool:
    if field.key == "ParsedResult":
        return _result(field.value) is not Status.SUCCESS
    return field.key in (*_FLAGS, *_GRAVE) and field.value not in (False, 0)


def _last_end_of_list(lines: Sequence[str]) -> int:
    ends = (at for at in range(len(lines) - 1, -1, -1) if lines[at].rstrip() == "]")
    return next(ends, -1)


def _end_of_list(lines: Sequence[str], start: int) -> int | None:
    return next((at for at in range(start, len(lines)) if lines[at].rstrip() == "]"), None)


def _verifications(lines: Iterable[str]) -> Iterator[dict[str, object]]:
    """Yield the files of a verification: their names, and whether anything is wrong."""
    for line in lines:
        key = _KEY.match(line)
        if key is not None:
            yield {"Key": key["key"].rstrip(" ,"), "Value": []}
        elif _FAULT.match(line):
            yield {"Key": "", "Value": [line.strip()]}


def _says_died(printed: Iterable[Field]) -> bool:
    return any(
        (field.key == "ParsedResult" and _result(field.value) is Status.FATAL)
        or (field.key == "Fatal" and field.value is True)
        for field in printed
    )


def _result(found: object) -> Status:
    try:
        return Status(str(found).lower())
    except ValueError:
        return Status.UNKNOWN


def _worst_result(found: Sequence[object]) -> object:
    worst = _result(found[0])
    for each in found[1:]:
        worst = worst.worse(_result(each))
    return worst.value


def _any_true(found: Sequence[object]) -> object:
    if True in found:
        return True
    return next((each for each in found if each is not False), False)


def _largest(found: Sequence[object]) -> object:
    numbers = [each for each in found if isinstance(each, int)]
    odd = [each for each in found if not isinstance(each, int)]
    most = max(numbers, default=0)
    return odd[0] if odd and most <= 0 else most


def _earliest(found: Sequence[object]) -> object:
    return _chosen(found, min)


def _latest(found: Sequence[object]) -> object:
    return _chosen(found, max)


def _latest_of_dead(found: Sequence[object]) -> object:
    """Return the end of a run that died: where one was never set, the others are of its parts."""
    timestamps = list(map(_as_timestamp, found))
    return (
        NEVER
        if any(timestamp is not None and timestamp < 0 for timestamp in timestamps)
        else _latest(found)
    )


def _chosen(found: Sequence[object], choose: Callable[..., tuple[Millis, object]]) -> object:
    dated = [(timestamp, each) for each in found if (timestamp := _as_timestamp(each)) is not None]
    real = [(timestamp, each) for timestamp, each in dated if timestamp > 0] or dated
    return choose(real, key=_first)[1] if real else found[0]


def _first(dated: tuple[Millis, object]) -> Millis:
    return dated[0]


def _as_timestamp(found: object) -> Millis | None:
    try:
        return parse_timestamp(found) if isinstance(found, str) else None
    except ValueError:
        return None
