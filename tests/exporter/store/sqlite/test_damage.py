"""Files that were damaged while no daemon used them: refused, with advice, and unchanged."""

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.store import RunFilter, StoreError, StoreUnavailableError
from exporter.store.sqlite import Store
from tests.support.deliver import deliver, sqlite
from tests.support.reports_builder import duplicati_report, exception_report

pytestmark = pytest.mark.not_quick

RUNS = 40
PAGE = 4096
KILLED = f"""
import os, signal, sys
from pathlib import Path
from exporter.store.sqlite import Store
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report
from tests.support.daemon import NOW
store = Store(Path(sys.argv[1]))
for number in range({RUNS}):
    deliver(store, duplicati_report(began=NOW + number * 60000))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The path of a database whose holder ended properly."""
    path = tmp_path / "reports.sqlite"
    store = Store(path)
    for number in range(RUNS):
        deliver(store, duplicati_report(began=number * 60_000, backup=f"job {number}"))
    deliver(store, exception_report())
    store.close()
    return path


@pytest.fixture(scope="module")
def left_by_a_kill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the files that the holder of killed.sqlite left, to be copied."""
    folder = tmp_path_factory.mktemp("left")
    command = [sys.executable, "-c", KILLED, str(folder / "killed.sqlite")]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    return folder


@pytest.fixture
def killed(left_by_a_kill: Path, tmp_path: Path) -> Path:
    """The path of a database whose holder was killed: most of it is in its log."""
    shutil.copytree(left_by_a_kill, tmp_path, dirs_exist_ok=True)
    return tmp_path / "killed.sqlite"


def beside(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.name}{suffix}")


def refusal(path: Path) -> str:
    """Return why a database is refused; check that it says what to do and changes no file."""
    files = [beside(path, suffix) for suffix in ("", "-wal")]
    before = [file.read_bytes() if file.exists() else None for file in files]
    with pytest.raises(StoreError) as refused:
        Store(path)
    assert [file.read_bytes() if file.exists() else None for file in files] == before
    message = str(refused.value)
    assert str(path) in message
    assert "\n" not in message
    assert "restore a copy that `duplistatus backup-database` made" in message
    return message


def overwrite(path: Path, at: int, written: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(written)


@pytest.mark.parametrize("at", [0, 100, PAGE, 5 * PAGE])
def test_a_database_with_a_page_of_garbage_is_refused(path: Path, at: int) -> None:
    overwrite(path, at, bytes(range(256)) * 8)
    assert "damaged" in refusal(path) or "cannot be used" in refusal(path)


def test_a_database_that_was_cut_short_is_refused(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)
    assert "malformed" in refusal(path) or "damaged" in refusal(path)


def test_a_large_database_is_checked_where_its_holder_was_killed(
    killed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.store.sqlite.connection._CHECKED_BYTES", PAGE)
    Store(killed).close()
    with sqlite(killed) as db:
        query = "SELECT rootpage FROM sqlite_schema WHERE name = 'runs_by_start'"
        (page,) = db.execute(query).fetchone()
    overwrite(killed, (page - 1) * PAGE, bytes(range(256)) * 16)
    Store(killed).close()
    beside(killed, "-wal").touch()
    assert "damaged" in refusal(killed) or "cannot be used" in refusal(killed)


def test_a_log_that_was_left_by_a_kill_is_taken_up(killed: Path) -> None:
    store = Store(killed)
    assert len(store.runs(RunFilter(), None, 100)) == RUNS
    store.close()


@pytest.mark.parametrize("kept", [0, 10, PAGE, 10 * (PAGE + 24) + 32])
def test_a_log_that_was_cut_short_is_refused_and_taken_once_it_is_put_back(
    killed: Path, kept: int
) -> None:
    log = beside(killed, "-wal")
    whole = log.read_bytes()
    os.truncate(log, kept)
    assert "cut short" in refusal(killed)
    log.write_bytes(whole)
    store = Store(killed)
    assert len(store.runs(RunFilter(), None, 100)) == RUNS
    store.close()


def test_a_log_that_is_gone_is_refused(killed: Path) -> None:
    beside(killed, "-wal").unlink()
    assert "cut short" in refusal(killed)


def test_a_log_whose_database_is_gone_is_refused_and_no_empty_one_is_made(killed: Path) -> None:
    killed.unlink()
    assert "is gone" in refusal(killed)
    assert not killed.exists()


def test_an_index_of_another_log_says_nothing(killed: Path) -> None:
    index = beside(killed, "-shm")
    overwrite(index, 32, bytes(8))
    os.truncate(beside(killed, "-wal"), 10 * (PAGE + 24) + 32)
    Store(killed).close()


def test_a_log_of_which_all_is_in_the_database_is_not_missed(killed: Path) -> None:
    with sqlite(killed) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        index = beside(killed, "-shm").read_bytes()
    beside(killed, "-shm").write_bytes(index)
    store = Store(killed)
    assert len(store.runs(RunFilter(), None, 100)) == RUNS
    store.close()


def flip_server(db: sqlite3.Connection) -> None:
    db.execute("UPDATE servers SET name = CAST(x'ff' AS TEXT)")


def flip_name(db: sqlite3.Connection) -> None:
    db.execute("UPDATE jobs SET name = CAST(x'6aff' AS TEXT) WHERE id = 2")


def flip_table(db: sqlite3.Connection) -> None:
    db.execute("ALTER TABLE jobs RENAME COLUMN paused TO pausee")


def flip_schema(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA writable_schema = ON")
    db.execute("UPDATE sqlite_schema SET sql = replace(sql, 'note TEXT', 'nofe TEXT')")


def flip_migrations(db: sqlite3.Connection) -> None:
    db.execute("ALTER TABLE _sqlite_migrations RENAME COLUMN name TO mame")


@pytest.mark.parametrize(
    "damage", [flip_server, flip_name, flip_table, flip_schema, flip_migrations]
)
def test_what_sqlite_takes_for_whole_and_cannot_be_read_is_refused(
    path: Path, damage: Callable[[sqlite3.Connection], None]
) -> None:
    with sqlite(path) as db:
        damage(db)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="restore a copy that `duplistatus backup-database` made"):
        Store(path)
    assert path.read_bytes() == before


def test_bytes_that_were_flipped_anywhere_are_refused_or_lived_with(
    path: Path, tmp_path: Path
) -> None:
    written = path.read_bytes()
    chance = random.Random(7)
    places = [at for at, byte in enumerate(written) if byte]
    other = tmp_path / "flipped.sqlite"
    opened = 0
    for _ in range(60):
        other.write_bytes(written)
        overwrite(other, chance.choice(places), chance.randbytes(chance.choice([1, 8, 200])))
        with contextlib.suppress(StoreError):
            store = Store(other)
            with contextlib.suppress(StoreUnavailableError):
                store.runs(RunFilter(), None, 100)
                deliver(store, duplicati_report(began=1))
            store.close()
            opened += 1
    assert 0 < opened < 60


def test_a_run_that_cannot_be_read_causes_no_internal_error(path: Path) -> None:
    with sqlite(path) as db:
        db.execute("UPDATE runs SET status = 'flipped' WHERE id = 1")
    store = Store(path)
    with pytest.raises(StoreUnavailableError, match="cannot be read"):
        store.run(1)
    assert store.run(2) is not None
    store.close()


def test_a_full_disk_is_reported_as_full(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporter.store.sqlite.connection.MIN_FREE_BYTES", 2**62)

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr("exporter.store.sqlite.connection._open", full)
    with pytest.raises(StoreError, match="the disk is full, make room on it"):
        Store(path)
