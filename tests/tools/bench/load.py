"""The load generator: wrk, which takes about a tenth of a core while a server takes all of one."""

import copy
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from exporter.times import SECOND, Millis
from tests.tools.bench import reports
from tests.tools.bench.reports import JOBS_OF_A_SERVER, POSTED_SINCE

MISSING = "wrk is missing, which makes the load: apt-get install wrk"

_SCRIPT = Path(__file__).with_name("upload.lua")
_RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")
_P99 = re.compile(r"99%\s+([0-9.]+)(us|ms|s)")
_FAULTS = re.compile(r"Non-2xx or 3xx responses: .*|Socket errors: .*")
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class Posting(NamedTuple):
    """What is posted: a body with placeholders, since when runs began, and the jobs' names."""

    template: str
    since: Millis
    names: Sequence[str]


class Answered(NamedTuple):
    """Requests answered a second, and the milliseconds that one of a hundred took longer than."""

    per_second: float
    p99: float


class Load:
    """Makes requests of a server for a while."""

    def __init__(self, folder: Path, seconds: int) -> None:
        """Write what is posted into a folder.

        Raises:
            RuntimeError: wrk is not installed.
        """
        found = shutil.which("wrk")
        if found is None:
            raise RuntimeError(MISSING)
        self._wrk = found
        self.seconds = seconds
        self._template = folder / "template.json"

    def of_seconds(self, seconds: int) -> "Load":
        """Return the same load for another while."""
        other = copy.copy(self)
        other.seconds = seconds
        return other

    def get(self, url: str, connections: int) -> Answered:
        """Get an address."""
        return self._run([url], connections, {})

    def upload(
        self, url: str, jobs: int, connections: int, later: int = 0, posting: Posting | None = None
    ) -> Answered:
        """Post reports, each of another run; of another load's where they start seconds later."""
        posted = posting or Posting(reports.template(), POSTED_SINCE, ("backup",))
        self._template.write_text(posted.template, encoding="utf-8")
        variables = {
            "BENCH_TEMPLATE": str(self._template),
            "BENCH_JOBS": str(jobs),
            "BENCH_JOBS_OF_A_SERVER": str(JOBS_OF_A_SERVER),
            "BENCH_SINCE": str(posted.since // SECOND + later),
            "BENCH_NAMES": ",".join(posted.names),
        }
        return self._run(["--script", str(_SCRIPT), url], connections, variables)

    def _run(self, asked: list[str], connections: int, variables: dict[str, str]) -> Answered:
        command = [self._wrk, "-t1", f"-c{connections}", f"-d{self.seconds}s", "--latency", *asked]
        done = subprocess.run(
            command, env=os.environ | variables, capture_output=True, text=True, check=True
        )
        failure, rate, p99 = (each.search(done.stdout) for each in (_FAULTS, _RATE, _P99))
        if failure or rate is None or p99 is None:
            message = f"the load went wrong: {failure[0] if failure else done.stdout}"
            raise RuntimeError(message)
        return Answered(float(rate[1]), float(p99[1]) * _MILLISECONDS[p99[2]])
