"""What grows with the number of jobs, and how: `python -m tests.tools.bench.scale`.

The daemon on databases of 1,000, 10,000 and 100,000 jobs with a hundred runs each.
"""

import argparse
import http.client
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from exporter.times import HOUR, MINUTE, Millis, now
from tests.tools.bench import processes
from tests.tools.bench.client import GZIP, PLAIN, Client
from tests.tools.bench.load import Load, Posting
from tests.tools.bench.picture import Line, Panel, picture, written
from tests.tools.bench.processes import Served
from tests.tools.fill import bodies
from tests.tools.fill.database import fill
from tests.tools.fill.fleet import NAMES, FilledFleet, FilledJob, FilledRun

JOBS = (1_000, 10_000, 100_000)
_DAYS = 100
_CHANGED = 100
_ROUNDS = 3
_AGO = 10 * MINUTE
_CONFIG = "max_jobs = 200000\nmax_servers = 20000\n"
_PATHS = (
    "/",
    "/?q=Photos-77",
    "/?sort=size",
    "/jobs/1",
    "/servers",
    "/servers/1",
    "/api/summary",
    "/api/status",
    "/api/badge.svg",
    "/api/jobs",
    "/api/servers",
    "/api/backups",
)
_DRAWN = (
    (
        "What takes time",
        "ms",
        {
            "start": "start",
            "scrape, gzip, first": "first scrape",
            "scrape, gzip, 100 jobs changed": "scrape, 100 changed",
            "scrape, gzip, nothing changed": "scrape, nothing changed",
            "page /, again": "page /",
            "GET /api/summary, again": "GET /api/summary",
            "one upload of many, 8 connections": "an upload",
        },
    ),
    (
        "Resident memory",
        "MB",
        {
            "memory after the start": "after the start",
            "memory after scrapes, gzip": "after scrapes, gzip",
            "memory after scrapes, identity": "after scrapes, plain too",
        },
    ),
)
"""The panels of the picture: what is drawn, and what it is called there."""


class Measured(NamedTuple):
    """One measurement of a size."""

    what: str
    unit: str
    value: float


class _Asker:
    """Asks a daemon as a browser does, one thing after the other."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc)

    def took(self, path: str) -> float:
        """Return how many milliseconds an answer takes, to its last byte.

        Raises:
            RuntimeError: it is an error.
        """
        began = time.perf_counter()
        self._connection.request("GET", path, headers={"Accept": "text/html, */*;q=0.1"})
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            message = f"{path} was answered {answer.status}"
            raise RuntimeError(message)
        return (time.perf_counter() - began) * 1000


def main() -> int:
    """Measure each size, print the table and draw the picture."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.bench.scale", description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="length of each load")
    parser.add_argument("--jobs", type=int, action="append", help="measure only this size")
    parser.add_argument("--folder", metavar="PATH", help="keep databases there, and use them again")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw an SVG")
    chosen = parser.parse_args()
    jobs = tuple(chosen.jobs or JOBS)
    with tempfile.TemporaryDirectory(prefix="duplistatus-bench-") as temporary:
        folder = Path(chosen.folder or temporary)
        load = Load(Path(temporary), chosen.seconds)
        found = [list(_of_size(folder, size, load)) for size in jobs]
    sys.stdout.write("\n".join(table(jobs, found)) + "\n")
    if chosen.picture is not None:
        chosen.picture.write_text(picture(jobs, panels(found)), encoding="utf-8")
    return 0


def _of_size(folder: Path, jobs: int, load: Load) -> Iterator[Measured]:
    database = folder / f"{jobs}.sqlite"
    if not database.exists():
        fill(database, FilledFleet(jobs, _DAYS, now() - _AGO))
    config = folder / "scale.toml"
    config.write_text(_CONFIG, encoding="utf-8")
    # What an earlier measurement posted started before this one's.
    since = now() - HOUR
    with processes.daemon(database, config=config) as served:
        for each in _of_daemon(served, jobs, load, since):
            sys.stderr.write(f"{jobs:,} jobs: {each.what}: {each.value:,.4g} {each.unit}\n")
            yield each


def _of_daemon(served: Served, jobs: int, load: Load, since: Millis) -> Iterator[Measured]:
    yield Measured("start", "ms", served.start_seconds * 1000)
    yield _memory(served, "after the start")
    yield from _scrapes(served, jobs, since)
    asker = _Asker(served.url)
    for path in _PATHS:
        yield Measured(f"{_named(path)}, first", "ms", asker.took(path))
        again = statistics.median(asker.took(path) for _ in range(_ROUNDS))
        yield Measured(f"{_named(path)}, again", "ms", again)
    yield _memory(served, "after pages and listings")
    posting = Posting(bodies.template(0), since + MINUTE, NAMES)
    for connections in (8, 64):
        rate = load.upload(served.url, jobs, connections, posting=posting).per_second
        yield Measured(f"one upload of many, {connections} connections", "ms", 1000 / rate)
    yield _memory(served, "after uploads")


def _scrapes(served: Served, jobs: int, since: Millis) -> Iterator[Measured]:
    client = Client(served.url)
    for coding in (GZIP, PLAIN):
        yield Measured(f"scrape, {coding}, first", "ms", client.scrape(coding))
        again = statistics.median(client.scrape(coding) for _ in range(_ROUNDS))
        yield Measured(f"scrape, {coding}, nothing changed", "ms", again)
        after = [_after_reports(client, coding, jobs, since + each) for each in range(_ROUNDS)]
        name = f"scrape, {coding}, {_CHANGED} jobs changed"
        yield Measured(name, "ms", statistics.median(after))
        yield _memory(served, f"after scrapes, {coding}")
        since += _ROUNDS


def _after_reports(client: Client, coding: str, jobs: int, began: Millis) -> float:
    """Scrape after reports of jobs from all over the fleet."""
    for number in range(0, jobs, jobs // _CHANGED):
        client.post(bodies.body(FilledRun(FilledJob(number), began, "s")))
    return client.scrape(coding)


def _memory(served: Served, when: str) -> Measured:
    return Measured(f"memory {when}", "MB", served.resident_megabytes())


def _named(path: str) -> str:
    return f"GET {path}" if path.startswith("/api") else f"page {path}"


def table(jobs: Sequence[int], found: Sequence[Sequence[Measured]]) -> Iterator[str]:
    """Yield a Markdown table: a line a measurement, and the power of the jobs that it grows by."""
    sizes = " | ".join(f"{each:,} jobs" for each in jobs)
    yield f"| what | {sizes} | grows as jobs to the |"
    yield f"| --- | {'---: | ' * len(jobs)}---: |"
    for each in zip(*found, strict=True):
        values = " | ".join(f"{written(one.value)} {one.unit}" for one in each)
        yield f"| {each[0].what} | {values} | {_power(jobs, each)} |"


def _power(jobs: Sequence[int], measured: Sequence[Measured]) -> str:
    if len(jobs) < 2:
        return ""
    grown = math.log(measured[-1].value / measured[-2].value)
    return f"{grown / math.log(jobs[-1] / jobs[-2]):.2f}"


def panels(found: Sequence[Sequence[Measured]]) -> list[Panel]:
    """Return what is drawn of the measurements."""
    values = {each[0].what: [one.value for one in each] for each in zip(*found, strict=True)}
    return [
        Panel(title, unit, [Line(name, values[what]) for what, name in names.items()])
        for title, unit, names in _DRAWN
    ]


if __name__ == "__main__":
    sys.exit(main())
