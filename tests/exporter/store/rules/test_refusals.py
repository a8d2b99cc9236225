"""Refused bodies of one sender do not displace those of others."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.store.rules.refusals import KeptRow, surplus

KEPT_ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), min_size=2, max_size=30)


@given(KEPT_ROWS)
def test_what_goes_is_of_who_has_most_and_never_the_newest(refused: list[tuple[str, bool]]) -> None:
    kept = [KeptRow(number, *row) for number, row in enumerate(refused)]
    gone = surplus(kept)
    senders = [row.address for row in kept]
    others = [row for row in kept[:-1] if senders.count(row.address) == senders.count(gone.address)]
    assert gone != kept[-1]
    assert senders.count(gone.address) == max(senders.count(row.address) for row in kept[:-1])
    assert not gone.is_open or all(row.is_open for row in others)
    assert gone.id == min(row.id for row in others if row.is_open == gone.is_open)
