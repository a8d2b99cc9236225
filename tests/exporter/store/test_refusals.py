"""What could not be read is stored: some of it, and the newest of each sender."""

from exporter.model import Rejected
from exporter.store import KEPT, Store
from tests.support.daemon import NOW


def test_the_newest_of_each_sender_stays(store: Store) -> None:
    for number in range(3 * KEPT):
        address = f"192.0.2.{number % 150}"
        store.reject(Rejected(NOW + number, address, "why", None, 1, b"x"))
    kept = store.rejected(None, 1000)
    assert len(kept) == KEPT
    assert len({each.address for each in kept}) == 150
    newest = {each.address: each.received for each in reversed(kept)}
    assert min(newest.values()) == NOW + 3 * KEPT - 150
