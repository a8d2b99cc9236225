import gzip
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from exporter.exposition.cache import RenderedFamily
from exporter.exposition.families import Family, Sample
from exporter.exposition.kept_lines import BLOCK_SIZE, KeptTexts
from exporter.exposition.packing import BLOCKS, PackedExposition, gzipped, joined, pack

PIECE = BLOCK_SIZE * BLOCKS
IDS = st.sampled_from([1, 2, BLOCK_SIZE, PIECE - 1, PIECE, 3 * PIECE, 10**9])
TEXTS = st.lists(st.binary(max_size=200) | st.just(b"duplistatus 1\n" * 5000), max_size=4)


def samples(value: int) -> Sequence[Sample]:
    return (Sample((str(value),), value),) if value else ()


FAMILY = Family("kept", "What is kept.", "gauge", ("value",), samples)


def unpacked(parts: Sequence[bytes]) -> bytes:
    return gzip.decompress(b"".join(parts))


@given(TEXTS, st.binary(max_size=50))
def test_what_is_packed_is_unpacked_as_it_was(texts: list[bytes], last: bytes) -> None:
    assert unpacked(gzipped(pack(texts), last)) == b"".join(texts) + last
    each = joined(pack([text]) for text in texts)
    assert unpacked(gzipped(each, last)) == b"".join(texts) + last


@given(
    st.lists(st.tuples(IDS, st.integers(0, 3) | st.none(), st.booleans()), max_size=30),
    st.sampled_from([1, 2, 100]),
)
def test_what_is_kept_packed_is_the_text_after_any_changes(
    steps: list[tuple[int, int | None, bool]], texts: int
) -> None:
    rendered = RenderedFamily(FAMILY, KeptTexts(texts))
    whole = PackedExposition([b"# HELP\n"])
    for entry_id, value, scraped in steps:
        if value is None:
            rendered.remove(entry_id)
        else:
            rendered.put(entry_id, value)
        if scraped:
            told = unpacked(gzipped(whole.packed([rendered.packed()]), b"end"))
            assert told == b"".join([b"# HELP\n", *rendered.blocks(), b"end"])


def test_what_did_not_change_is_not_packed_again() -> None:
    rendered = RenderedFamily(FAMILY)
    rendered.put(1, 1)
    rendered.put(PIECE, 1)
    first = rendered.packed()
    assert rendered.packed() is first
    rendered.put(1, 1)
    assert rendered.packed() is first
    rendered.put(1, 2)
    changed, same = rendered.packed().pieces
    assert changed is not first.pieces[0]
    assert same is first.pieces[1]


def test_what_is_gone_leaves_no_piece_behind() -> None:
    rendered = RenderedFamily(FAMILY)
    rendered.put(10**9, 1)
    assert rendered.packed().size
    rendered.remove(10**9)
    assert rendered.packed() == joined([])


def test_an_exposition_of_which_no_family_changed_is_the_same() -> None:
    whole, family = PackedExposition([b"# HELP\n"]), pack([b"kept 1\n"])
    assert whole.packed([family]) is whole.packed([family])
    assert whole.packed([pack([b"kept 2\n"])]) is not whole.packed([family])
