"""The one job of tests of live reports: its runs, and what the daemon says of it."""

from typing import Any

from exporter.times import MINUTE, Millis
from tests.support.daemon import NOW, Daemon
from tests.support.live import Fate, Run

JOB = '{backup="Documents",server="nas",server_id="1"}'
LENGTH = 40 * MINUTE


def run(fate: Fate = Fate.NORMAL, *, began: Millis = NOW, backup: str = "Documents") -> Run:
    return Run(backup, began, LENGTH, fate)


def series(daemon: Daemon, name: str) -> float | None:
    return daemon.series().get(f"duplistatus_backup_{name}{JOB}")


def the_job(daemon: Daemon) -> Any:  # noqa: ANN401 - JSON may hold anything
    (job,) = daemon.get("/api/jobs")["jobs"]
    return job


def fatal_runs(daemon: Daemon) -> float:
    labels = JOB.replace("}", ',status="fatal"}')
    return daemon.series()[f"duplistatus_backup_runs_total{labels}"]
