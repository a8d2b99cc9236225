"""Daemons that share an outbox: one of them decides, and one begins an attempt."""

from functools import partial

import pytest

from exporter.model.notifications import Message, OutboxUpdate
from exporter.store import OutboxChangedError
from exporter.store.postgres import Store
from exporter.times import MINUTE
from tests.support.daemon import NOW
from tests.support.postgres import Postgres
from tests.support.replicas import Replicas, at_once, began_in, body, post
from tests.support.watching import failing, message, sent

pytestmark = pytest.mark.not_quick

ROUNDS = 10


@pytest.fixture(params=["read committed", "repeatable read", "serializable"])
def stores(
    request: pytest.FixtureRequest, postgres: Postgres, database: str, replicas: Replicas
) -> list[Store]:
    postgres.set(database, "default_transaction_isolation", str(request.param))
    return [replicas.open(watch=failing) for _ in range(3)]


def decided(store: Store, revision: int) -> int | None:
    """Return the new revision; None where another one decided."""
    try:
        return store.outbox.update(OutboxUpdate(messages=(message(),)), revision)[0]
    except OutboxChangedError:
        return None


def test_of_those_that_believe_to_lead_one_decides(stores: list[Store], replicas: Replicas) -> None:
    for revision in range(ROUNDS):
        answers = at_once([partial(decided, store, revision) for store in stores])
        assert [each for each in answers if each is not None] == [revision + 1]
    assert replicas.ask("SELECT count(*) FROM messages") == [(ROUNDS,)]


def test_an_attempt_is_begun_by_one_daemon(stores: list[Store]) -> None:
    waiting: Message = sent(stores[0], "one")[0]
    for number in range(ROUNDS):
        begin = [partial(store.outbox.claim, waiting, NOW + MINUTE) for store in stores]
        (begun,) = [each for each in at_once(begin) if each is not None]
        assert begun.attempts == number + 1
        waiting = begun


def test_what_another_daemon_recorded_is_shown_before_its_change_is_answered(
    stores: list[Store],
) -> None:
    one, other, _ = stores
    for number in range(ROUNDS):
        run = post(one, body(number, status="Success" if number % 2 else "Fatal")).job.state.last
        assert run is not None
        assert other.outbox.changes()[-1].run_id == run.id
        assert began_in(other) == {run.started}
