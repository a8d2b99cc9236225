"""Errors at every point of a commit: nobody waits for ever, and no answered report is lost."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from exporter.model import Delivery
from exporter.reports import read_report
from exporter.store import StoreUnavailableError
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.rules.recorder import Recorder
from exporter.store.sqlite import Store
from exporter.store.sqlite import connection as opened
from exporter.store.sqlite.writer import GroupCommitWriter
from exporter.times import MINUTE
from tests.support.daemon import NOW, SENDER
from tests.support.deliver import sqlite
from tests.support.reports_builder import duplicati_report

SENDERS = 12
BOUND_SECONDS = 20.0

Fault = Callable[[], BaseException]


def disk_error() -> BaseException:
    return sqlite3.OperationalError("disk I/O error")


class FaultyDatabase(Database):
    """A connection that fails once at each chosen point: before or after a statement."""

    def __init__(self, path: Path) -> None:
        self.faults: dict[str, BaseException] = {}
        super().__init__(opened.connect(path).conn)

    def execute(
        self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None
    ) -> sqlite3.Cursor:
        self._pass(f"before {sql}")
        cursor = super().execute(sql, parameters)
        self._pass(f"after {sql}")
        return cursor

    def rollback(self) -> None:
        self._pass("before ROLLBACK")
        super().rollback()

    def _pass(self, point: str) -> None:
        fault = self.faults.pop(point, None)
        if fault is not None:
            raise fault


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "reports.sqlite"
    Store(path).close()
    return path


@pytest.fixture
def db(path: Path) -> FaultyDatabase:
    return FaultyDatabase(path)


@pytest.fixture
def writer(db: FaultyDatabase) -> Iterator[GroupCommitWriter]:
    with closing(GroupCommitWriter(db)) as writer:
        yield writer


def nothing(_: object) -> None:
    pass


def recording(number: int) -> Callable[[Recorder], int]:
    """Return the work of recording one of many runs, which returns the run's id."""
    body = duplicati_report(began=NOW + number * MINUTE)
    prepared = PreparedReport.from_report(
        read_report(body), Delivery(NOW + number * MINUTE, SENDER, None)
    )
    return lambda transaction: transaction.record(prepared).run_id


def record(writer: GroupCommitWriter, number: int) -> int:
    return writer.run(recording(number), nothing)


def stored(path: Path) -> list[int]:
    with sqlite(path) as db:
        return [run_id for (run_id,) in db.execute("SELECT id FROM runs ORDER BY id")]


def all_at_once(writer: GroupCommitWriter) -> list[Future[int]]:
    """Let many senders each record their own run, and check that all of them get an answer."""
    together = threading.Barrier(SENDERS)

    def send(number: int) -> int:
        together.wait()
        return record(writer, number)

    with ThreadPoolExecutor(SENDERS) as pool:
        sent = [pool.submit(send, number) for number in range(SENDERS)]
        for each in sent:
            each.exception(BOUND_SECONDS)
    return sent


POINTS = ("before BEGIN IMMEDIATE", "after BEGIN IMMEDIATE", "before COMMIT", "after COMMIT")
FAULTS: tuple[Fault, ...] = (disk_error, MemoryError, KeyboardInterrupt, SystemExit)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("point", POINTS)
def test_an_error_affects_who_shared_the_commit_and_no_answered_run_is_lost(
    writer: GroupCommitWriter, db: FaultyDatabase, path: Path, point: str, fault: Fault
) -> None:
    db.faults[point] = fault()
    sent = all_at_once(writer)
    answered = [each.result() for each in sent if each.exception() is None]
    assert len(set(answered)) == len(answered)
    assert set(answered) <= set(stored(path))
    again = [record(writer, number) for number in range(SENDERS)]
    assert sorted(again) == stored(path)
    assert len(again) == SENDERS
    assert set(answered) <= set(again)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_transaction_that_could_not_be_undone_is_undone_by_the_next_write(
    writer: GroupCommitWriter, db: FaultyDatabase, path: Path, fault: Fault
) -> None:
    def fail(transaction: Recorder) -> None:
        transaction.db.execute("INSERT INTO meta VALUES ('half', 1)")
        db.faults["before ROLLBACK"] = fault()
        raise ValueError("an error of this piece")

    with pytest.raises(BaseException, match=r".*"):
        writer.run(fail, nothing)
    assert [record(writer, 1)] == stored(path)
    with sqlite(path) as other:
        assert other.execute("SELECT count(*) FROM meta WHERE key = 'half'").fetchone() == (0,)


@pytest.mark.parametrize("fault", [MemoryError, KeyboardInterrupt])
def test_what_could_not_be_cached_of_a_commit_is_read_again(
    writer: GroupCommitWriter, path: Path, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    first = record(writer, 1)

    def fail(*_: object) -> None:
        raise fault()

    with monkeypatch.context() as broken:
        broken.setattr("exporter.store.rules.write_cache.WriteCache.put", fail)
        with pytest.raises((MemoryError, KeyboardInterrupt, StoreUnavailableError)):
            record(writer, 2)
    second, third = record(writer, 2), record(writer, 3)
    assert stored(path) == [first, second, third]
    assert record(writer, 2) == second


def test_who_is_interrupted_while_waiting_blocks_nobody(
    writer: GroupCommitWriter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    under_way, go_on = threading.Event(), threading.Event()

    def hold(_: Recorder) -> None:
        under_way.set()
        go_on.wait(BOUND_SECONDS)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(writer.run, hold, nothing)
        under_way.wait()
        with monkeypatch.context() as broken:
            broken.setattr("exporter.store.handover.Awaited._sleep", interrupted)
            with pytest.raises(KeyboardInterrupt):
                record(writer, 1)
        go_on.set()
        first.result(BOUND_SECONDS)
        assert pool.submit(record, writer, 2).result(BOUND_SECONDS) == 1
    assert stored(path) == [1]


def test_impatient_senders_get_an_error_and_what_was_answered_is_there_once(
    writer: GroupCommitWriter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_patience", 0.0005)
    with ThreadPoolExecutor(SENDERS) as pool:
        sent = [pool.submit(record, writer, number) for number in range(300)]
    answered = [each.result() for each in sent if each.exception() is None]
    refused = [each.exception() for each in sent if each.exception() is not None]
    assert all(isinstance(each, StoreUnavailableError) for each in refused)
    assert set(answered) <= set(stored(path))
    monkeypatch.undo()
    again = [record(writer, number) for number in range(300)]
    assert sorted(again) == stored(path)
