"""Measure another commit against this one: `python -m tests.tools.bench.commits PATH`.

The path is a checkout of the other commit. Both daemons are started by their command and asked by
HTTP, and nothing else is known of them, so any commit will do that takes the same reports. They
get the same load in turn, so that a round compares what one machine did in one minute.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.tools.bench import processes, reports
from tests.tools.bench.client import GZIP, PLAIN, Client
from tests.tools.bench.figures import Figure, table
from tests.tools.bench.load import Load
from tests.tools.bench.reports import STORED_SINCE

_HERE = Path(__file__).parents[3]
_JOBS = 1_000
_DAYS = 10
_POSTING = 8
_CONNECTIONS = (8, 64)
_SCRAPES = 30
_DATABASE = "reports.sqlite"
_OTHER = "the other commit"


class _Measured(NamedTuple):
    """One thing that was measured of a daemon, and what the ratio of ours to it should be."""

    what: str
    aim: str
    unit: str
    value: float


def main() -> int:
    """Measure in rounds, print the table: ours is this commit, the floor the other one."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.tools.bench.commits", description=__doc__
    )
    parser.add_argument("checkout", type=Path, help="folder of the other commit")
    parser.add_argument("--seconds", type=int, default=5, help="length of each load")
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="duplistatus-bench-") as name:
        load = Load(Path(name), chosen.seconds)
        figures = list(_rounds(load, Path(name), chosen.checkout.resolve(), chosen.rounds))
    sys.stdout.write("\n".join(table(figures)) + "\n")
    return 0


def _rounds(load: Load, folder: Path, other: Path, rounds: int) -> Iterator[Figure]:
    filled = {
        code: _fill(code, folder / f"filled-{number}") for number, code in enumerate((_HERE, other))
    }
    for _ in range(rounds):
        ours, theirs = (
            list(_of(load, code, filled[code], folder / "measured")) for code in (_HERE, other)
        )
        for mine, its in zip(ours, theirs, strict=True):
            yield Figure(mine.what, _OTHER, mine.aim, mine.unit, mine.value, its.value)


def _fill(code: Path, folder: Path) -> Path:
    """Let a daemon make a database of its own from reports that are posted."""
    folder.mkdir()
    with processes.daemon(folder / _DATABASE, code) as served:

        def post(first: int) -> None:
            client = Client(served.url)
            for place in list(reports.places(_DAYS * _JOBS, _JOBS, STORED_SINCE))[first::_POSTING]:
                client.upload(place)

        with ThreadPoolExecutor(_POSTING) as posting:
            list(posting.map(post, range(_POSTING)))
    return folder


def _fresh_copy(filled: Path, folder: Path) -> Path:
    """Copy all that a daemon left; it is on disk before anything is measured."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(filled, folder)
    os.sync()
    return folder / _DATABASE


def _of(load: Load, code: Path, filled: Path, folder: Path) -> Iterator[_Measured]:
    with processes.daemon(_fresh_copy(filled, folder), code) as served:
        yield _Measured("start", "≤ 1", "s", served.start_seconds)
        yield from _reads(load, served)
    for connections in _CONNECTIONS:
        with processes.daemon(_fresh_copy(filled, folder), code) as served:
            yield from _uploads(load, served, connections)


def _reads(load: Load, served: processes.Served) -> Iterator[_Measured]:
    client = Client(served.url)
    for coding in (PLAIN, GZIP):
        client.scrape(coding)
        took = statistics.median(client.scrape(coding) for _ in range(_SCRAPES))
        yield _Measured(f"scrape, {coding}, nothing changed", "≤ 1", "ms", took)
    for connections in _CONNECTIONS:
        answered = load.get(f"{served.url}/api/summary", connections)
        what = f"GET /api/summary, {connections} connections"
        yield _Measured(what, "≥ 1", "/s", answered.per_second)


def _uploads(load: Load, served: processes.Served, connections: int) -> Iterator[_Measured]:
    before = served.processor_seconds()
    answered = load.upload(served.url, _JOBS, connections)
    taken = served.processor_seconds() - before
    micros = taken / (answered.per_second * load.seconds) * 1_000_000
    with_connections = f"{connections} connections"
    yield _Measured(f"uploads, {with_connections}", "≥ 1", "/s", answered.per_second)
    yield _Measured(f"processor time of an upload, {with_connections}", "≤ 1", "µs", micros)
    what = f"resident memory after uploads, {with_connections}"
    yield _Measured(what, "", "MB", served.resident_megabytes())


if __name__ == "__main__":
    sys.exit(main())
