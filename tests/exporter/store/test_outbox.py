"""What people are to be told, and what was told, is stored whole and once."""

import logging

import pytest
from msgspec.structs import replace

from exporter.model.notifications import MessageKind, MessageOutcome, OutboxUpdate
from exporter.store import OutboxChangedError, OutboxState, Store
from exporter.times import HOUR, MINUTE
from tests.support.daemon import NOW
from tests.support.stores import Database
from tests.support.watching import alert, message, sent

MANY = 30_000


def test_an_outbox_is_empty_at_first(store: Store) -> None:
    assert store.outbox.changes() == []
    assert store.outbox.messages(None, 10) == []
    assert store.outbox.load() == OutboxState(0, [], [], {})


def test_a_decision_is_there_after_a_restart(store: Store, database: Database) -> None:
    full = alert(
        1,
        told=NOW,
        ended=NOW + 1,
        told_over=True,
        flapping=True,
        changes=(NOW, NOW + 1),
        reason="no route to the host\0",
    )
    written = message(html="<p>…</p>", kind=MessageKind.DIGEST)
    update = OutboxUpdate(
        alerts=(alert(2), full), messages=(written, message()), marks=(("alive", NOW),)
    )
    revision, stored = store.outbox.update(update, 0)
    assert (revision, stored) == (1, [replace(written, id=1), message(id=2)])
    again = database.reopen(store).outbox.load()
    assert again.revision == 1
    assert again.alerts == [full, alert(2)]
    assert again.waiting == [message(html="<p>…</p>", kind=MessageKind.DIGEST, id=1), message(id=2)]
    assert again.marks == {"alive": NOW}


def test_alerts_and_marks_are_replaced_and_removed_by_their_keys(store: Store) -> None:
    outbox = store.outbox
    first = OutboxUpdate(alerts=(alert(1), alert(2), alert(1, "mail")), marks=(("alive", 1),))
    second = OutboxUpdate(
        alerts=(alert(1, told=NOW),),
        gone=(alert(2).key, alert(9).key),
        marks=(("alive", 2), ("monday", 3)),
    )
    revision, _ = outbox.update(first, 0)
    outbox.update(second, revision)
    state = outbox.load()
    assert state.alerts == [alert(1, "mail"), alert(1, told=NOW)]
    assert (state.revision, state.marks) == (2, {"alive": 2, "monday": 3})


def test_what_is_named_twice_counts_as_it_is_named_last(store: Store) -> None:
    twice = OutboxUpdate(alerts=(alert(1), alert(1, told=NOW)), marks=(("alive", 1), ("alive", 2)))
    store.outbox.update(twice, 0)
    state = store.outbox.load()
    assert (state.alerts, state.marks) == ([alert(1, told=NOW)], {"alive": 2})


@pytest.mark.parametrize("revision", [0, 2])
def test_a_decision_on_an_older_state_changes_nothing(store: Store, revision: int) -> None:
    outbox = store.outbox
    outbox.update(OutboxUpdate(alerts=(alert(1),)), 0)
    before = outbox.load()
    update = OutboxUpdate(
        alerts=(alert(2),), gone=(alert(1).key,), messages=(message(),), marks=(("alive", 1),)
    )
    with pytest.raises(OutboxChangedError):
        outbox.update(update, revision)
    assert outbox.load() == before


def test_a_whole_fleet_at_once(store: Store) -> None:
    alerts = tuple(alert(number, reason="no route to the host") for number in range(MANY))
    revision, _ = store.outbox.update(OutboxUpdate(alerts=alerts), 0)
    assert len(store.outbox.load().alerts) == MANY
    gone = tuple(each.key for each in alerts)
    store.outbox.update(OutboxUpdate(gone=gone), revision)
    assert store.outbox.load().alerts == []


def test_an_alert_that_cannot_be_read_is_left_out(
    store: Store, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    store.outbox.update(OutboxUpdate(alerts=(alert(1), alert(2))), 0)
    database.execute("UPDATE alerts SET alert = ? WHERE subject = 'job:1'", (b"\xc1",))
    with caplog.at_level(logging.WARNING):
        assert store.outbox.load().alerts == [alert(2)]
    assert "an alert cannot be read" in caplog.text


def test_a_message_that_only_a_newer_version_knows_is_left_out(
    store: Store, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = sent(store, "one", "other")
    database.execute("UPDATE messages SET kind = 'newer' WHERE id = ?", (first.id,))
    with caplog.at_level(logging.WARNING):
        assert store.outbox.load().waiting == store.outbox.messages(None, 10) == [second]
    assert "a message cannot be read" in caplog.text


def test_an_attempt_is_begun_by_one_only(store: Store) -> None:
    (waiting,) = sent(store, "one")
    begun = store.outbox.claim(waiting, NOW + MINUTE)
    assert begun is not None
    assert (begun.attempts, begun.next_attempt) == (1, NOW + MINUTE)
    assert store.outbox.load().waiting == [begun]
    assert store.outbox.claim(waiting, NOW + HOUR) is None
    again = store.outbox.claim(begun, NOW + HOUR)
    assert again is not None
    assert (again.attempts, again.next_attempt) == (2, NOW + HOUR)


def test_a_failed_attempt_says_why_and_is_tried_again(store: Store) -> None:
    (waiting,) = sent(store, "one")
    store.outbox.claim(waiting, NOW + MINUTE)
    store.outbox.failed(waiting.id, "refused", NOW + HOUR)
    (found,) = store.outbox.load().waiting
    assert (found.attempts, found.error, found.next_attempt) == (1, "refused", NOW + HOUR)


@pytest.mark.parametrize("outcome", MessageOutcome)
def test_a_message_that_ended_waits_no_longer(store: Store, outcome: MessageOutcome) -> None:
    first, second = sent(store, "one", "other")
    store.outbox.finish(first.id, outcome, NOW + MINUTE)
    assert store.outbox.load().waiting == [second]
    assert store.outbox.claim(first, NOW + HOUR) is None
    store.outbox.finish(first.id, MessageOutcome.GIVEN_UP, NOW + HOUR)
    store.outbox.failed(first.id, "too late", NOW + HOUR)
    _, ended = store.outbox.messages(None, 10)
    assert (ended.outcome, ended.ended, ended.error) == (outcome, NOW + MINUTE, None)


def test_what_is_unknown_cannot_be_begun(store: Store) -> None:
    assert store.outbox.claim(message(id=7), NOW) is None
    store.outbox.failed(7, "refused", NOW)
    store.outbox.finish(7, MessageOutcome.SENT, NOW)
    assert store.outbox.messages(None, 10) == []


def test_messages_are_listed_by_pages_the_newest_first(store: Store) -> None:
    sent(store, "first", "second", "third", "fourth")

    def titles(before: int | None) -> list[str]:
        return [each.title for each in store.outbox.messages(before, 3)]

    assert titles(None) == ["fourth", "third", "second"]
    assert titles(2) == ["first"]
    assert titles(1) == []


def test_only_messages_that_ended_before_are_pruned(store: Store) -> None:
    for number, _ in enumerate(sent(store, "old", "new", "waiting")[:2]):
        store.outbox.finish(number + 1, MessageOutcome.SENT, NOW + number)
    store.outbox.prune(NOW + 1)
    assert [each.title for each in store.outbox.messages(None, 10)] == ["waiting", "new"]
    assert [each.id for each in sent(store, "next")] == [3, 4]
