"""What is measured, a round at a time, ours and its floor right behind each other."""

import sqlite3
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.bench import processes, raw
from tests.bench.filling import fresh_copy, jobs_of
from tests.bench.load import Load

MANY = 8
SUMMARY = "GET /api/summary"
BARE_SUMMARY = "bare Falcon, the same bytes"
RAW = "raw commits"


def uploads(connections: int) -> str:
    """Name the uploads to the daemon."""
    return f"uploads, {connections} at once"


def bare_uploads(connections: int) -> str:
    """Name the uploads to the bare app."""
    return f"bare uploads, {connections} at once"


class Rate(NamedTuple):
    """How often a second something was done."""

    name: str
    per_second: float


class Bench:
    """The measurements against one filled database."""

    def __init__(self, filled: Path, runs: int, load: Load, seconds: float) -> None:
        self._filled = filled
        self._runs = runs
        self._jobs = jobs_of(runs)
        self._load = load
        self._seconds = seconds
        self._folder = filled.with_suffix(".measured")

    def round(self) -> Iterator[Rate]:
        """Measure everything once."""
        yield from self._summary()
        yield Rate(RAW, raw.commits_per_second(self._copy(), self._runs, self._seconds))
        for connections in (1, MANY):
            yield Rate(uploads(connections), self._uploads(connections))
            yield Rate(bare_uploads(connections), self._bare_uploads(connections))

    def _summary(self) -> Iterator[Rate]:
        with processes.daemon(self._copy()) as url:
            address = f"{url}/api/summary"
            with urllib.request.urlopen(address, timeout=10) as answer:
                body = answer.read().decode()
            yield Rate(SUMMARY, self._load.get(address, MANY))
        with processes.floor(self._folder / "floor.log", "--summary", body) as url:
            yield Rate(BARE_SUMMARY, self._load.get(f"{url}/api/summary", MANY))

    def _uploads(self, connections: int) -> float:
        copy = self._copy()
        with processes.daemon(copy) as url:
            rate = self._load.upload(url, self._jobs, connections)
        self._check_stored(copy, rate)
        return rate

    def _bare_uploads(self, connections: int) -> float:
        copy = self._copy()
        arguments = ("--upload", str(copy), "--runs", str(self._runs))
        with processes.floor(self._folder / "floor.log", *arguments) as url:
            rate = self._load.upload(url, self._jobs, connections)
        self._check_stored(copy, rate)
        return rate

    def _check_stored(self, database: Path, rate: float) -> None:
        """See that every upload was a new run: a repeated one would cost less."""
        connection = sqlite3.connect(database)
        stored = connection.execute("SELECT count(*) FROM runs").fetchone()[0] - self._runs
        connection.close()
        if stored < 0.98 * rate * self._seconds:
            message = f"only {stored} runs were stored at {rate:.0f} uploads a second"
            raise RuntimeError(message)

    def _copy(self) -> Path:
        return fresh_copy(self._filled, self._folder)
