"""What befalls the database of a daemon that runs."""

import os
import resource
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from tests.process.conftest import Start
from tests.support.deliver import sqlite
from tests.support.process import raw, reports
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.waiting import eventually

DATABASE = "duplistatus.sqlite"
IMPATIENT = """
import sys
from exporter.cli import main
from exporter.store.sqlite import connection
connection._BUSY_SECONDS = 0.05
sys.exit(main())
"""
"""The daemon, which waits for the lock of another program no longer than a moment."""

PATIENT = IMPATIENT.replace("0.05", "600.0")
"""The daemon, which waits for that lock far longer than any test does."""


@contextmanager
def full_disk(daemon: Daemon) -> Iterator[None]:
    """Let none of its files grow, not its log either, as when the disk is full."""
    pid, kind = daemon.process.pid, resource.RLIMIT_FSIZE
    soft, hard = resource.prlimit(pid, kind)
    resource.prlimit(pid, kind, (1, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, kind, (soft, hard))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let another program have the database for itself."""
    with sqlite(path) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def moved_away(path: Path) -> Iterator[None]:
    aside = path.with_name("aside")
    path.rename(aside)
    yield
    assert not path.exists(), "an empty one was made in its place"
    aside.rename(path)


def assert_refuses_writes(daemon: Daemon, why: str) -> None:
    """See that a report is refused for now, that it is said why, and that all else goes on."""
    refused, ready = daemon.post(reports.nth(2)), daemon.get("/-/ready")
    assert (refused.status_code, ready.status_code) == (503, 503)
    assert int(refused.headers["Retry-After"]) > 0
    assert why in ready.json()["message"]
    assert daemon.get("/-/healthy").status_code == 200
    assert daemon.data("/api/backups")["backups"]
    assert daemon.data("/api/jobs")["jobs"]
    series = daemon.get("/metrics").text
    assert 'duplistatus_uploads_total{outcome="failed"} 1.0' in series
    assert "duplistatus_backup_jobs 1.0" in series


def assert_lost_nothing(daemon: Daemon, start: Start) -> None:
    """See that it takes reports again without a restart, and that a restart finds all."""
    assert daemon.get("/-/ready").status_code == 200
    ids = [daemon.upload(reports.nth(number))["backupId"] for number in (1, 2, 3)]
    daemon.kill()
    again = start()
    assert [again.upload(reports.nth(number))["backupId"] for number in (1, 2, 3)] == ids
    assert len(again.data("/api/backups")["backups"]) == 3


def test_a_full_disk_refuses_reports_until_there_is_room(start: Start) -> None:
    daemon = start()
    daemon.upload(reports.nth(1))
    with full_disk(daemon):
        assert_refuses_writes(daemon, "disk")
    assert_lost_nothing(daemon, start)


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_a_file_that_is_moved_away_refuses_reports_until_it_is_back(
    start: Start, tmp_path: Path, suffix: str
) -> None:
    daemon = start()
    daemon.upload(reports.nth(1))
    with moved_away(tmp_path / f"{DATABASE}{suffix}"):
        assert_refuses_writes(daemon, "deleted or replaced")
    assert_lost_nothing(daemon, start)


def test_a_database_that_is_replaced_takes_no_reports_and_stays_as_it_is(
    start: Start, tmp_path: Path
) -> None:
    daemon, path, other = start(), tmp_path / DATABASE, tmp_path / "other"
    daemon.upload(reports.nth(1))
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE theirs (value)")
    theirs = other.read_bytes()
    other.rename(path)
    assert_refuses_writes(daemon, "deleted or replaced")
    assert daemon.stop() == 0
    assert path.read_bytes() == theirs


def test_a_database_that_another_program_locks_refuses_reports_until_it_is_unlocked(
    tmp_path: Path, start: Start
) -> None:
    flags = (*ANY_PORT, "--upload-patience", "1s")
    with Daemon(tmp_path, *flags, command=[sys.executable, "-c", IMPATIENT]) as daemon:
        daemon.upload(reports.nth(1))
        with locked(tmp_path / DATABASE):
            assert_refuses_writes(daemon, "locked")
        assert_lost_nothing(daemon, start)


def written_over(path: Path) -> None:
    other = path.with_name("other")
    with sqlite(other) as db:
        db.execute("CREATE TABLE theirs (value)")
    path.write_bytes(other.read_bytes())


def cut_log(path: Path) -> None:
    os.truncate(path.with_name(f"{path.name}-wal"), 32)


def deleted_runs(path: Path) -> None:
    with sqlite(path) as db:
        db.execute("DELETE FROM runs")


def deleted_servers(path: Path) -> None:
    with sqlite(path) as db:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("DELETE FROM servers")


@pytest.mark.parametrize("change", [written_over, cut_log])
def test_what_is_put_back_is_read_anew_without_a_restart(
    start: Start, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    daemon, path = start(), tmp_path / DATABASE
    daemon.upload(reports.nth(1))
    files = [path, path.with_name(f"{DATABASE}-wal")]
    before = [file.read_bytes() for file in files]
    change(path)
    for _ in range(2):
        assert daemon.get("/-/ready").status_code == 503
        assert daemon.post(reports.nth(2)).status_code == 503
    page = daemon.get("/")
    assert page.status_code in (200, 503)
    assert daemon.get("/metrics").status_code == 200
    for file, content in zip(files, before, strict=True):
        file.write_bytes(content)
    assert_lost_nothing(daemon, start)


@pytest.mark.parametrize("change", [deleted_runs, deleted_servers])
def test_rows_that_another_program_deletes_are_told_until_a_restart(
    start: Start, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    daemon, path = start(), tmp_path / DATABASE
    daemon.upload(reports.nth(1))
    assert daemon.get("/-/ready").status_code == 200
    change(path)
    for _ in range(2):
        ready = daemon.get("/-/ready")
        assert ready.status_code == 503
        assert "another program changed its rows" in ready.json()["message"]
        assert daemon.post(reports.nth(1)).status_code == 503
    assert "another program changed its rows" in daemon.get("/").text
    assert daemon.stop() == 0
    assert start().upload(reports.nth(1))["backupId"] > 0


def test_a_report_waits_until_the_lock_of_another_program_is_gone(tmp_path: Path) -> None:
    command = [sys.executable, "-c", IMPATIENT]
    with Daemon(tmp_path, *ANY_PORT, command=command) as daemon, ExitStack() as stack:
        with locked(tmp_path / DATABASE):
            waiting = stack.enter_context(raw.connect(daemon))
            waiting.sendall(raw.upload(reports.documented()))
            eventually(lambda: _busy_tries(daemon) > 2, "tries while the database is locked")
            assert daemon.get("/metrics").status_code == 200
        assert raw.receive(waiting).status == 200


def _busy_tries(daemon: Daemon) -> int:
    return sum("does not take writes" in event["event"] for event in daemon.events())


def test_who_asks_how_it_is_does_not_wait_for_the_lock_of_another_program(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PATIENT]
    with Daemon(tmp_path, *ANY_PORT, command=command) as daemon:
        daemon.upload(reports.nth(1))
        with locked(tmp_path / DATABASE):
            for path in ("/-/ready", "/", "/api/badge.svg", "/api/summary", "/-/healthy"):
                assert daemon.get(path).status_code == 200
