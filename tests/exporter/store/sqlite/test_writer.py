import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlite_utils import Database

from exporter.store import Change, StoreUnavailableError
from exporter.store.rules.recorder import Recorder
from exporter.store.session import Session
from exporter.store.sqlite import Store
from exporter.store.sqlite import connection as opened
from exporter.store.sqlite.writer import GroupCommitWriter
from tests.support.deliver import sqlite

NEIGHBOURS = 8


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "reports.sqlite"
    Store(path).close()
    return path


@pytest.fixture
def db(path: Path) -> Database:
    """The writer's own connection; the writer closes it."""
    return opened.connect(path)


@pytest.fixture
def writer(db: Database) -> Iterator[GroupCommitWriter]:
    writer = GroupCommitWriter(db)
    yield writer
    writer.close()


def nothing(_: object) -> None:
    pass


def remember(name: str) -> Callable[[Recorder], str]:
    def work(transaction: Recorder) -> str:
        transaction.db.execute("INSERT INTO meta VALUES (?, 1)", (name,))
        return name

    return work


def fail(transaction: Recorder) -> None:
    transaction.db.execute("INSERT INTO meta VALUES ('half', 1)")
    raise ValueError("an error of this piece alone")


def collide(transaction: Recorder) -> None:
    transaction.db.execute("INSERT INTO meta VALUES ('created', 1)")


def remembered(path: Path) -> set[str]:
    with sqlite(path) as db:
        return {key for (key,) in db.execute("SELECT key FROM meta")} - {"created", "probed"}


def run_together(
    writer: GroupCommitWriter, *works: Callable[[Recorder], object]
) -> list[Future[object]]:
    """Make pieces of work wait for one that is in progress, so that they share a commit."""
    under_way, arrived = threading.Event(), threading.Barrier(len(works) + 1)
    go_on = threading.Event()

    def hold(_: Recorder) -> None:
        under_way.set()
        go_on.wait()

    def arrive(work: Callable[[Recorder], object]) -> object:
        arrived.wait()
        return writer.run(work, nothing)

    with ThreadPoolExecutor(len(works) + 1) as pool:
        first = pool.submit(writer.run, hold, nothing)
        under_way.wait()
        futures = [pool.submit(arrive, work) for work in works]
        arrived.wait()
        go_on.set()
        first.result()
    return futures


def test_work_is_on_disk_when_it_returns(writer: GroupCommitWriter, path: Path) -> None:
    assert writer.run(remember("one"), nothing) == "one"
    assert remembered(path) == {"one"}


def test_the_outcome_is_shown_before_the_work_returns(writer: GroupCommitWriter) -> None:
    seen: list[str] = []
    writer.run(remember("one"), seen.append)
    writer.run(remember("two"), seen.append)
    assert seen == ["one", "two"]


@pytest.mark.parametrize(
    ("faulty", "error"), [(fail, ValueError), (collide, sqlite3.IntegrityError)]
)
def test_a_piece_of_work_that_fails_does_not_fail_its_neighbours(
    writer: GroupCommitWriter,
    path: Path,
    faulty: Callable[[Recorder], None],
    error: type[Exception],
) -> None:
    names = [f"neighbour {n}" for n in range(NEIGHBOURS)]
    works = [*(remember(name) for name in names[:4]), faulty, *map(remember, names[4:])]
    futures = run_together(writer, *works)
    assert isinstance(futures[4].exception(), error)
    assert [future.result() for future in futures if future is not futures[4]] == names
    assert remembered(path) == set(names)


def test_work_that_fails_leaves_nothing_behind(writer: GroupCommitWriter, path: Path) -> None:
    with pytest.raises(ValueError, match="of this piece"):
        writer.run(fail, nothing)
    assert remembered(path) == set()
    writer.run(remember("half"), nothing)
    assert remembered(path) == {"half"}


