"""Bodies that cost many times their size where they are decoded as a whole."""

import json
from collections.abc import Callable, Mapping

SIZE = 12 * 1024 * 1024
"""Enough that each of these, decoded as a whole, would take more than is promised."""

_WIDE = "\N{GRINNING FACE}".encode()
"""A character for which Python takes four bytes for each of a text."""

_HEAD = b"Duplicati Backup report for x\n\nParsedResult: Success\n"
_LOG = b"Log data:\n"
_BEGAN = b'"startTime":"2024-01-01T00:00:00Z"'


def _filled(unit: bytes, head: bytes, tail: bytes = b"") -> bytes:
    return head + unit * ((SIZE - len(head) - len(tail)) // len(unit)) + tail


def _results(unit: bytes, key: bytes = b"x", last: bytes = b"0") -> bytes:
    head = b'{"Data":{"MainOperation":"Backup","%s":[' % key
    return _filled(unit, head, last + b']},"Extra":{"backup-name":"b"}}')


def _log(unit: bytes, last: bytes = b'"b"]') -> bytes:
    head = b'{"Data":{"MainOperation":"Backup"},"Extra":{"backup-name":"b"},"LogLines":['
    return _filled(unit, head, last + b"}")


def _keys(head: bytes, tail: bytes) -> bytes:
    return head + b",".join(b'"%d":1' % number for number in range(1_000_000)) + tail


def _documented(unit: bytes, key: bytes) -> bytes:
    backup = b'{"name":"b","status":"success",%s,"%s":[' % (_BEGAN, key)
    return _filled(unit, b'{"server":{"name":"a"},"backup":' + backup, unit[:-1] + b"]}}")


BOMBS: Mapping[str, Callable[[], bytes]] = {
    "objects": lambda: _results(b"{},"),
    "lists": lambda: _results(b"[],"),
    "texts": lambda: _results(b'"ab",'),
    "members": lambda: _results(b'{"a":1},'),
    "lists in lists": lambda: _results(b"[" * 200 + b"]" * 200 + b","),
    "names of results": lambda: _keys(b'{"Data":{"MainOperation":"Backup",', b"}}"),
    "names of all": lambda: _keys(b'{"Data":{"MainOperation":"Backup"},', b"}"),
    "many lines": lambda: json.dumps(
        {"Data": {"MainOperation": "Backup"}, "LogLines": ["y" * 20] * 400_000}
    ).encode(),
    "short lines": lambda: _log(b'"a",'),
    "lines that are objects": lambda: _log(b"{},"),
    "a long line": lambda: _log(b"x", last=b'"]').replace(b"[x", b'["', 1),
    "a wide line": lambda: _log(_WIDE, last=b'"]').replace(b"[" + _WIDE, b'["', 1),
    "no numbers": lambda: _results(b"NaN,"),
    "halves of characters": lambda: _results(b'"\\ud800",'),
    "UTF-16": lambda: _results(b"{},")[: SIZE // 2].decode().encode("utf-16"),
    "files of a test": lambda: _results(b'{"Key":"a","Value":[]},', b"Verifications"),
    "second copies": lambda: _results(b"{},", b"RemoteSynchronizationResults"),
    "messages": lambda: _results(b'"a",', b"Messages"),
    "a list alone": lambda: _filled(b"{},", b"[", b"0]"),
    "documented messages": lambda: _documented(b'{"message":"a"},', b"messages"),
    "documented, unknown": lambda: _documented(b"{},", b"x"),
    "a form": lambda: _filled(b"{},", b'message=%7B%22Data%22:{"x":[', b"0]}}"),
    "a form, all encoded": lambda: _filled(b"%7B%7D%2C", b"message=%7B%22Data%22%3A%5B", b"%5D%7D"),
    "fields of a form": lambda: _filled(b"a=1&", b""),
    "a wide form": lambda: _filled(b"%F0%9F%98%80", b"message=ParsedResult:+Success%0A"),
    "results": lambda: _filled(b"A: 1\n", _HEAD),
    "wide results": lambda: _filled(b"A: 1\n", _HEAD + _WIDE + b"\n"),
    "a log": lambda: _filled(b"2024 - [Information-A-B]: c\n", _HEAD + _LOG),
    "a long line of a log": lambda: _filled(b"x", _HEAD + _LOG),
    "lines of words": lambda: _filled(b"a b\n", b""),
    "a part": lambda: _filled(b"{},", b'--x\r\nA: b\r\n\r\n{"Data":[', b"0]}\r\n--x--"),
    "bytes of no text": lambda: b"\xff" * SIZE,
}
