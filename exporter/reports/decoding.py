"""Decodes bytes to text, and text to JSON, also where a sender or a relay wrote odd ones.

Senders write UTF-8. Scripts of Windows write Latin-1 or UTF-16, and a text that was cut in the
middle of a character ends in a half of one. No report is lost because of that.
"""

import codecs
import json
import re
from typing import Any

import msgspec

from exporter.reports.errors import Problem, ReportError
from exporter.reports.oddities import Oddities

_SURROGATE = re.compile("[\ud800-\udfff]")
_RAW_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_ANY_SURROGATE = "\ud800"
_REPLACEMENT = "\ufffd"
_BESIDE_TEXT = "\ufeff\0"
"""A byte order mark before a text, and the zero after one that C wrote."""

_MAX_NUMBER_LENGTH = 40
_MANY = 100_000
_HALF = "has half of a character, replaced by \ufffd"


def decode_text(body: bytes, oddities: Oddities | None = None) -> str:
    """Return a body as text, without byte order marks and blanks at its ends."""
    encoding = encoding_of_windows(body)
    if encoding is not None:
        content = body[: len(body) // 2 * 2].decode(encoding, "surrogatepass")
    else:
        content = _decode_bytes(body)
    return _whole(content.strip().strip(_BESIDE_TEXT).strip(), "body", oddities)


def _decode_bytes(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        odd = len(body) - len(body.decode(errors="ignore").encode())
        # Byte by byte takes half a microsecond for each that is odd.
        return body.decode("latin-1") if odd > _MANY else body.decode(errors=_AS_WINDOWS)


def decode_json(content: str | bytes, oddities: Oddities | None = None) -> Any:  # noqa: ANN401 - JSON may hold anything
    """Return what a text says in JSON, with a substitute for what no text can hold.

    Raises:
        ReportError: it is not JSON, or nested too deep.
    """
    try:
        return msgspec.json.decode(content)
    except RecursionError:
        raise too_deep() from None
    except (msgspec.DecodeError, UnicodeError) as error:
        return _decode_leniently(content, str(error), oddities)


def _decode_leniently(content: str | bytes, problem: str, oddities: Oddities | None) -> Any:  # noqa: ANN401 - JSON may hold anything
    """Take what Python's reader takes: numbers of any size, halves of characters, NaN."""
    text = decode_text(content, oddities) if isinstance(content, bytes) else content
    try:
        value = json.loads(text, strict=False, parse_int=_integer)
        return _mended(value, "", oddities)
    except RecursionError:
        raise too_deep() from None
    except ValueError:
        raise no_json(problem) from None


def too_deep() -> ReportError:
    """Return the error for JSON that is nested without end."""
    return ReportError(Problem("body", "is nested too deep"))


def no_json(problem: str) -> ReportError:
    """Return the error for a body that no reader of JSON accepts."""
    return ReportError(Problem("body", f"is not valid JSON: {problem}"))


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_NUMBER_LENGTH else float("inf")


def _mended(value: Any, path: str, oddities: Oddities | None) -> Any:  # noqa: ANN401 - JSON may hold anything
    """Return decoded JSON whose texts are whole."""
    if isinstance(value, str):
        return _whole(value, path, oddities)
    if isinstance(value, list):
        return [_mended(inner, path, oddities) for inner in value]
    if isinstance(value, dict):
        return {
            _whole(key, path, oddities): _mended(inner, f"{path}.{key}".lstrip("."), oddities)
            for key, inner in value.items()
        }
    return value


def _whole(content: str, path: str, oddities: Oddities | None) -> str:
    """Return a text without halves of characters, which could not be stored."""
    if content.isascii() or _SURROGATE.search(content) is None:
        return content
    if oddities is not None:
        oddities.note(_SURROGATE.sub(_REPLACEMENT, path), _HALF)
    return _SURROGATE.sub(_REPLACEMENT, content)


def encoding_of_windows(body: bytes) -> str | None:
    """Return which UTF-16 a body is in, with a mark or without; its first character is ASCII."""
    start = body[:2]
    if start == codecs.BOM_UTF16_LE or (start[1:] == b"\0" and start != b"\0\0"):
        return "utf-16-le"
    if start == codecs.BOM_UTF16_BE or (start[:1] == b"\0" and start != b"\0\0"):
        return "utf-16-be"
    return None


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Decode a byte that is not UTF-8 as Windows' Latin-1; the others stay as they are.

    So a text in Latin-1 is read, and a text in UTF-8 with one odd byte loses nothing else.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    half = _RAW_SURROGATE.match(error.object, error.start)
    if half is not None:
        return _ANY_SURROGATE, half.end()
    odd = error.object[error.start : error.start + 1]
    try:
        return odd.decode("cp1252"), error.start + 1
    except UnicodeDecodeError:
        return odd.decode("latin-1"), error.start + 1


_AS_WINDOWS = "exporter.as_windows"
codecs.register_error(_AS_WINDOWS, _as_windows)
