"""Reading everything that is stored, while others use the database."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from exporter.store import RecordedRun, RunChoice, StoreError
from exporter.store.sqlite import OfflineReader, Store, connection
from exporter.times import DAY, MINUTE
from tests.support.daemon import NOW
from tests.support.deliver import deliver, left_out, sqlite
from tests.support.reports_builder import duplicati_report

ALL = RunChoice()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reports.sqlite"


@contextmanager
def filled(path: Path, runs: int = 3) -> Iterator[Store]:
    with closing(Store(path)) as store:
        for number in range(runs):
            body = duplicati_report(began=NOW + number * MINUTE, lines=("[Information]: done",))
            deliver(store, body, received=NOW + (number + 1) * MINUTE)
        yield store


def files(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.parent.iterdir()}


def read(path: Path, chosen: RunChoice = ALL) -> list[RecordedRun]:
    return list(OfflineReader(path).runs(chosen, left_out, messages=True))


def test_no_file_changes(path: Path) -> None:
    with filled(path):
        pass
    before = files(path)
    assert len(read(path)) == 3
    assert files(path) == before


def test_a_reader_that_takes_its_time_keeps_no_log_from_being_checkpointed(path: Path) -> None:
    with filled(path) as store:
        runs = OfflineReader(path).runs(ALL, left_out, messages=False)
        next(runs)
        deliver(store, duplicati_report(began=NOW + DAY), received=NOW + DAY)
        with sqlite(path) as db:
            (waits, _, left) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert (waits, left) == (0, 0)
        assert len(list(runs)) == 3


def test_what_was_taken_written_and_left_while_it_answered_is_asked_again(path: Path) -> None:
    with filled(path):
        pass
    answers: list[int] = []

    def count_while_a_daemon_comes_and_goes(db: sqlite3.Connection) -> int:
        answers.append(db.execute("SELECT count(*) FROM runs").fetchone()[0])
        if len(answers) == 1:
            with closing(Store(path)) as store:
                deliver(store, duplicati_report(began=NOW + DAY), received=NOW + DAY)
        return answers[-1]

    assert connection.read_snapshot(path, count_while_a_daemon_comes_and_goes) == 4
    assert answers == [3, 4]


def test_the_log_of_a_killed_daemon_is_read_too(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "killed" / "reports.sqlite"
    copy.parent.mkdir()
    with filled(path):
        for end in ("", "-wal", "-shm"):
            shutil.copy(f"{path}{end}", f"{copy}{end}")
    assert len(read(copy)) == 3


def refusal(path: Path) -> str:
    """Return why a file is refused; check that the refusal changes nothing."""
    before = files(path)
    with pytest.raises(StoreError) as refused:
        OfflineReader(path)
    assert files(path) == before
    message = str(refused.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_a_database_that_is_not_there_is_refused(path: Path) -> None:
    assert "--database" in refusal(path)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"This is no database." * 500)
    assert "restore a copy" in refusal(path)


def test_an_empty_file_and_a_database_of_another_program_are_refused(path: Path) -> None:
    path.touch()
    assert "not a database of duplistatus" in refusal(path)
    with sqlite(path) as db:
        db.execute("CREATE TABLE notes (text TEXT)")
    assert "not a database of duplistatus" in refusal(path)


def test_half_a_database_is_refused(path: Path) -> None:
    with filled(path, runs=100):
        pass
    written = path.read_bytes()
    path.write_bytes(written[: len(written) // 2])
    assert "restore a copy" in refusal(path)


def test_a_log_that_was_cut_short_is_refused(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "cut" / "reports.sqlite"
    copy.parent.mkdir()
    with filled(path):
        for end in ("", "-wal", "-shm"):
            shutil.copy(f"{path}{end}", f"{copy}{end}")
    with Path(f"{copy}-wal").open("r+b") as log:
        log.truncate(5000)
    assert "cut short" in refusal(copy)


def test_a_database_of_an_older_version_is_refused_and_stays_as_it_is(path: Path) -> None:
    with filled(path):
        pass
    with sqlite(path) as db:
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'live_runs'")
    assert "start the daemon once" in refusal(path)


def test_a_database_of_a_newer_version_is_refused(path: Path) -> None:
    with filled(path):
        pass
    with sqlite(path) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('duplistatus', 'tomorrow', '')"
        )
    assert "newer version" in refusal(path)
