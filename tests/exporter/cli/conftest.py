"""Commands run in this process, on a database that nobody or a real daemon has."""

import io
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from exporter.cli import main
from exporter.store import Change
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE, SECOND, now
from tests.support.deliver import deliver
from tests.support.duplicati.fixtures import certificate, duplicati, secure_duplicati
from tests.support.process.commands import PREFIX
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.reports_builder import duplicati_report

__all__ = ["certificate", "duplicati", "secure_duplicati"]

OVERDUE_BY = "214h59m"
"""Documents of nas, at most half a minute after the database was filled."""


class Finished(NamedTuple):
    """What became of a command."""

    code: int
    out: str
    err: str


class Terminal(io.StringIO):
    """A person who types some lines."""

    def isatty(self) -> bool:
        return True


class Commands:
    """Runs commands as the shell does, but in this process, which is faster."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str, typed: str | None = None) -> Finished:
        """Run one; `typed` is what a person at a terminal answers, None stands for no terminal."""
        stdin = io.StringIO() if typed is None else Terminal(typed)
        self._monkeypatch.setattr(sys, "stdin", stdin)
        self._capsys.readouterr()
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        return Finished(code, *self._capsys.readouterr())

    def output(self, *arguments: str) -> str:
        """Return what a command prints that is to succeed and to say nothing else."""
        finished = self(*arguments)
        assert (finished.code, finished.err) == (0, "")
        return finished.out

    def refusal(self, *arguments: str) -> str:
        """Return the one line with which a command refuses."""
        finished = self(*arguments)
        assert (finished.code, finished.out) == (2, "")
        (line,) = finished.err.splitlines()
        return line


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """See that a command is told nothing but what its test tells it."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def command(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    root_log: logging.Logger,  # noqa: ARG001 - as it was, afterwards
) -> Commands:
    return Commands(capsys, monkeypatch)


def _fill(store: Store) -> None:
    """Record what the fixture `database` tells of."""
    today, long_ago = now() - HOUR, now() - 10 * DAY - 30 * SECOND
    told = duplicati_report(began=today, backup="Mail", next_scheduled=today + DAY)
    deliver(store, duplicati_report(began=long_ago), received=long_ago + MINUTE)
    deliver(store, told, received=today + MINUTE)
    failed = duplicati_report(began=today, server="old", machine_id="m-2", status="Fatal")
    deliver(store, failed, received=today + MINUTE)
    for machine_id in ("m-3", "m-4"):
        twin = duplicati_report(began=today, server="twin", machine_id=machine_id, backup="All")
        deliver(store, twin, received=today + MINUTE)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database that the commands find and nobody has.

    Server 1, nas: job 1, Documents, is overdue, job 2, Mail, in time. Server 2, old: job 3,
    Documents, failed. Servers 3 and 4 are both called twin, with jobs 4 and 5, All.
    """
    path = tmp_path / "duplistatus.sqlite"
    with closing(Store(path)) as store:
        _fill(store)
    monkeypatch.setenv(f"{PREFIX}DATABASE", str(path))
    return path


def known(database: Path) -> Change:
    """Return what a database holds that nobody has."""
    with closing(Store(database)) as store:
        return store.snapshot()


@pytest.fixture
def running(database: Path) -> Iterator[Daemon]:
    """A real daemon that has the database."""
    with Daemon(database.parent, *ANY_PORT, "--database", str(database)) as daemon:
        yield daemon


@pytest.fixture(params=["stopped", "running"])
def either(request: pytest.FixtureRequest) -> str:
    """The database, once while nobody has it and once while a daemon does."""
    request.getfixturevalue("running" if request.param == "running" else "database")
    return str(request.param)
