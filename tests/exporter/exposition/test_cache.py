from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from exporter.exposition.cache import RenderedFamily
from exporter.exposition.families import Family, Sample
from exporter.exposition.kept_lines import BLOCK_SIZE, KeptTexts
from exporter.exposition.packing import BLOCKS

PIECE = BLOCK_SIZE * BLOCKS
IDS = st.sampled_from([1, 2, BLOCK_SIZE - 1, BLOCK_SIZE, BLOCK_SIZE + 1, PIECE, 3 * PIECE, 10**9])


def samples(value: int) -> Iterator[Sample]:
    if value:
        yield Sample((str(value),), value)


FAMILY = Family("kept", "What is kept.", "gauge", ("value",), samples)


def line(value: int) -> bytes:
    return f'kept{{value="{value}"}} {value}.0\n'.encode() if value else b""


@given(
    st.lists(st.tuples(IDS, st.integers(0, 3) | st.none()), max_size=30),
    st.sets(IDS),
    st.sampled_from([1, 2, 100]),
)
def test_what_is_kept_is_what_was_put_last(
    steps: list[tuple[int, int | None]], asked: set[int], texts: int
) -> None:
    rendered, values = RenderedFamily(FAMILY, KeptTexts(texts)), dict[int, int]()
    for entry_id, value in steps:
        if value is None:
            rendered.remove(entry_id)
            values.pop(entry_id, None)
        else:
            rendered.put(entry_id, value)
            values[entry_id] = value
        in_order = (value for _, value in sorted(values.items()))
        assert b"".join(rendered.blocks()) == b"".join(map(line, in_order))
    chosen = b"".join(line(values.get(entry_id, 0)) for entry_id in sorted(asked))
    assert rendered.lines_of(sorted(asked)) == chosen


def test_pages_that_did_not_change_are_the_same_objects() -> None:
    rendered = RenderedFamily(FAMILY)
    rendered.put(1, 1)
    rendered.put(BLOCK_SIZE, 2)
    first, second = rendered.blocks()
    rendered.put(1, 1)
    assert rendered.blocks()[0] is first
    rendered.put(1, 3)
    changed, same = rendered.blocks()
    assert changed == line(3)
    assert same is second


def test_what_is_gone_leaves_no_page_behind() -> None:
    rendered = RenderedFamily(FAMILY)
    rendered.put(10**9, 1)
    rendered.remove(10**9)
    rendered.remove(5)
    assert rendered.blocks() == []


def test_a_piece_that_did_not_change_for_long_is_kept_compressed_only() -> None:
    rendered = RenderedFamily(FAMILY, KeptTexts(1))
    rendered.put(1, 1)
    rendered.put(PIECE, 2)
    assert rendered.texts([0, PIECE // BLOCK_SIZE]) == [b"", line(2)]
    assert rendered.blocks() == [line(1), line(2)]
    rendered.put(2, 3)
    assert rendered.texts([0, PIECE // BLOCK_SIZE]) == [line(1) + line(3), b""]


def test_families_share_what_may_be_kept_as_text() -> None:
    texts = KeptTexts(2)
    one, other = RenderedFamily(FAMILY, texts), RenderedFamily(FAMILY, texts)
    for family, entry_id in ((one, 1), (other, 1), (one, 2), (other, PIECE)):
        family.put(entry_id, 1)
    assert one.texts([0]) == [line(1) + line(1)]
    assert other.texts([0, PIECE // BLOCK_SIZE]) == [b"", line(1)]
