import threading

import pytest
from msgspec.structs import replace

from exporter.model.audit import AuditFilter, Author
from exporter.model.notifications import Message, MessageKind, MessageOutcome, OutboxUpdate
from exporter.store import Store, StoreUnavailableError, retention
from exporter.store.retention import Pruner, RetentionPolicy, pruning
from exporter.times import DAY, HOUR
from tests.support.daemon import NOW, Clock
from tests.support.deliver import deliver
from tests.support.process.waiting import eventually
from tests.support.reports_builder import duplicati_report


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the first pruning start with the thread."""
    monkeypatch.setattr(retention, "FIRST_AFTER_SECONDS", 0.0)


@pytest.fixture
def aged(store: Store) -> Store:
    """A store with runs of one job that came 400, 100 and 10 days ago."""
    for age in (400, 100, 10):
        timestamp = NOW - age * DAY
        body = duplicati_report(began=timestamp - HOUR, lines=("a line",))
        deliver(store, body, received=timestamp)
    return store


def trusted() -> bool:
    """Trust the clock."""
    return True


def kept(store: Store) -> list[tuple[int, bool]]:
    """Return the ids of the runs, and whether each still has its log lines."""
    details = {run_id: store.run(run_id) for run_id in (1, 2, 3)}
    return [(run_id, bool(each.log.messages)) for run_id, each in details.items() if each]


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        (RetentionPolicy(), [(1, False), (2, False), (3, True)]),
        (RetentionPolicy(runs=365 * DAY), [(2, False), (3, True)]),
        (RetentionPolicy(runs=365 * DAY, messages=None), [(2, True), (3, True)]),
        (RetentionPolicy(messages=None), [(1, True), (2, True), (3, True)]),
        (RetentionPolicy(runs=DAY, messages=DAY), [(3, False)]),
    ],
)
def test_what_is_older_than_it_is_kept_goes(
    aged: Store, keep: RetentionPolicy, expected: list[tuple[int, bool]]
) -> None:
    Pruner(aged, keep, Clock(), trusted).prune_once()
    assert kept(aged) == expected


def test_who_changed_what_is_forgotten_after_a_year(aged: Store) -> None:
    for age in (367 * DAY, 365 * DAY):
        author = Author("Ada", NOW - age)
        aged.set_job(1, lambda known: replace(known, paused=not known.paused), author)
    Pruner(aged, RetentionPolicy(), Clock(), lambda: False).prune_once()
    assert len(aged.audit(AuditFilter(), None, 9)) == 2
    Pruner(aged, RetentionPolicy(), Clock(), trusted).prune_once()
    assert [entry.at for entry in aged.audit(AuditFilter(), None, 9)] == [NOW - 365 * DAY]


def test_messages_that_ended_long_ago_go(store: Store) -> None:
    message = Message("phone", MessageKind.ALERT, NOW - 60 * DAY, "nas / Photos failed", "…")
    _, messages = store.outbox.update(OutboxUpdate(messages=(message,) * 3), 0)
    store.outbox.finish(messages[0].id, MessageOutcome.SENT, NOW - 31 * DAY)
    store.outbox.finish(messages[1].id, MessageOutcome.SENT, NOW - 29 * DAY)
    Pruner(store, RetentionPolicy(), Clock(), trusted).prune_once()
    assert [each.id for each in store.outbox.messages(None, 9)] == [3, 2]


@pytest.mark.usefixtures("at_once")
def test_it_happens_in_the_background_and_ends_when_stopped(aged: Store) -> None:
    before = threading.active_count()
    with pruning(aged, RetentionPolicy(), Clock(), trusted):
        eventually(lambda: kept(aged) == [(1, False), (2, False), (3, True)], "old log lines gone")
    assert threading.active_count() == before


def test_a_pruner_that_was_stopped_takes_no_step(aged: Store) -> None:
    pruner = Pruner(aged, RetentionPolicy(runs=DAY, messages=DAY), Clock(), trusted)
    pruner.stop()
    pruner.run()
    pruner.prune_once()
    assert len(kept(aged)) == 3


@pytest.mark.usefixtures("at_once")
def test_a_database_that_takes_nothing_now_is_tried_again_later(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING")
    asked = threading.Event()

    def refuse(*_: int) -> tuple[int, int | None]:
        asked.set()
        raise StoreUnavailableError("the disk is full")

    monkeypatch.setattr(store, "prune_messages", refuse)
    with pruning(store, RetentionPolicy(), Clock(), trusted):
        assert asked.wait(10)
        eventually(lambda: "the disk is full" in caplog.text, "a warning")
