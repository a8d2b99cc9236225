"""Bodies of strangers: broken off, far too large, or costly to read."""

import random
import secrets

from exporter.times import now
from tests.support.live import activity
from tests.support.reports_builder import duplicati_report
from tests.tools.soak.strangers.wire import (
    MEBIBYTE,
    connect,
    exchange,
    head,
    post,
    pour,
    reset,
    status,
)

_LIMIT = 32 * MEBIBYTE
_READ_NEVERTHELESS = MEBIBYTE
"""So much above its limit the daemon still reads a body before it refuses it."""

_END = b'"Extra":{"backup-name":"bomb","machine-id":"invented-1","machine-name":"invented-1"}}'
"""Of a machine that is known, so that what can be read is also stored."""

_UNITS = (b"{},", b"[],", b'"a",', b'{"a":1},', b"0,", b'"a":{},')
_NAME_LENGTHS = (1_000, 5_000, 60_000)
_FRAMING_BYTES = 100 * 1024


def break_off(port: int, chance: random.Random) -> None:
    """Upload a part of some megabytes and go, politely or not."""
    size = chance.randint(1, 8) * MEBIBYTE
    connection = connect(port)
    with connection:
        connection.sendall(head(f"Content-Length: {size}"))
        pour(connection, int(size * chance.uniform(0.1, 0.99)))
        if chance.random() < 0.5:
            reset(connection)


def bomb(port: int, chance: random.Random) -> int | None:
    """Upload what takes many times its size once it is read."""
    path = chance.choice(("/api/upload", "/api/upload", "/api/activity"))
    body, kind = chance.choice(_BOMBS)(chance)
    return exchange(port, post(body, f"Content-Type: {kind}", path=path))


def _filled(begin: bytes, unit: bytes, end: bytes) -> bytes:
    return begin + unit * ((_LIMIT - len(begin) - len(end)) // len(unit)) + end


def _bare(chance: random.Random) -> tuple[bytes, str]:
    return _filled(b"[", chance.choice(_UNITS[:-1]), b"0]"), "application/json"


def _within(chance: random.Random) -> tuple[bytes, str]:
    begin = b'{"Data":{"MainOperation":"Backup","x":['
    return _filled(begin, chance.choice(_UNITS[:-1]), b"0]}," + _END), "application/json"


def _names(_: random.Random) -> tuple[bytes, str]:
    begin = b'{"Data":{"MainOperation":"Backup",'
    return _filled(begin, _UNITS[-1], b'"x":0},' + _END), "application/json"


def _lines(_: random.Random) -> tuple[bytes, str]:
    begin = b'{"Data":{"MainOperation":"Backup"},"LogLines":['
    return _filled(begin, b'"a",', b'"a"],' + _END), "application/json"


def _text(_: random.Random) -> tuple[bytes, str]:
    begin = b"Duplicati Backup report for bomb\n\nParsedResult: Success\n"
    return _filled(begin, b"A: 1\n", b""), "text/plain"


def _form(
    chance: random.Random, form: str = "application/x-www-form-urlencoded"
) -> tuple[bytes, str]:
    if chance.random() < 0.5:
        return _filled(b"a=1", b"&a=1", b""), form
    begin, end = b"message=%7B%22Data%22:[", b"0],%22Extra%22:{%22backup-name%22:%22bomb%22}}"
    return _filled(begin, b"{},", end), form


_BOMBS = (_bare, _within, _names, _lines, _text, _form)


def send_too_large(port: int, chance: random.Random) -> int | None:
    """Upload more than is taken, all of it before the answer is looked at."""
    size = _LIMIT + chance.choice((1, _READ_NEVERTHELESS, 2 * MEBIBYTE, 6 * MEBIBYTE))
    begin = duplicati_report(began=now(), server="large", machine_id="large")
    with connect(port) as connection:
        if chance.random() < 0.5:
            connection.sendall(head(f"Content-Length: {size}") + begin)
            connection.sendall(b" " * (size - len(begin)))
        else:
            connection.sendall(head("Transfer-Encoding: chunked") + b"%x\r\n" % size + begin)
            connection.sendall(b" " * (size - len(begin)) + b"\r\n0\r\n\r\n")
        return status(connection)


def invent(port: int, chance: random.Random) -> int | None:
    """Send a report, or a live one, of a machine that nobody has, with names without end."""
    length = chance.choice(_NAME_LENGTHS)
    server, backup = (secrets.token_hex(4) + "ä" * length for _ in range(2))
    machine_id = secrets.token_hex(16) if chance.random() < 0.7 else "m" * length
    if chance.random() < 0.5:
        body = duplicati_report(
            began=now(), server=server, machine_id=machine_id, backup=chance.choice(("x", backup))
        )
        return exchange(port, post(body))
    at = now()
    body = activity(began=at, at=at, server=server, machine_id=machine_id, backup=backup)
    return exchange(port, post(body, path="/api/activity"))


def make_known(port: int, number: int) -> int | None:
    """Send an ordinary report of a machine that nobody has."""
    name = f"invented-{number}"
    return exchange(port, post(duplicati_report(began=now(), server=name, machine_id=name)))


def frame_without_end(port: int, chance: random.Random) -> int | None:
    """Send a body in chunks, of which something that frames them does not end."""
    begin, piece = chance.choice(_FRAMINGS)
    with connect(port) as connection:
        connection.sendall(head("Transfer-Encoding: chunked") + begin)
        pour(connection, _FRAMING_BYTES, piece)
        return status(connection) if chance.random() < 0.7 else None


_FRAMINGS = (
    (b"5;a=", b"a" * 1024),
    (b"", b"0" * 1024),
    (b"2\r\n{}\r\n0\r\n", b"A: b\r\n" * 100),
    (b"2\r\n{}\r\n0\r\nA: ", b"b" * 1024),
    (b"5;a=", b"a" * 16),
)
