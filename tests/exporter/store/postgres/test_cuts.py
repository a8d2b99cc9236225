"""Connections that are cut anywhere: each report is recorded once, and answered as new."""

import contextlib
from collections.abc import Callable, Iterator

import pytest
from psycopg.conninfo import conninfo_to_dict

from exporter.model.notifications import OutboxUpdate
from exporter.store import OutboxChangedError
from exporter.store.postgres import Store
from exporter.store.postgres.address import Address
from exporter.store.postgres.connecting import Connector, SteadyConnection
from tests.support.authors import BY
from tests.support.postgres import Postgres
from tests.support.postgres_proxy import CuttingProxy
from tests.support.replicas import Replicas, body, post, writer_of
from tests.support.watching import failing, message

pytestmark = pytest.mark.not_quick


@pytest.fixture
def proxy(postgres: Postgres, database: str) -> Iterator[CuttingProxy]:
    name = str(conninfo_to_dict(database)["dbname"])
    with CuttingProxy(postgres.folder, name) as proxy:
        yield proxy


@pytest.fixture
def store(replicas: Replicas, proxy: CuttingProxy) -> Iterator[Store]:
    """A store of which only the writer uses the proxy, so that no other messages count."""
    store = replicas.open(watch=failing)
    replicas.open()
    connector = Connector(Address(proxy.url))
    connection: SteadyConnection = vars(writer_of(store))["_connection"]
    connection.close()
    vars(connection)["_connector"] = connector
    yield store
    connector.close()


def cut_everywhere(proxy: CuttingProxy, step: int, work: Callable[[int], None]) -> int:
    """Repeat some work, and cut it some messages later each time, until it is not cut.

    Return how often.
    """
    for number in range(200):
        proxy.cut_after(number * step)
        work(number)
        if proxy.is_armed:
            proxy.disarm()
            return number + 1
    raise AssertionError


def test_reports_of_a_known_job(store: Store, replicas: Replicas, proxy: CuttingProxy) -> None:
    post(store, body(1000))

    def record(number: int) -> None:
        recorded = post(store, body(number))
        assert recorded.new
        assert store.run(recorded.run_id) is not None

    done = cut_everywhere(proxy, 1, record)
    assert done > 20
    assert replicas.ask("SELECT count(*) FROM runs") == [(done + 1,)]
    replicas.assert_whole()


def test_reports_of_strangers(store: Store, replicas: Replicas, proxy: CuttingProxy) -> None:
    def record(number: int) -> None:
        assert post(store, body(number, f"s{number}", status="Warning")).new

    done = cut_everywhere(proxy, 2, record)
    assert done > 20
    assert replicas.ask("SELECT count(*) FROM servers") == [(done,)]
    replicas.assert_whole()


def test_merges(store: Store, replicas: Replicas, proxy: CuttingProxy) -> None:
    target = post(store, body(0)).server.id

    def merge(number: int) -> None:
        source = post(replicas.stores[1], body(number + 1, f"s{number}")).server.id
        store.merge_servers(target, [source], BY)

    done = cut_everywhere(proxy, 7, merge)
    assert done > 20
    assert replicas.ask("SELECT count(*) FROM runs") == [(done + 1,)]
    replicas.assert_whole()


def test_reports_that_people_are_told_of(
    store: Store, replicas: Replicas, proxy: CuttingProxy
) -> None:
    """Each is of another status than the one before."""

    def record(number: int) -> None:
        post(store, body(number, status="Success" if number % 2 else "Fatal"))

    done = cut_everywhere(proxy, 1, record)
    assert done > 20
    changes = replicas.ask("SELECT run_id FROM condition_changes ORDER BY run_id")
    assert changes == replicas.ask("SELECT id FROM runs ORDER BY id")
    replicas.assert_whole()


def test_decisions(store: Store, replicas: Replicas, proxy: CuttingProxy) -> None:
    """Where the answer was lost, the decision counts as one that the daemon has to load."""

    def decide(number: int) -> None:
        outbox = store.outbox
        with contextlib.suppress(OutboxChangedError):
            outbox.update(OutboxUpdate(messages=(message(str(number)),)), outbox.load().revision)

    done = cut_everywhere(proxy, 1, decide)
    assert done > 5
    told = replicas.ask("SELECT title FROM messages ORDER BY id")
    assert told == [(str(number),) for number in range(done)]
