"""Of what was refused nobody pushes out what others sent."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.model import Rejected
from exporter.store import KEPT
from exporter.store.rules.refusals import KeptRow, surplus
from exporter.store.sqlite import Store
from tests.support.daemon import NOW

KEPT_ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), min_size=2, max_size=30)


@given(KEPT_ROWS)
def test_what_goes_is_of_who_has_most_and_never_the_newest(told: list[tuple[str, bool]]) -> None:
    kept = [KeptRow(number, *row) for number, row in enumerate(told)]
    gone = surplus(kept)
    senders = [row.address for row in kept]
    others = [row for row in kept[:-1] if senders.count(row.address) == senders.count(gone.address)]
    assert gone != kept[-1]
    assert senders.count(gone.address) == max(senders.count(row.address) for row in kept[:-1])
    assert not gone.is_open or all(row.is_open for row in others)
    assert gone.id == min(row.id for row in others if row.is_open == gone.is_open)


def test_the_newest_of_each_sender_stays(store: Store) -> None:
    for number in range(3 * KEPT):
        address = f"192.0.2.{number % 150}"
        store.reject(Rejected(NOW + number, address, "why", None, 1, b"x"))
    kept = store.rejected(None, 1000)
    assert len(kept) == KEPT
    assert len({each.address for each in kept}) == 150
    newest = {each.address: each.received for each in reversed(kept)}
    assert min(newest.values()) == NOW + 3 * KEPT - 150
