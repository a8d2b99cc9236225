"""Daemons that missed commits, and databases that lost them: all know the same in the end."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from exporter.model import Delivery, JobSettings
from exporter.reports import read_report
from exporter.store import Change
from exporter.store.postgres import Store
from exporter.store.postgres.feed import Mark
from exporter.store.postgres.transaction import PgTransaction
from exporter.times import MINUTE
from tests.support.authors import BY
from tests.support.daemon import NOW, SENDER
from tests.support.postgres import Postgres
from tests.support.process.waiting import eventually
from tests.support.replicas import Replicas, body, feed_of, known_to, post, stored, writer_of

pytestmark = pytest.mark.not_quick

PAUSED = JobSettings(paused=True)
_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"


@contextmanager
def asleep(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stop a store from reading the commits of others."""
    with monkeypatch.context() as patch:
        patch.setattr(feed_of(store), "catch_up", lambda *_: None)
        yield


def test_a_change_of_a_program_that_ended_at_once_is_seen(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = replicas.open()
    job_id = post(store, body(1)).job.id
    with asleep(store, monkeypatch):
        command = Store(replicas.url)
        command.set_job(job_id, lambda _: PAUSED, BY)
        command.close()
    replicas.assert_whole()
    assert store.snapshot().jobs[0].settings == PAUSED


def test_hundreds_of_commits_of_one_daemon_are_caught_up_with(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = replicas.open(), replicas.open()
    job_id = post(one, body(1)).job.id
    with asleep(other, monkeypatch):
        for number in range(1100):
            settings = JobSettings(tolerance=number)
            one.set_job(job_id, lambda _: settings, BY)  # noqa: B023 - is called at once
        ((commits,),) = replicas.ask("SELECT count(*) FROM commits")
        assert commits > 1100
    replicas.assert_whole()


@pytest.mark.parametrize("kept", [0, 1])
def test_who_slept_longer_than_commits_are_kept_reads_again(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """All but the newest commit of a daemon are removed after a while, and later the daemon."""
    one, other = replicas.open(), replicas.open()
    with asleep(other, monkeypatch):
        server_id = post(one, body(1)).server.id
        for number in range(4):
            post(one, body(number, "another"))
        one.delete_server(server_id, BY)
        if kept:
            replicas.ask("DELETE FROM commits WHERE stamp < (SELECT max(stamp) FROM commits)")
        else:
            replicas.ask("DELETE FROM writers WHERE id = %s", writer_of(one).id)
            vars(feed_of(other))["_asked"] -= 10 * MINUTE
    replicas.assert_whole()


def test_a_transaction_that_is_held_open_while_later_ones_commit_is_not_missed(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, third = (replicas.open() for _ in range(3))
    post(one, body(0))
    post(one, body(0, "another"))
    for store in (other, third):
        store.catch_up(5)
    holds, go_on = threading.Event(), threading.Event()
    commit = PgTransaction.commit

    def held(self: PgTransaction, mark: Mark, change: Change | None) -> object:
        if mark.writer == writer_of(one).id:
            holds.set()
            go_on.wait(20)
        return commit(self, mark, change)

    monkeypatch.setattr(PgTransaction, "commit", held)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(post, one, body(1))
        assert holds.wait(20)
        for number in range(1, 20):
            post(other, body(number, "another"))
            third.catch_up(5)
        go_on.set()
        assert waiting.result(20).new
    third.catch_up(5)
    assert known_to(third) == stored(replicas.url)
    replicas.assert_whole()


class Copies:
    """Makes a copy of a database, and replaces the database by it later."""

    def __init__(self, postgres: Postgres, url: str) -> None:
        self._url = postgres.url()
        self._name = str(conninfo_to_dict(url)["dbname"])

    def make(self) -> None:
        self._alone(f'CREATE DATABASE "{self._name}-copy" TEMPLATE "{self._name}"')

    def restore(self) -> None:
        self._alone(
            f'ALTER DATABASE "{self._name}" RENAME TO "{self._name}-lost"',
            f'ALTER DATABASE "{self._name}-copy" RENAME TO "{self._name}"',
        )

    def _alone(self, *statements: str) -> None:
        """Run statements while nobody is connected to the database."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS FALSE')
            while connection.execute(_SESSIONS, (self._name,)).fetchall():
                pass
            for statement in statements:
                connection.execute(statement)
            connection.execute(f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS TRUE')


@pytest.fixture
def copies(postgres: Postgres, database: str) -> Iterator[Copies]:
    name = conninfo_to_dict(database)["dbname"]
    yield Copies(postgres, database)
    postgres.drop(f"{name}-lost")


def starts(replicas: Replicas) -> set[int]:
    return {began for (began,) in replicas.ask("SELECT began FROM runs")}


def test_what_was_answered_lately_is_recorded_again_in_an_older_copy(
    replicas: Replicas, copies: Copies
) -> None:
    """Lost commits are noticed although no report comes that would show it."""
    stores = [replicas.open() for _ in range(3)]
    for number in range(6):
        post(stores[number % 3], body(number, f"s{number}"))
    copies.make()
    for number in range(6, 20):
        post(stores[number % 2], body(number, f"s{number % 8}"))
    answered = starts(replicas)
    copies.restore()
    assert starts(replicas) < answered
    eventually(lambda: starts(replicas) == answered, "what was answered is there again", 20)
    replicas.assert_whole()
    for number, store in enumerate(stores):
        assert post(store, body(30 + number)).new
    replicas.assert_whole()
    assert sum(feed_of(store).histories_lost for store in stores) >= 2


def test_ids_of_what_was_removed_may_come_again_in_an_older_copy(
    replicas: Replicas, copies: Copies
) -> None:
    stores = [replicas.open() for _ in range(2)]
    post(stores[0], body(1))
    copies.make()
    for store in stores:
        job = store.record_all([(read_report(body(1, "new")), Delivery(NOW, SENDER))])[0]
        store.delete_server(job.server.id, BY)
    replicas.assert_whole()
    copies.restore()
    for number, store in enumerate(stores):
        post(store, body(1, f"other {number}"))
    replicas.assert_whole()
    assert {server.name for server in stores[0].snapshot().servers} == {"nas", "other 0", "other 1"}
