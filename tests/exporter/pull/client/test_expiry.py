import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.pull.client.expiry import expiry
from exporter.times import parse_timestamp

INTEGER, SEQUENCE, UTC_TIME, GENERALIZED_TIME, VERSION = 0x02, 0x30, 0x17, 0x18, 0xA0


def item(tag: int, *contents: bytes) -> bytes:
    """Return an item of DER."""
    content = b"".join(contents)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def certificate(end: bytes, issuer: bytes = b"", version: bytes = b"") -> bytes:
    """Return as much of a certificate as is looked at, and something after it."""
    begin = item(UTC_TIME, b"200101000000Z")
    fields = [
        version,
        item(INTEGER, b"\1" * 20),
        item(SEQUENCE, b"sha256"),
        item(SEQUENCE, issuer),
        item(SEQUENCE, begin, end),
        item(SEQUENCE, b"and so on"),
    ]
    return item(SEQUENCE, item(SEQUENCE, *fields), item(SEQUENCE, b"signature"))


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (item(UTC_TIME, b"310102030405Z"), "2031-01-02T03:04:05Z"),
        (item(UTC_TIME, b"491231235959Z"), "2049-12-31T23:59:59Z"),
        (item(UTC_TIME, b"991231235959Z"), "1999-12-31T23:59:59Z"),
        (item(GENERALIZED_TIME, b"20510102030405Z"), "2051-01-02T03:04:05Z"),
        (item(GENERALIZED_TIME, b"99991231235959Z"), "9999-12-31T23:59:59Z"),
    ],
)
@pytest.mark.parametrize("issuer", [b"", b"x" * 127, b"x" * 128, b"x" * 70_000])
@pytest.mark.parametrize("version", [b"", item(VERSION, item(INTEGER, b"\2"))])
def test_the_end_is_read_in_both_forms_of_a_time(
    end: bytes, expected: str, issuer: bytes, version: bytes
) -> None:
    assert expiry(certificate(end, issuer, version)) == parse_timestamp(expected)


@pytest.mark.parametrize(
    "end",
    [
        item(INTEGER, b"20510102030405Z"),
        item(UTC_TIME, b"310102030405+0100"),
        item(UTC_TIME, b"soon"),
        item(UTC_TIME, b"\xff1"),
        item(UTC_TIME),
    ],
)
def test_an_end_that_is_no_time_cannot_be_read(end: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - many texts
        expiry(certificate(end))


WHOLE = certificate(item(UTC_TIME, b"310102030405Z"))


@given(st.binary(max_size=200) | st.integers(0, len(WHOLE) - 1).map(lambda end: WHOLE[:end]))
def test_what_is_no_whole_certificate_cannot_be_read(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - many texts
        expiry(data)