def test_work_that_is_on_disk_is_acknowledged_though_it_cannot_be_shown(
    writer: GroupCommitWriter, path: Path
) -> None:
    def refuse(_: object) -> None:
        raise RuntimeError("the follower is gone")

    assert writer.run(remember("one"), refuse) == "one"
    assert writer.run(remember("two"), nothing) == "two"
    assert remembered(path) == {"one", "two"}


def test_a_locked_database_is_unavailable_until_it_is_unlocked(
    writer: GroupCommitWriter, db: Database, path: Path
) -> None:
    db.execute("PRAGMA busy_timeout = 20")
    with sqlite(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError, match="locked"):
            writer.run(remember("one"), nothing)
        other.execute("ROLLBACK")
    assert writer.run(remember("two"), nothing) == "two"
    assert remembered(path) == {"two"}


def test_a_lock_that_is_soon_gone_is_waited_for(writer: GroupCommitWriter, path: Path) -> None:
    with sqlite(path) as other, ThreadPoolExecutor(1) as pool:
        other.execute("BEGIN IMMEDIATE")
        waiting = pool.submit(writer.run, remember("one"), nothing)
        other.execute("COMMIT")
        assert waiting.result() == "one"


def fill(transaction: Recorder) -> None:
    transaction.db.execute(
        "INSERT INTO rejected (received, address, reason, size, body)"
        " VALUES (0, '', '', 0, zeroblob(1000000))"
    )


def test_a_full_database_is_unavailable_until_there_is_room(
    writer: GroupCommitWriter, db: Database, path: Path
) -> None:
    db.execute("PRAGMA max_page_count = 1")  # is raised to the size that it has
    with pytest.raises(StoreUnavailableError, match="full"):
        writer.run(fill, nothing)
    assert writer.run(remember("small"), nothing) == "small"
    db.execute("PRAGMA max_page_count = 1000000")
    writer.run(fill, nothing)
    assert remembered(path) == {"small"}


def test_what_waits_when_the_writer_is_closed_is_still_written(db: Database, path: Path) -> None:
    writer = GroupCommitWriter(db)
    started, go_on = threading.Event(), threading.Event()

    def hold(transaction: Recorder) -> None:
        started.set()
        go_on.wait()
        remember("held")(transaction)

    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(writer.run, hold, nothing)
        started.wait()
        closed = pool.submit(writer.close)
        go_on.set()
        held.result()
        closed.result()
    assert remembered(path) == {"held"}


def test_a_closed_writer_takes_nothing(db: Database) -> None:
    writer = GroupCommitWriter(db)
    writer.close()
    with pytest.raises(StoreUnavailableError):
        writer.run(remember("late"), nothing)


def test_who_waited_too_long_gets_an_error_and_its_work_is_not_done(
    writer: GroupCommitWriter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way, go_on = threading.Event(), threading.Event()

    def hold(_: Recorder) -> None:
        under_way.set()
        go_on.wait()

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(writer.run, hold, nothing)
        under_way.wait()
        monkeypatch.setattr(writer, "_patience", 0.01)
        with pytest.raises(StoreUnavailableError, match="in time"):
            writer.run(remember("impatient"), nothing)
        go_on.set()
        held.exception()  # it may have the same error
    monkeypatch.undo()
    assert writer.run(remember("next"), nothing) == "next"
    assert remembered(path) == {"next"}


def test_what_people_change_has_a_commit_of_its_own(writer: GroupCommitWriter, path: Path) -> None:
    order: list[str] = []

    def change(db: Session) -> Change:
        assert remembered(path) == {"before"}
        db.execute("INSERT INTO meta VALUES ('changed', 1)")
        return Change()

    def arrive_in_turn() -> list[Future[object]]:
        return [
            pool.submit(writer.run, remember("before"), order.append),
            pool.submit(writer.change, change, lambda _: order.append("changed")),
            pool.submit(writer.run, remember("after"), order.append),
        ]

    with ThreadPoolExecutor(1) as pool:
        for future in arrive_in_turn():
            future.result()
    assert order == ["before", "changed", "after"]
