"""What waits for a channel, and since when that is a fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.model.notifications import MessageOutcome
from exporter.notifications.deliveries import LATE, Deliveries, late, oldest, queues
from exporter.times import MINUTE, Millis
from tests.support.daemon import NOW
from tests.support.messages import ended, put, waiting
from tests.support.outbox import MemoryOutbox

CHANNELS = ("phone", "monday", "former")


def test_nothing_is_stored_of_a_daemon_without_an_outbox() -> None:
    deliveries = Deliveries()
    assert (deliveries.any, deliveries.page(None, 9), deliveries.queues()) == (False, [], [])


def test_there_is_something_to_see_once_a_channel_is_configured_or_a_message_stored() -> None:
    outbox = MemoryOutbox()
    assert not Deliveries(outbox).any
    assert Deliveries(outbox, ["phone"]).any
    put(outbox, ended("former", NOW, MessageOutcome.SENT))
    assert Deliveries(outbox).any


@pytest.mark.parametrize(
    ("ages", "found"),
    [
        ({}, []),
        ({"phone": LATE - 1}, []),
        ({"phone": LATE}, ["phone"]),
        ({"phone": LATE, "monday": LATE + MINUTE}, ["monday", "phone"]),
        ({"phone": MINUTE, "former": 3 * LATE}, ["former"]),
    ],
)
def test_a_channel_is_late_once_its_oldest_message_waits_for_an_hour(
    ages: dict[str, Millis], found: list[str]
) -> None:
    stored = [waiting(channel, NOW - age) for channel, age in ages.items()]
    stored += [waiting(channel, NOW) for channel in ages]
    outbox = MemoryOutbox()
    put(outbox, *stored)
    told = late(Deliveries(outbox, ["phone", "monday"]).queues(), NOW)
    assert [message.channel for message in told] == found


@given(st.lists(st.tuples(st.sampled_from(CHANNELS), st.integers(0, 9)), max_size=20))
def test_every_message_is_in_the_queue_of_its_channel_and_the_oldest_of_all_is_known(
    made: list[tuple[str, int]],
) -> None:
    outbox = MemoryOutbox()
    stored = put(outbox, *(waiting(channel, NOW + age) for channel, age in made))
    found = queues(CHANNELS[:2], stored[::-1])
    assert [each.channel for each in found][:2] == list(CHANNELS[:2])
    assert sorted(m.id for queue in found for m in queue.waiting) == [m.id for m in stored]
    assert all(m.channel == queue.channel for queue in found for m in queue.waiting)
    first = oldest(found)
    assert (first and first.created) == min((m.created for m in stored), default=None)
