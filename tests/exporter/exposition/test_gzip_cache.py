import gzip

from hypothesis import given
from hypothesis import strategies as st

from exporter.exposition.gzip_cache import IncrementalGzip

PARTS = st.lists(st.binary(max_size=200) | st.just(b"duplistatus 1\n" * 5000), max_size=4)


@given(st.lists(st.tuples(PARTS, st.binary(max_size=50)), min_size=1, max_size=4))
def test_what_is_packed_is_unpacked_as_it_was_whatever_was_packed_before(
    expositions: list[tuple[list[bytes], bytes]],
) -> None:
    packer = IncrementalGzip()
    for parts, last in expositions:
        assert gzip.decompress(b"".join(packer.pack(parts, last))) == b"".join(parts) + last


def test_what_did_not_change_is_not_packed_again() -> None:
    packer, parts = IncrementalGzip(), [b"fleet\n" * 1000, b"more\n"]
    first, second = packer.pack(parts, b"1"), packer.pack(list(parts), b"2")
    assert all(one is other for one, other in zip(first[:-2], second[:-2], strict=True))
    assert first[-2:] != second[-2:]
