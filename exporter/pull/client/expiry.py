"""When a certificate expires, read from its DER: Python tells it only of one that it verified."""

from datetime import UTC, datetime
from typing import NamedTuple

from exporter.times import Millis, from_datetime

_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_VERSION = 0xA0
_LONG = 0x80
_NINETEENTHS = 50
"""A UTCTime with a year of two digits from this one on is of the last century (RFC 5280)."""


class _Item(NamedTuple):
    """An item of DER: its tag, its content, and what comes after it."""

    tag: int
    content: bytes
    rest: bytes


def expiry(der: bytes) -> Millis:
    """Return when a certificate expires. Raises ValueError if it cannot be read."""
    try:
        return _expiry(der)
    except (IndexError, UnicodeError) as error:
        raise ValueError("the certificate cannot be read") from error


def _expiry(der: bytes) -> Millis:
    rest = _item(_item(der).content).content
    if rest[0] == _VERSION:
        rest = _item(rest).rest
    for _ in ("serial number", "algorithm", "issuer"):
        rest = _item(rest).rest
    validity = _item(rest).content
    return _time(_item(_item(validity).rest))


def _item(data: bytes) -> _Item:
    """Return the first item."""
    tag, length, begin = data[0], data[1], 2
    if length & _LONG:
        begin += length & ~_LONG
        length = int.from_bytes(data[2:begin])
    if length > len(data) - begin:
        raise ValueError("the certificate is cut")
    return _Item(tag, data[begin : begin + length], data[begin + length :])


def _time(item: _Item) -> Millis:
    text = item.content.decode("ascii")
    if item.tag == _UTC_TIME:
        text = f"{'19' if int(text[:2]) >= _NINETEENTHS else '20'}{text}"
    elif item.tag != _GENERALIZED_TIME:
        raise ValueError("the certificate has no time")
    return from_datetime(datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC))
