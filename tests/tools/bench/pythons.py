"""Measure interpreters against each other: `python -m tests.tools.bench.pythons PYTHON PYTHON…`.

Each is the interpreter of an environment that has what the daemon needs. In each round they get the
same load in turn; ratios are to the first of them. To run a free-threaded build without its lock,
name a script that sets `PYTHON_GIL=0` and becomes the interpreter.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple

from tests.tools.bench import processes
from tests.tools.bench.client import GZIP, PLAIN, Client
from tests.tools.bench.figures import Figure, table
from tests.tools.bench.filling import Size, fill, fresh_copy
from tests.tools.bench.load import Answered, Load
from tests.tools.bench.reports import POSTED_SINCE, Place

_HERE = Path(__file__).parents[3]
_SIZE = Size(100_000, 10_000)
_CONNECTIONS = (8, 64)
_UNCHANGED = 20
_CHANGED = 5
_JOBS_CHANGED = 100
_NAME = """
import platform, sys
from exporter.cli.commands import serve
name = platform.python_version()
if "t" in sys.abiflags:
    name += " free-threaded, lock " + ("on" if sys._is_gil_enabled() else "off")
print(name)
"""


class _Measured(NamedTuple):
    """One thing that was measured of a daemon, and what the ratio of a better one would be."""

    what: str
    better: str
    unit: str
    value: float


def main() -> int:
    """Measure in rounds, print the table: the floor is the first interpreter."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.tools.bench.pythons", description=__doc__
    )
    parser.add_argument("pythons", nargs="+", metavar="PYTHON", help="program of an interpreter")
    parser.add_argument("--seconds", type=int, default=5, help="length of each load")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured")
    chosen = parser.parse_args()
    named = {_name(program): program for program in chosen.pythons}
    with tempfile.TemporaryDirectory(prefix="duplistatus-bench-") as folder:
        load = Load(Path(folder), chosen.seconds)
        filled = fill(Path(folder) / "filled.sqlite", _SIZE)
        figures = [each for _ in range(chosen.rounds) for each in _round(load, filled, named)]
    sys.stdout.write("\n".join(table(figures)) + "\n")
    return 0


def _name(program: str) -> str:
    """Say which Python it is, once all that the daemon needs is imported."""
    command = [program, "-W", "ignore", "-c", _NAME]
    done = subprocess.run(command, cwd=_HERE, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def _round(load: Load, filled: Path, named: dict[str, str]) -> Iterator[Figure]:
    measured = [list(_of(load, filled, program)) for program in named.values()]
    first, *others = named
    for of_first, *of_others in zip(*measured, strict=True):
        for name, its in zip(others, of_others, strict=True):
            what = f"{its.what}, {name}"
            figure = Figure(what, first, its.better, its.unit, its.value, of_first.value)
            sys.stderr.write(f"{what}: {its.value:,.4g}, {first}: {of_first.value:,.4g}\n")
            yield figure


def _of(load: Load, filled: Path, python: str) -> Iterator[_Measured]:
    folder = filled.parent / "measured"
    with processes.daemon(_none(folder), python=python) as served:
        Client(served.url).scrape(PLAIN)
        yield _Measured("resident memory, idle", "≤ 1", "MB", served.resident_megabytes())
    with processes.daemon(fresh_copy(filled, folder), python=python) as served:
        yield _Measured(f"start, {_SIZE.jobs:,} jobs", "≤ 1", "s", served.start_seconds)
        memory = served.resident_megabytes()
        yield _Measured(f"resident memory, {_SIZE.jobs:,} jobs", "≤ 1", "MB", memory)
        summary = f"{served.url}/api/summary"
        with urllib.request.urlopen(summary, timeout=60) as answer:
            answer.read()  # the first one evaluates every job
        for connections in _CONNECTIONS:
            what = f"GET /api/summary, {connections} connections"
            yield from _loaded(what, served, load.seconds, partial(load.get, summary, connections))
        yield from _scrapes(Client(served.url))
    for connections in _CONNECTIONS:
        with processes.daemon(fresh_copy(filled, folder), python=python) as served:
            upload = partial(load.upload, served.url, _SIZE.jobs, connections)
            what = f"uploads, {connections} connections"
            yield from _loaded(what, served, load.seconds, upload)


def _none(folder: Path) -> Path:
    """Return where the daemon makes an empty database."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder / "empty.sqlite"


def _loaded(
    what: str, served: processes.Served, seconds: int, run: Callable[[], Answered]
) -> Iterator[_Measured]:
    """Measure what is answered, and the processor time of one, which others disturb less."""
    before = served.processor_seconds()
    answered = run()
    taken = served.processor_seconds() - before
    yield _Measured(what, "≥ 1", "/s", answered.per_second)
    micros = taken / (answered.per_second * seconds) * 1_000_000
    yield _Measured(f"{what}, processor time of one", "≤ 1", "µs", micros)


def _scrapes(client: Client) -> Iterator[_Measured]:
    days = count()
    for coding in (PLAIN, GZIP):
        client.scrape(coding)
        unchanged = statistics.median(client.scrape(coding) for _ in range(_UNCHANGED))
        yield _Measured(f"scrape, {coding}, nothing changed", "≤ 1", "ms", unchanged)
        changed = statistics.median(_changed(client, coding, next(days)) for _ in range(_CHANGED))
        yield _Measured(f"scrape, {coding}, {_JOBS_CHANGED} jobs changed", "≤ 1", "ms", changed)


def _changed(client: Client, coding: str, day: int) -> float:
    """Scrape after a day's reports of jobs from all over the fleet."""
    for job in range(0, _SIZE.jobs, _SIZE.jobs // _JOBS_CHANGED):
        client.upload(Place(day * _SIZE.jobs + job, _SIZE.jobs, POSTED_SINCE))
    return client.scrape(coding)


if __name__ == "__main__":
    sys.exit(main())
