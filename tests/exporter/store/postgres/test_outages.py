"""Databases that are away for a while: reports wait for them, and queries are refused."""

import contextlib
import os
import signal
import tempfile
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from exporter.store import Recorded, StoreUnavailableError
from exporter.store.postgres import Store, connecting, transaction
from exporter.store.postgres.address import Address
from exporter.store.postgres.session import PgSession
from exporter.store.postgres.transaction import PgTransaction
from tests.support.postgres import Postgres, running
from tests.support.process.waiting import eventually
from tests.support.replicas import Replicas, body, post, writer_of

pytestmark = pytest.mark.not_quick

DURABLE = ("max_connections=300", "listen_addresses=", "autovacuum=off")
_CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A server that keeps what it committed when it crashes, and that no other test uses."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), DURABLE) as server:
        Store(server.create("upgraded")).close()
        yield server


@contextmanager
def load(replicas: Replicas) -> Iterator[None]:
    """Post all the time from some threads; at the end check that each report is stored once."""
    ended = threading.Event()

    def send(thread: int) -> list[Recorded]:
        store = replicas.stores[thread % 2]
        sent: list[Recorded] = []
        while not ended.is_set():
            sent.append(post(store, body(len(sent), f"s{thread}", f"b{len(sent) % 3}")))
        return sent

    with ThreadPoolExecutor(4) as pool:
        sending = [pool.submit(send, thread) for thread in range(4)]
        try:
            yield
        finally:
            ended.set()
        sent = [recorded for each in sending for recorded in each.result(60)]
    assert all(recorded.new for recorded in sent)
    found = {run_id for (run_id,) in replicas.ask("SELECT id FROM runs")}
    assert found == {recorded.run_id for recorded in sent}
    assert len(found) == len(sent) > 0
    replicas.assert_whole()


def is_away(store: Store) -> bool:
    try:
        store.catch_up(0.5)
    except StoreUnavailableError:
        return True
    return False


def committed(replicas: Replicas, more: int) -> None:
    """Wait for a number of further commits."""
    count = "SELECT sum(stamp) FROM (SELECT max(stamp) AS stamp FROM commits GROUP BY writer) AS s"

    def made() -> int:
        with contextlib.suppress(psycopg.OperationalError):
            return int(replicas.ask(count)[0][0] or 0)
        return 0

    until = made() + more
    eventually(lambda: made() >= until, "commits go on", 30)


def test_sessions_that_are_ended_all_the_time(replicas: Replicas) -> None:
    replicas.open()
    replicas.open()
    with load(replicas):
        for _ in range(8):
            committed(replicas, 5)
            replicas.ask(_CUT)


def test_a_server_that_crashes_under_load(replicas: Replicas, postgres: Postgres) -> None:
    replicas.open()
    replicas.open()
    with load(replicas):
        for _ in range(2):
            committed(replicas, 10)
            postgres.stop("immediate")
            postgres.start()
        committed(replicas, 10)


def test_reports_wait_for_a_server_that_is_stopped(replicas: Replicas, postgres: Postgres) -> None:
    stores = [replicas.open(), replicas.open()]
    recorded = post(stores[0], body(1))
    postgres.stop()
    with ThreadPoolExecutor(8) as pool:
        try:
            sent = [
                pool.submit(post, store, body(number, f"s{number}"))
                for number in range(4)
                for store in stores
            ]
            assert all(is_away(store) for store in stores)
            with pytest.raises(StoreUnavailableError):
                stores[0].run(recorded.run_id)
            assert not any(each.done() for each in sent)
        finally:
            postgres.start()
        assert sum(each.result(30).new for each in sent) == 4
    assert stores[0].run(recorded.run_id) is not None
    replicas.assert_whole()


def test_reports_wait_for_a_database_that_takes_no_writes(replicas: Replicas) -> None:
    stores = [replicas.open(), replicas.open()]
    post(stores[0], body(1))
    name = replicas.ask("SELECT current_database()")[0][0]
    with (
        psycopg.connect(replicas.url, autocommit=True) as connection,
        ThreadPoolExecutor(2) as pool,
    ):
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        connection.execute(_CUT)
        sent = [pool.submit(post, store, body(2 + at)) for at, store in enumerate(stores)]
        for store in stores:
            store.catch_up(10)
        assert not any(each.done() for each in sent)
        connection.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        assert all(each.result(30).new for each in sent)
    replicas.assert_whole()


