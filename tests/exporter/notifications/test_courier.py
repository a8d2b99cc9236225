"""A channel's messages come in their order, once, whatever the channel and the store do."""

import logging
import threading
import time
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from exporter.config.notifications import SecretUrl
from exporter.model.notifications import Message, MessageKind, MessageOutcome
from exporter.notifications.courier import Courier, Shared, close_all
from exporter.times import DAY, HOUR, MINUTE, SECOND
from tests.exporter.notifications.delivering import URL, Delivering, delivering
from tests.exporter.notifications.messages import CREATED, message
from tests.support.outbox import MemoryOutbox


@pytest.fixture
def outbox() -> MemoryOutbox:
    return MemoryOutbox()


@pytest.fixture
def at_work(outbox: MemoryOutbox) -> Iterator[Delivering]:
    with delivering(outbox) as made:
        yield made


def _ended(at_work: Delivering, message_id: int, outcome: MessageOutcome) -> None:
    at_work.until(
        lambda: at_work.outbox.get(message_id).outcome is outcome, f"{message_id} is {outcome}"
    )


def test_messages_are_sent_once_in_their_order(at_work: Delivering) -> None:
    sent = at_work.offer(*(message(f"message {number}") for number in range(5)))
    _ended(at_work, 5, MessageOutcome.SENT)
    at_work.courier.offer(reversed(sent))
    at_work.nothing_more()
    assert at_work.channel.accepted == [1, 2, 3, 4, 5]
    assert at_work.outcomes == [("phone", "sent")] * 5
    stored = at_work.outbox.get(1)
    assert (stored.attempts, stored.error, stored.ended) == (1, None, CREATED)


def test_a_failed_one_is_tried_again_with_growing_pauses(at_work: Delivering) -> None:
    at_work.channel.error = "refused"
    at_work.offer(message())
    at_work.attempts(1)
    pauses = [30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, HOUR]
    for number, pause in enumerate(pauses, 1):
        stored = at_work.outbox.get(1)
        assert (stored.error, stored.next_attempt - at_work.now) == ("refused", pause)
        at_work.later(pause - 1)
        at_work.nothing_more()
        at_work.later(1)
        at_work.attempts(number + 1)
    assert at_work.outcomes == [("phone", "failed")] * 9
    at_work.channel.error = None
    at_work.later(HOUR)
    _ended(at_work, 1, MessageOutcome.SENT)
    assert at_work.outbox.get(1).attempts == 10


def test_the_later_ones_wait_for_the_oldest(at_work: Delivering) -> None:
    at_work.channel.error = "refused"
    at_work.offer(message("one"), message("two"))
    at_work.attempts(1)
    at_work.later(30 * SECOND)
    at_work.attempts(2)
    at_work.channel.error = None
    at_work.later(MINUTE)
    _ended(at_work, 2, MessageOutcome.SENT)
    assert at_work.channel.attempted == [1, 1, 1, 2]


def test_each_is_given_up_after_three_days_of_its_own(at_work: Delivering) -> None:
    at_work.channel.error = "refused"
    at_work.offer(message("one"), message("two", created=CREATED + DAY))
    at_work.attempts(1)
    at_work.later(3 * DAY)
    _ended(at_work, 1, MessageOutcome.GIVEN_UP)
    at_work.attempts(3)
    given_up, waiting = at_work.outbox.get(1), at_work.outbox.get(2)
    assert (given_up.error, given_up.ended) == ("refused", CREATED + 3 * DAY)
    assert (waiting.outcome, waiting.attempts) == (None, 1)
    assert at_work.courier.oldest() == CREATED + DAY
    at_work.later(DAY)
    _ended(at_work, 2, MessageOutcome.GIVEN_UP)
    assert at_work.outcomes.count(("phone", "given_up")) == 2
    assert at_work.courier.oldest() is None


