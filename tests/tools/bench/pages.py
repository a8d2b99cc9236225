"""Measure the pages of another commit against this one: `python -m tests.tools.bench.pages PATH`.

The path is a checkout of the other commit. Each fills a database of its own with the same runs, of
a fleet in which no job is overdue and of one in which all are; every job failed its verification.
Both daemons are asked in turn, one request at a time, so that a round compares what one machine did
in the same seconds. What the other commit does not have is left out.
"""

import argparse
import http.client
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from exporter.times import DAY, HOUR, Millis
from tests.tools.bench import processes
from tests.tools.bench.figures import Figure, table
from tests.tools.bench.filling import Size
from tests.tools.bench.reports import STORED_SINCE

_HERE = Path(__file__).parents[3]
_SIZE = Size(300_000, 10_000)
_OK = 200
_PATHS = (
    "/",
    "/?page=2",
    "/?q=backup-77",
    "/?status=overdue",
    "/servers",
    "/servers/1",
    "/jobs/1",
    "/api/summary",
    "/api/status",
    "/api/badge.svg",
)
_FILL = """
import sys
from pathlib import Path
from tests.tools.bench import filling
filling.STORED_SINCE = int(sys.argv[2])
filling.fill(Path(sys.argv[1]), filling.Size(int(sys.argv[3]), int(sys.argv[4])))
"""


class _Fleet(NamedTuple):
    """A fleet: what is said of it, and when its first run began."""

    what: str
    since: Millis


class _Reader:
    """Asks a daemon as a browser does, one thing after the other."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc)

    def status(self, path: str) -> int:
        """Return how a path is answered."""
        return self._ask(path).status

    def took(self, path: str) -> float:
        """Return how many milliseconds an answer takes, to its last byte."""
        began = time.perf_counter()
        self._ask(path)
        return (time.perf_counter() - began) * 1000

    def _ask(self, path: str) -> http.client.HTTPResponse:
        self._connection.request("GET", path, headers={"Accept": "text/html, */*;q=0.1"})
        answer = self._connection.getresponse()
        answer.read()
        return answer


def main() -> int:
    """Measure in rounds, print the table: ours is this commit, the floor the other one."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.bench.pages", description=__doc__)
    parser.add_argument("checkout", type=Path, help="folder of the other commit")
    parser.add_argument("--asked", type=int, default=10, help="requests for each path in a round")
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured")
    chosen = parser.parse_args()
    now = time.time_ns() // 1_000_000
    days = _SIZE.runs // _SIZE.jobs
    fleets = (_Fleet("none overdue", now - days * DAY + HOUR), _Fleet("all overdue", STORED_SINCE))
    codes = (_HERE, chosen.checkout.resolve())
    with tempfile.TemporaryDirectory(prefix="duplistatus-bench-") as name:
        figures = [
            figure
            for number, fleet in enumerate(fleets)
            for figure in _of(fleet, Path(name) / str(number), codes, chosen)
        ]
    sys.stdout.write("\n".join(table(figures)) + "\n")
    return 0


def _of(
    fleet: _Fleet, folder: Path, codes: Sequence[Path], chosen: argparse.Namespace
) -> Iterator[Figure]:
    with ExitStack() as running:
        readers = [
            _Reader(running.enter_context(processes.daemon(database, code)).url)
            for code, database in zip(codes, _filled(fleet, folder, codes), strict=True)
        ]
        known = [path for path in _PATHS if all(each.status(path) == _OK for each in readers)]
        for _ in range(chosen.rounds):
            for path in known:
                ours, theirs = _medians(readers, path, chosen.asked)
                what = f"{path}, {fleet.what}"
                yield Figure(what, "the other commit", "≤ 1.1", "ms", ours, theirs)


def _filled(fleet: _Fleet, folder: Path, codes: Sequence[Path]) -> Iterator[Path]:
    """Let each commit make a database of its own."""
    for number, code in enumerate(codes):
        database = folder / str(number) / "reports.sqlite"
        database.parent.mkdir(parents=True)
        values = (str(database), *map(str, (fleet.since, *_SIZE)))
        command = [sys.executable, "-c", _FILL, *values]
        subprocess.run(command, cwd=code, env={"PYTHONPATH": str(code)}, check=True)
        yield database


def _medians(readers: Sequence[_Reader], path: str, asked: int) -> list[float]:
    took: list[list[float]] = [[] for _ in readers]
    for _ in range(asked):
        for times, reader in zip(took, readers, strict=True):
            times.append(reader.took(path))
    return [statistics.median(times) for times in took]


if __name__ == "__main__":
    sys.exit(main())
