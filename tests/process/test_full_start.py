"""Starts where nothing can be written: served or refused in a line, never a trace."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.process import commands, reports
from tests.support.process.daemon import ANY_PORT, Daemon

FULL = """
import os, sys
from exporter.cli import main
import exporter.store.sqlite.connection as database
database.MIN_FREE_BYTES = 2**62
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
sys.exit(main())
"""
"""The command where no file can grow beyond some bytes, as on a disk that is full."""


def start_without_room(folder: Path, most: int) -> commands.Finished:
    command = [sys.executable, "-c", FULL, str(most), "serve", *ANY_PORT]
    return subprocess.run(
        command,
        cwd=folder,
        env=commands.environment(),
        capture_output=True,
        text=True,
        timeout=commands.BOUND_SECONDS,
        check=False,
    )


@pytest.mark.parametrize("most", [0, 1, 4096, 40_000])
def test_a_first_start_without_room_ends_with_a_line(tmp_path: Path, most: int) -> None:
    refusal = commands.refusal(start_without_room(tmp_path, most))
    assert "full, make room on it" in refusal or "make room on the disk" in refusal
    with Daemon(tmp_path, *ANY_PORT) as daemon:
        daemon.upload(reports.nth(1))


@pytest.mark.parametrize("most", [0, 1, 4096])
def test_a_start_behind_a_good_end_without_room_ends_with_a_line(tmp_path: Path, most: int) -> None:
    with Daemon(tmp_path, *ANY_PORT) as daemon:
        daemon.upload(reports.nth(1))
        assert daemon.stop() == 0
    assert "make room on it" in commands.refusal(start_without_room(tmp_path, most))
    with Daemon(tmp_path, *ANY_PORT) as daemon:
        assert len(daemon.data("/api/backups")["backups"]) == 1


NO_ROOM = """
import sys
from exporter.cli import main
import exporter.store.sqlite.connection as database
database.MIN_FREE_BYTES = 2**62
sys.exit(main())
"""


def test_a_start_behind_a_kill_without_room_serves_what_is_there(tmp_path: Path) -> None:
    with Daemon(tmp_path, *ANY_PORT) as daemon:
        daemon.upload(reports.nth(1))
        daemon.kill()
    with Daemon(tmp_path, *ANY_PORT, command=[sys.executable, "-c", NO_ROOM]) as daemon:
        assert len(daemon.data("/api/backups")["backups"]) == 1
        ready, page = daemon.get("/-/ready"), daemon.get("/")
        assert ready.status_code == 503
        assert "the disk is full: make room on it" in ready.json()["message"]
        assert "the disk is full: make room on it" in page.text
        assert "Traceback" not in daemon.log.read_text(encoding="utf-8")
