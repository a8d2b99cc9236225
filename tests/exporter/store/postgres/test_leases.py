"""One daemon leads; one creates the tables; none opens the database of a newer version."""

import multiprocessing
from collections.abc import Iterator
from functools import partial

import pytest

from exporter.store import StoreError
from exporter.store.postgres import Store, housekeeping
from exporter.store.postgres.schema import STEPS
from tests.support.postgres import Postgres
from tests.support.process.waiting import eventually
from tests.support.replicas import Replicas, at_once, body, post, stored

pytestmark = pytest.mark.not_quick


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make leases be renewed all the time."""
    monkeypatch.setattr(housekeeping, "_EVERY_SECONDS", 0.1)


def leading(stores: list[Store]) -> list[Store]:
    return [store for store in stores if store.leads()]


@pytest.mark.usefixtures("often")
def test_one_leads_and_hands_over_when_it_closes(replicas: Replicas) -> None:
    stores = [replicas.open() for _ in range(3)]
    for number in range(3):
        eventually(lambda: leading(stores), "one leads")
        (first,) = leading(stores)
        assert replicas.ask("SELECT count(*) FROM leases") == [(1,)]
        first.close()
        stores.remove(first)
        assert len(stores) == 2 - number


@pytest.mark.usefixtures("often")
def test_where_the_one_that_leads_dies_another_does_once_its_lease_ran_out(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "LEASE_SECONDS", 1.0)
    first, other = replicas.open(), replicas.open()
    assert (first.leads(), other.leads()) == (True, False)
    monkeypatch.setattr(vars(first)["_housekeeping"], "_take", lambda _: None)
    eventually(other.leads, "another leads")
    assert not first.leads()


def open_and_post(url: str, number: int) -> None:
    store = Store(url, version="test")
    post(store, body(number))
    store.close()


@pytest.fixture(params=["read committed", "serializable"])
def empty(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[str]:
    url = postgres.create("empty")
    postgres.set(url, "default_transaction_isolation", request.param)
    yield url
    postgres.drop("empty")


@pytest.mark.parametrize("empty", ["read committed"], indirect=True)
def test_many_that_open_an_empty_database_at_once_make_its_tables_once(empty: str) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=open_and_post, args=(empty, each)) for each in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 6
    with Replicas(empty) as replicas:
        replicas.open()
        replicas.assert_whole()
        steps = {("lock",), *((name,) for name, _ in STEPS)}
        assert set(replicas.ask("SELECT name FROM steps")) == steps
    ((job,),) = [stored(empty)[1]]
    assert job.state.total_runs == 6


def test_many_threads_that_do_so_meet_at_each_statement(empty: str) -> None:
    for store in at_once([partial(Store, empty)] * 8):
        store.close()


def test_a_database_of_a_newer_version_is_refused(replicas: Replicas) -> None:
    replicas.ask("UPDATE meta SET value = 2 WHERE key = 'format'")
    with pytest.raises(StoreError, match=r"newer version \(format 2"):
        replicas.open()
