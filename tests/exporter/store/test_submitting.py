"""A report that is submitted is recorded like any other; who submitted it is told, once."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from exporter.limits import Limits
from exporter.model import Delivery, Report
from exporter.reports import read_report
from exporter.store import LimitReachedError, Pending, RunFilter, Store, StoreUnavailableError
from exporter.store.handover import Outcome, Told, hand_over
from exporter.times import MINUTE
from tests.support.daemon import NOW
from tests.support.reports_builder import duplicati_report
from tests.support.stores import Database

AT_MOST_SECONDS = 60.0
DELIVERY = Delivery(NOW, "192.0.2.1")


class Teller:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Pending] = []
        self._has_come = threading.Event()

    def __call__(self, pending: Pending) -> None:
        self.told.append(pending)
        self._has_come.set()

    def wait(self) -> Pending:
        assert self._has_come.wait(AT_MOST_SECONDS)
        (pending,) = self.told
        return pending


def report(number: int = 0, **fields: object) -> Report:
    body = duplicati_report(began=NOW - (number + 1) * MINUTE, **fields)  # type: ignore[arg-type] # as given
    return read_report(body, None)


def test_who_submits_is_told_what_was_recorded(store: Store) -> None:
    teller = Teller()
    pending = store.submit(report(), DELIVERY, teller)
    assert teller.wait() is pending
    recorded = pending.result()
    assert recorded.new
    assert [run.stored.id for run in store.runs(RunFilter(), None, 10)] == [recorded.run_id]


def test_the_same_report_twice_is_recorded_once(store: Store) -> None:
    first, second = Teller(), Teller()
    store.submit(report(), DELIVERY, first)
    store.submit(report(), DELIVERY, second)
    outcomes = [each.wait().result() for each in (first, second)]
    assert [outcome.new for outcome in outcomes] == [True, False]
    assert len({outcome.run_id for outcome in outcomes}) == 1


def test_one_of_many_that_exceeds_a_limit_is_told_so_alone(database: Database) -> None:
    store = database.open(Limits(max_jobs=1))
    tellers = [Teller() for _ in range(4)]
    for number, teller in enumerate(tellers):
        store.submit(report(number, backup="other" if number == 2 else "one"), DELIVERY, teller)
    outcomes = [each.wait() for each in tellers]
    with pytest.raises(LimitReachedError, match="max_jobs"):
        outcomes.pop(2).result()
    assert all(outcome.result().new for outcome in outcomes)


def test_reports_that_are_submitted_and_waited_for_share_commits(store: Store) -> None:
    tellers = [Teller() for _ in range(20)]
    with ThreadPoolExecutor(4) as pool:
        waited = [pool.submit(store.record, report(100 + n), DELIVERY) for n in range(20)]
        for number, teller in enumerate(tellers):
            store.submit(report(number), DELIVERY, teller)
        ids = {each.result().run_id for each in waited}
    ids |= {each.wait().result().run_id for each in tellers}
    assert len(ids) == 40


def test_what_was_submitted_before_the_store_is_closed_is_recorded(database: Database) -> None:
    store, teller = database.open(), Teller()
    store.submit(report(), DELIVERY, teller)
    database.close(store)
    assert teller.wait().result().new
    with pytest.raises(StoreUnavailableError):
        store.submit(report(1), DELIVERY, Teller())


def told_at(until: float, tell: Callable[[Told], None]) -> Told:
    outcome = Told(until, tell)
    outcome.succeed("recorded")
    return outcome


def test_what_takes_too_long_fails_once_and_is_not_told_again() -> None:
    told: list[Told] = []
    outcome = told_at(time.monotonic(), told.append)
    outcome.expire(outcome.until - 1)
    assert told == []
    outcome.expire(outcome.until)
    outcome.expire(outcome.until)
    hand_over([outcome])
    assert told == [outcome]
    assert not outcome.is_wanted
    with pytest.raises(StoreUnavailableError, match="in time"):
        outcome.result()


def test_what_has_come_does_not_expire() -> None:
    told: list[Told] = []
    outcome = told_at(0, told.append)
    hand_over([Outcome(), outcome])
    outcome.expire(1)
    assert told == [outcome]
    assert outcome.result() == "recorded"
