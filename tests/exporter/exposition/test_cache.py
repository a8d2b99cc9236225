from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from exporter.exposition.cache import PAGE, KeptFamily
from exporter.exposition.families import Family, Sample

IDS = st.sampled_from([1, 2, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE, 10**9])


def samples(value: int) -> Iterator[Sample]:
    if value:
        yield Sample((str(value),), value)


FAMILY = Family("kept", "What is kept.", "gauge", ("value",), samples)


def line(value: int) -> bytes:
    return f'kept{{value="{value}"}} {value}.0\n'.encode() if value else b""


@given(st.lists(st.tuples(IDS, st.integers(0, 3) | st.none()), max_size=30), st.sets(IDS))
def test_what_is_kept_is_what_was_put_last(
    steps: list[tuple[int, int | None]], asked: set[int]
) -> None:
    kept, values = KeptFamily(FAMILY), dict[int, int]()
    for entry_id, value in steps:
        if value is None:
            kept.remove(entry_id)
            values.pop(entry_id, None)
        else:
            kept.put(entry_id, value)
            values[entry_id] = value
        in_order = (value for _, value in sorted(values.items()))
        assert b"".join(kept.pages()) == b"".join(map(line, in_order))
    chosen = b"".join(line(values.get(entry_id, 0)) for entry_id in sorted(asked))
    assert kept.lines_of(sorted(asked)) == chosen


def test_pages_that_did_not_change_are_the_same_objects() -> None:
    kept = KeptFamily(FAMILY)
    kept.put(1, 1)
    kept.put(PAGE, 2)
    first, second = kept.pages()
    kept.put(1, 1)
    assert kept.pages()[0] is first
    kept.put(1, 3)
    changed, same = kept.pages()
    assert changed == line(3)
    assert same is second


def test_what_is_gone_leaves_no_page_behind() -> None:
    kept = KeptFamily(FAMILY)
    kept.put(10**9, 1)
    kept.remove(10**9)
    kept.remove(5)
    assert kept.pages() == []