def test_a_locked_server_holds_up_no_other(replicas: Replicas) -> None:
    store = replicas.open()
    for name in ("locked", "free"):
        post(store, body(0, name))
    lock = "SELECT * FROM servers WHERE name = 'locked' FOR UPDATE"
    with psycopg.connect(replicas.url) as connection, ThreadPoolExecutor(4) as pool:
        connection.execute(lock)
        held = [pool.submit(post, store, body(number, "locked")) for number in range(1, 4)]
        for number in range(1, 4):
            assert pool.submit(post, store, body(number, "free")).result(10).new
        assert not any(each.done() for each in held)
        connection.rollback()
        assert all(each.result(20).new for each in held)
    replicas.assert_whole()


@pytest.mark.parametrize("where", ["commit", "next_run_id"])
def test_a_daemon_that_froze_in_its_transaction_locks_nobody_out(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    one, other = replicas.open(), replicas.open()
    post(one, body(0))
    other.catch_up(5)
    began = vars(transaction)["_BEGIN"].replace("'5s'", "'1s'")
    monkeypatch.setattr(transaction, "_BEGIN", began)
    go_on, holds = threading.Event(), threading.Event()
    call = vars(PgTransaction)[where]

    def frozen(self: PgTransaction, *values: object) -> object:
        if threading.current_thread() is vars(writer_of(one))["_thread"]:
            vars(writer_of(one))["_run_ids"].clear()
            holds.set()
            go_on.wait(30)
        return call(self, *values)

    monkeypatch.setattr(PgTransaction, where, frozen)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(post, one, body(1))
        assert holds.wait(10)
        assert post(other, body(2)).new
        go_on.set()
        assert waiting.result(20).new
    replicas.assert_whole()


@contextmanager
def frozen(postgres: Postgres) -> Iterator[None]:
    """Suspend the server's processes: the machine still accepts connections."""
    children = Path(f"/proc/{postgres.pid}/task/{postgres.pid}/children").read_text().split()
    processes = [postgres.pid, *map(int, children)]
    _signal(processes, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(processes, signal.SIGCONT)


def _signal(processes: Iterable[int], number: signal.Signals) -> None:
    for pid in processes:
        with suppress(ProcessLookupError):  # a worker of the server may just have ended
            os.kill(pid, number)


def test_a_server_that_froze_is_not_waited_for_without_an_end(
    replicas: Replicas, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "HANGING_SECONDS", 1.0)
    stores = [replicas.open(), replicas.open()]
    recorded = post(stores[0], body(1))
    with ThreadPoolExecutor(4) as pool:
        with frozen(postgres):
            sent = [pool.submit(post, store, body(2 + at)) for at, store in enumerate(stores)]
            asked = [pool.submit(is_away, store) for store in stores]
            reading = pool.submit(stores[0].run, recorded.run_id)
            assert all(each.result(20) for each in asked)
            with pytest.raises(StoreUnavailableError):
                reading.result(20)
        assert all(each.result(30).new for each in sent)
    replicas.assert_whole()


@pytest.mark.parametrize("froze", ["before it is asked", "before it is rolled back"])
def test_what_comes_before_and_after_a_transaction_is_not_waited_for_without_an_end(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, froze: str
) -> None:
    monkeypatch.setattr(connecting, "HANGING_SECONDS", 1.0)
    connector = connecting.Connector(Address(postgres.url()))
    connection = connecting.SteadyConnection(connector)
    with contextlib.ExitStack() as freezing, ThreadPoolExecutor(1) as pool:
        connect = psycopg.connect

        def then_freeze(*given: Any, **options: Any) -> psycopg.Connection[Any]:  # noqa: ANN401 - as psycopg
            opened = connect(*given, **options)
            freezing.enter_context(frozen(postgres))
            return opened

        def fail(_: PgSession) -> None:
            freezing.enter_context(frozen(postgres))
            raise ValueError

        if froze == "before it is asked":
            monkeypatch.setattr(psycopg, "connect", then_freeze)
        asked = pool.submit(connection.once, fail)
        try:
            error = asked.exception(10)
        finally:
            freezing.close()
    assert isinstance(error, (ValueError, psycopg.OperationalError))
    connection.close()
    connector.close()