def test_a_change_of_the_channel_is_logged_not_each_attempt(
    at_work: Delivering, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    at_work.channel.error = "refused"
    at_work.offer(message("one"), message("two"))
    at_work.attempts(1)
    at_work.later(30 * SECOND)
    at_work.attempts(2)
    at_work.later(3 * DAY)
    _ended(at_work, 2, MessageOutcome.GIVEN_UP)
    at_work.channel.error = None
    at_work.offer(message("three", created=at_work.now))
    _ended(at_work, 3, MessageOutcome.SENT)
    assert [(each.levelname, each.message) for each in caplog.records] == [
        ("WARNING", "notification failed"),
        ("WARNING", "notification given up"),
        ("WARNING", "notification given up"),
        ("INFO", "notifications recovered"),
    ]
    assert "very-secret" not in caplog.text


def test_an_accepted_one_whose_end_cannot_be_stored_is_not_sent_again(
    at_work: Delivering, outbox: MemoryOutbox
) -> None:
    outbox.unavailable = {"finish"}
    at_work.offer(message("one"), message("two"))
    at_work.attempts(1)
    at_work.later(DAY)
    at_work.nothing_more()
    assert at_work.courier.oldest() == CREATED
    outbox.unavailable = set()
    at_work.later(0)
    _ended(at_work, 2, MessageOutcome.SENT)
    assert at_work.channel.accepted == [1, 2]
    assert at_work.outbox.get(1).ended == CREATED
    assert at_work.outcomes == [("phone", "sent")] * 2


@pytest.mark.parametrize("method", ["claim", "failed", "finish"])
def test_a_write_whose_answer_is_lost_doubles_nothing(
    at_work: Delivering, outbox: MemoryOutbox, method: str
) -> None:
    outbox.lost = {method}
    at_work.channel.error = "refused" if method == "failed" else None
    at_work.offer(message())
    at_work.until(lambda: outbox.get(1).attempts == 1, "the claim")
    outbox.lost, at_work.channel.error = set(), None
    at_work.later(MINUTE)
    at_work.later(MINUTE)
    at_work.minutes_until(lambda: outbox.get(1).outcome, "the end")
    assert at_work.channel.accepted == [1]


def test_nothing_is_sent_that_was_not_claimed(at_work: Delivering, outbox: MemoryOutbox) -> None:
    outbox.unavailable = {"claim"}
    at_work.offer(message())
    at_work.nothing_more()
    outbox.unavailable = set()
    at_work.later(0)
    _ended(at_work, 1, MessageOutcome.SENT)


def test_what_another_daemon_began_is_left_to_it(at_work: Delivering, outbox: MemoryOutbox) -> None:
    began = outbox.put(message())
    claimed = outbox.claim(began, CREATED + MINUTE)
    at_work.courier.offer([began])
    at_work.nothing_more()
    assert claimed is not None
    outbox.finish(claimed.id, MessageOutcome.SENT, CREATED)
    at_work.later(MINUTE)
    at_work.until(lambda: at_work.courier.oldest() is None, "that it is forgotten")
    assert at_work.channel.attempted == []


def test_what_another_daemon_began_and_did_not_end_is_taken_over(
    at_work: Delivering, outbox: MemoryOutbox
) -> None:
    began = outbox.put(message())
    outbox.claim(began, CREATED + MINUTE)
    at_work.courier.offer([began])
    at_work.nothing_more()
    at_work.minutes_until(lambda: outbox.get(1).outcome, "the end")
    assert at_work.channel.accepted == [1]


def test_only_the_daemon_that_leads_delivers(at_work: Delivering) -> None:
    at_work.leads = False
    at_work.offer(message())
    at_work.nothing_more()
    assert at_work.courier.oldest() is None
    at_work.leads = True
    at_work.later(0)
    _ended(at_work, 1, MessageOutcome.SENT)


def test_a_restart_goes_on_where_the_last_daemon_ended(outbox: MemoryOutbox) -> None:
    with delivering(outbox) as first:
        first.channel.error = "refused"
        first.offer(message("one"), message("two"))
        first.attempts(1)
    with delivering(outbox) as second:
        second.courier.offer(outbox.load().waiting)
        second.nothing_more()
        second.later(30 * SECOND)
        _ended(second, 2, MessageOutcome.SENT)
        assert second.channel.accepted == [1, 2]
        assert outbox.get(1).attempts == 2


def test_an_attempt_in_flight_may_end_before_the_daemon(
    at_work: Delivering, outbox: MemoryOutbox
) -> None:
    at_work.channel.gate.clear()
    at_work.offer(message("one"), message("two"))
    at_work.attempts(1)
    at_work.courier.stop()
    at_work.channel.gate.set()
    at_work.courier.close()
    assert [outbox.get(number).outcome for number in (1, 2)] == [MessageOutcome.SENT, None]


def test_one_that_takes_too_long_is_ended_and_tried_after_the_next_start(
    at_work: Delivering, outbox: MemoryOutbox
) -> None:
    at_work.channel.gate.clear()
    at_work.offer(message())
    at_work.attempts(1)
    began = time.monotonic()
    close_all([at_work.courier], patience=0.1)
    assert time.monotonic() - began < 5.0
    assert at_work.channel.aborted.is_set()
    assert (outbox.get(1).outcome, outbox.get(1).error) == (None, None)
    assert at_work.outcomes == []


def test_a_fault_of_the_program_ends_no_courier(
    at_work: Delivering, caplog: pytest.LogCaptureFixture
) -> None:
    at_work.offer(replace(message("one"), kind=MessageKind.DIGEST))  # no way is known to send it
    at_work.until(lambda: at_work.outbox.get(1).error, "the error")
    assert at_work.outbox.get(1).error == "internal error: KeyError"
    at_work.courier.offer([replace(message(), id=99)])  # the store fails to find it
    at_work.later(3 * DAY)
    at_work.until(lambda: "delivery failed" in caplog.text, "the traceback")
    assert at_work.outbox.get(1).outcome is MessageOutcome.GIVEN_UP


def test_many_that_nothing_ends_delay_the_end_together_and_not_one_after_the_other() -> None:
    never = threading.Event()
    outbox = MemoryOutbox()

    def hang(_url: SecretUrl, _message: Message) -> str | None:
        never.wait()
        return None

    shared = Shared(outbox, lambda: CREATED, lambda: True, lambda _channel, _outcome: None)
    sends = {MessageKind.ALERT: hang}
    couriers = [Courier(f"check {n}", URL, sends, shared, lambda: None) for n in range(30)]
    for courier in couriers:
        courier.start()
        courier.offer([outbox.put(message())])
    began = time.monotonic()
    close_all(couriers, patience=0.1)
    assert time.monotonic() - began < 5.0
    never.set()
