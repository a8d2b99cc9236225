import importlib
import sys
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.exposition import checksum
from exporter.exposition.checksum import combined, combined_by_tables

TEXTS = st.binary(max_size=300) | st.integers(0, 100_000).map(lambda size: b"x" * size)

Combine = Callable[[int, int, int], int]


@pytest.mark.parametrize("combine", [combined, combined_by_tables])
@given(first=TEXTS, second=TEXTS)
def test_the_checksum_of_a_text_follows_from_those_of_its_parts(
    combine: Combine, first: bytes, second: bytes
) -> None:
    whole = zlib.crc32(first + second)
    assert combine(zlib.crc32(first), zlib.crc32(second), len(second)) == whole


@pytest.mark.parametrize("combine", [combined, combined_by_tables])
@given(parts=st.lists(TEXTS, max_size=5))
def test_parts_can_be_added_one_after_the_other(combine: Combine, parts: list[bytes]) -> None:
    known = 0
    for part in parts:
        known = combine(known, zlib.crc32(part), len(part))
    assert known == zlib.crc32(b"".join(parts))


def test_a_machine_without_isal_does_it_by_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "isal.isal_zlib", None)
    try:
        without = importlib.reload(checksum)
        assert without.combined is without.combined_by_tables
    finally:
        monkeypatch.undo()
        importlib.reload(checksum)
