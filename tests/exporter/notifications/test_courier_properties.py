"""Whatever fails when: each message is accepted once in its order, or given up after three days."""

from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.model.notifications import MessageOutcome
from exporter.store import StoreUnavailableError
from exporter.times import DAY, HOUR
from tests.exporter.notifications.delivering import Delivering, delivering
from tests.exporter.notifications.messages import CREATED, message
from tests.support.outbox import MemoryOutbox
from tests.support.process.waiting import eventually

FINE, AWAY, LOST = "fine", "away", "lost"


class Faulty(MemoryOutbox):
    """Fails as it is told, call after call: before it writes, or behind it; then no more."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__()
        self._faults = faults

    def _answer(self, name: str) -> None:
        fault = self._faults.pop(0) if self._faults else FINE
        self.lost = {name} if fault == LOST else set()
        if fault == AWAY:
            raise StoreUnavailableError(name)


def _pass_time(at_work: Delivering, errors: list[str | None]) -> bool:
    """Let half an hour pass; return whether nothing waits any longer."""
    at_work.channel.error = errors.pop(0) if errors else None
    at_work.later(HOUR // 2)
    faulty = at_work.outbox
    assert isinstance(faulty, Faulty)
    return all(each.outcome for each in faulty.stored())


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from([FINE, AWAY, LOST]), max_size=20),
    st.lists(st.sampled_from([None, "refused"]), max_size=20),
    st.integers(1, 4),
)
def test_each_message_is_accepted_once_in_its_order(
    faults: list[str], errors: list[str | None], count: int
) -> None:
    with delivering(Faulty(faults)) as at_work:
        at_work.offer(*(message() for _ in range(count)))
        eventually(lambda: _pass_time(at_work, errors), "the end of all")
        assert at_work.channel.accepted == sorted(set(at_work.channel.accepted))
        for number in range(1, count + 1):
            stored = at_work.outbox.get(number)
            sent = number in at_work.channel.accepted
            assert stored.outcome is (MessageOutcome.SENT if sent else MessageOutcome.GIVEN_UP)
            assert sent or (stored.ended or 0) >= CREATED + 3 * DAY
        assert at_work.outcomes.count(("phone", "sent")) == len(at_work.channel.accepted)
