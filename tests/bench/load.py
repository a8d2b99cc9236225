"""The load generator: wrk, which takes about a tenth of a core while a server takes all of one."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from exporter.times import SECOND
from tests.bench import reports
from tests.bench.reports import JOBS_OF_A_SERVER, POSTED_SINCE

MISSING = "wrk is missing, which makes the load: apt-get install wrk"

_SCRIPT = Path(__file__).with_name("upload.lua")
_RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")
_FAULTS = re.compile(r"Non-2xx or 3xx responses: .*|Socket errors: .*")


class Load:
    """Makes requests of a server for a while and tells how many it answered a second."""

    def __init__(self, folder: Path, seconds: int) -> None:
        """Write the body's template into a folder.

        Raises:
            RuntimeError: wrk is not installed.
        """
        found = shutil.which("wrk")
        if found is None:
            raise RuntimeError(MISSING)
        self._wrk = found
        self._seconds = seconds
        self._template = folder / "template.json"
        self._template.write_text(reports.template(), encoding="utf-8")

    def get(self, url: str, connections: int) -> float:
        """Return how many GETs of an address are answered a second."""
        return self._run([url], connections, {})

    def upload(self, url: str, jobs: int, connections: int) -> float:
        """Return how many reports, each of another run, are taken a second."""
        variables = {
            "BENCH_TEMPLATE": str(self._template),
            "BENCH_JOBS": str(jobs),
            "BENCH_JOBS_OF_A_SERVER": str(JOBS_OF_A_SERVER),
            "BENCH_SINCE": str(POSTED_SINCE // SECOND),
        }
        return self._run(["--script", str(_SCRIPT), url], connections, variables)

    def _run(self, arguments: list[str], connections: int, variables: dict[str, str]) -> float:
        command = [self._wrk, "-t1", f"-c{connections}", f"-d{self._seconds}s", *arguments]
        done = subprocess.run(
            command, env=os.environ | variables, capture_output=True, text=True, check=True
        )
        fault, rate = _FAULTS.search(done.stdout), _RATE.search(done.stdout)
        if fault or rate is None:
            message = f"the load went wrong: {fault[0] if fault else done.stdout}"
            raise RuntimeError(message)
        return float(rate[1])
