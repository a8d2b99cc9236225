"""Runs in Duplicati's live reports, over time: normal, hung, killed, failing.

Each turn of the clock posts what is due then, live reports and, where the run leaves one, its
report. Nothing here sleeps: the clock is the test's.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from falcon import testing

from exporter.times import MINUTE, SECOND, Millis, format_timestamp
from tests.support.daemon import SENDER, Daemon
from tests.support.reports_builder import duplicati_report

INTERVAL: Millis = 30 * SECOND
"""How often Duplicati posts with its usual `--http-report-status-interval`."""

TOTAL_FILES = 200
TOTAL_BYTES = 4_000_000


class Fate(Enum):
    """What becomes of a run."""

    NORMAL = auto()
    HUNG = auto()
    """It says nothing from its half on, and comes to its end nevertheless."""
    KILLED = auto()
    """It says nothing from its half on, and never again."""
    FAILING = auto()
    """It fails at its end, and its report gets lost."""


def activity(
    *,
    began: Millis,
    at: Millis,
    status: str = "Progress",
    done: float | None = 0.5,
    backup: str = "Documents",
    machine_id: str | None = "m-1",
    server: str | None = "nas",
    operation: str = "Backup",
    phase: str = "Backup_ProcessingFiles",
    error: str | None = None,
) -> bytes:
    """Build the JSON of http-report-status; what is None is left out, as Duplicati does."""
    progress = {
        "phase": phase,
        "progress": done,
        "filesProcessed": None if done is None else int(TOTAL_FILES * done),
        "fileSizeProcessed": None if done is None else int(TOTAL_BYTES * done),
        "fileCount": TOTAL_FILES,
        "fileSize": TOTAL_BYTES,
        "countingFiles": False,
        "currentFilename": "-redacted-",
        "activeTransfers": 1,
    }
    body: dict[str, object] = {
        "operation": operation,
        "status": status,
        "startedUtc": format_timestamp(began),
        "reportedUtc": format_timestamp(at),
        "errorMessage": error,
        "isCompleted": status in ("Completed", "Failed"),
        "progress": _known(progress),
        "recentLogLines": [],
        "metadata": _known(
            {
                "duplicatiVersion": "2.3.1.0",
                "machineId": machine_id,
                "machineName": server,
                "backupId": "DB-2",
                "backupName": backup,
                "destinationType": "s3",
                "operatingSystem": "Linux",
            }
        ),
    }
    return json.dumps(_known(body)).encode()


def _known(values: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in values.items() if value is not None}


@dataclass(frozen=True)
class Run:
    """A run: of which backup, when it starts, how long it takes and how it ends."""

    backup: str
    began: Millis
    length: Millis
    fate: Fate = Fate.NORMAL

    @property
    def ended(self) -> Millis:
        return self.began + self.length

    def posts(self) -> Iterator[tuple[Millis, bytes]]:
        """Yield the live reports, each with its time."""
        last = self.ended if self.fate in (Fate.NORMAL, Fate.FAILING) else self._half
        for at in range(self.began, last, INTERVAL):
            status = "Started" if at == self.began else "Progress"
            done = (at - self.began) / self.length
            yield at, self._activity(at, status, done)
        if self.fate is Fate.FAILING:
            yield self.ended, self._activity(self.ended, "Failed", None, "no route to host")
        elif self.fate is not Fate.KILLED:
            yield self.ended, self._activity(self.ended, "Completed", 1.0)

    @property
    def _half(self) -> Millis:
        return self.began + self.length // 2

    def _activity(
        self, at: Millis, status: str, done: float | None, error: str | None = None
    ) -> bytes:
        return activity(
            began=self.began, at=at, status=status, done=done, backup=self.backup, error=error
        )

    def report(self) -> bytes:
        """Return the report of the run's end."""
        failing = self.fate is Fate.FAILING
        return duplicati_report(
            began=self.began,
            backup=self.backup,
            duration=None if failing else self.length,
            status="Fatal" if failing else "Success",
            exception="no route to host" if failing else None,
        )


class Simulator:
    """Posts the reports of runs, in the order of time, to a daemon whose clock it sets."""

    def __init__(self, daemon: Daemon, *runs: Run) -> None:
        self._daemon = daemon
        self._due = sorted(event for run in runs for event in _events(run))

    def until(self, timestamp: Millis) -> None:
        """Let everything happen up to a time, and the daemon do its background work meanwhile."""
        while self._due and self._due[0][0] <= timestamp:
            at, path, body = self._due.pop(0)
            self._pass_time(at)
            result = post(self._daemon, body, path)
            assert result.status_code in (200, 202), result.text
            self._daemon.live_reports.run_once()
        self._pass_time(timestamp)

    def _pass_time(self, timestamp: Millis) -> None:
        for at in range(self._daemon.clock.now, timestamp, MINUTE):
            self._daemon.clock.now = at
            self._daemon.live_reports.run_once()
        self._daemon.clock.now = timestamp
        self._daemon.live_reports.run_once()


def _events(run: Run) -> Iterator[tuple[Millis, str, bytes]]:
    for at, body in run.posts():
        yield at, "/api/activity", body
    if run.fate in (Fate.NORMAL, Fate.HUNG):
        yield run.ended + SECOND, "/api/upload", run.report()


def post(daemon: Daemon, body: bytes, path: str = "/api/activity") -> testing.Result:
    """Post a body as Duplicati does."""
    return daemon.client.simulate_post(path, body=body, remote_addr=SENDER)


def tell(daemon: Daemon, body: bytes) -> None:
    """Post a live report that is to be taken, and let its job be known."""
    result = post(daemon, body)
    assert result.status_code == 202, result.text
    daemon.live_reports.run_once()
