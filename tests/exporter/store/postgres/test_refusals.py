"""What one daemon refuses or clears, the others know with the next answer."""

import pytest

from exporter.ingest.refusals import Refusals
from exporter.model import Delivery, Rejected
from tests.support.authors import BY
from tests.support.daemon import NOW, SENDER
from tests.support.replicas import Replicas

pytestmark = pytest.mark.not_quick

REFUSED = Rejected(NOW, SENDER, "body: is not a report", None, 5, b"ParsedResult: Success")


def test_a_refused_report_is_open_and_cleared_for_all_daemons(replicas: Replicas) -> None:
    stores = [replicas.open(), replicas.open()]
    one, other = (Refusals(store) for store in stores)

    def open_at_other() -> int:
        stores[1].catch_up(10)
        found = other.open(NOW)
        return 0 if found is None else found.count

    one.refuse(REFUSED, 400)
    one.refuse(REFUSED, 400)
    assert open_at_other() == 2
    (first, _) = stores[0].all_rejected()
    one.clear(first.id, BY)
    assert open_at_other() == 1
    one.taken(Delivery(NOW, SENDER))
    assert open_at_other() == 0
    assert other.any
    one.clear(None, BY)
    stores[1].catch_up(10)
    assert not other.any
