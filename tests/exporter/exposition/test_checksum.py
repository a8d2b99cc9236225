import zlib

from hypothesis import given
from hypothesis import strategies as st

from exporter.exposition.checksum import combined

TEXTS = st.binary(max_size=300) | st.integers(0, 100_000).map(lambda size: b"x" * size)


@given(TEXTS, TEXTS)
def test_the_checksum_of_a_text_follows_from_those_of_its_parts(
    first: bytes, second: bytes
) -> None:
    whole = zlib.crc32(first + second)
    assert combined(zlib.crc32(first), zlib.crc32(second), len(second)) == whole


@given(st.lists(TEXTS, max_size=5))
def test_parts_can_be_added_one_after_the_other(parts: list[bytes]) -> None:
    checksum = 0
    for part in parts:
        checksum = combined(checksum, zlib.crc32(part), len(part))
    assert checksum == zlib.crc32(b"".join(parts))
