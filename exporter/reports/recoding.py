"""Recodes bytes, a piece at a time: as a whole each step would take several times their size."""

import codecs
import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from urllib.parse import unquote_to_bytes

from exporter.reports.decoding import decode_json, encoding_of_windows

_PIECE_BYTES = 64 * 1024
_AROUND = codecs.BOM_UTF8 + b"\0 \t\r\n\v\f"
_AS_SPACES = bytes.maketrans(bytes(range(32)), b" " * 32)
_NO_NUMBER = re.compile(rb"(?<=[\[:, ])(?:NaN|-?Infinity)(?=[ ,\]}]|\Z)")
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
_UNSPLIT = re.compile(
    rb"(?:[^\\]|\\[^u]|\\u[0-9a-fA-F]{4}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?)++", re.DOTALL
)
_REPLACEMENT = rb"\ufffd"
_CONTINUES, _FIRST_BITS = 0x80, 0xC0
"""The first two bits of a byte that continues a character of UTF-8, and their mask."""


def utf8(body: bytes) -> bytes:
    """Return a body in UTF-8, without byte order marks and blanks at its ends.

    Single bytes that are not UTF-8 stay: they are handled when the body is decoded.
    """
    encoding = encoding_of_windows(body)
    if encoding is None:
        return body.strip(_AROUND)
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    recoded = (decoder.decode(piece).encode(errors="surrogatepass") for piece in _pieces(body))
    return _joined(recoded).strip(_AROUND)


def unquoted(value: bytes) -> bytes:
    """Return the value of a form's field as it was before it was encoded."""
    return _joined(unquote_to_bytes(piece.replace(b"+", b" ")) for piece in _parted(value, b"%", 3))


def strict_json(content: bytes) -> bytes:
    """Return JSON that only Python's reader accepts in a form that every reader accepts."""
    return _joined(map(_strict, _parted(content, b",", _PIECE_BYTES // 2)))


def text_of_json(raw: bytes) -> bytes:
    """Return a text in JSON decoded, in UTF-8."""
    return _joined(_texts(raw))


def cut(content: bytes, most: int) -> bytes:
    """Return at most so many bytes, without cutting a character."""
    return content if len(content) <= most else content[: _start_of_character(content, most)]


def _start_of_character(content: bytes, at: int) -> int:
    """Return where the character of a byte starts; it has four bytes at most."""
    before = range(at, max(at - 4, -1), -1)
    return next((byte for byte in before if content[byte] & _FIRST_BITS != _CONTINUES), at)


def _strict(piece: bytes) -> bytes:
    plain = _NO_NUMBER.sub(b"null", piece.translate(_AS_SPACES))
    return _ESCAPE.sub(lambda found: _REPLACEMENT if found["half"] else found[0], plain)


def _texts(raw: bytes) -> Iterator[bytes]:
    at, end = 1, len(raw) - 1
    while at < end:
        found = next(_UNSPLIT.finditer(raw, at, min(at + _PIECE_BYTES, end)))
        until = _start_of_character(raw, found.end())
        yield decode_json(b'"%s"' % raw[at:until]).encode(errors="surrogatepass")
        at = until


def _parted(value: bytes, sign: bytes, searched: int) -> Iterator[bytes]:
    """Yield pieces that do not split an escape: each but the first starts with `sign`."""
    at = 0
    while at < len(value):
        end = min(at + _PIECE_BYTES, len(value))
        start = value.rfind(sign, max(end - searched, at + 1), end) if end < len(value) else -1
        end = end if start < 0 else start
        yield value[at:end]
        at = end


def _pieces(body: bytes) -> Iterator[bytes]:
    return (body[at : at + _PIECE_BYTES] for at in range(0, len(body), _PIECE_BYTES))


def _joined(pieces: Iterable[bytes]) -> bytes:
    whole = BytesIO()
    for piece in pieces:
        whole.write(piece)
    return whole.getvalue()
