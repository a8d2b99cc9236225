"""Live reports as Duplicati 2.3.1 posts them: the JSON of its http-report-status module."""

import json
from collections.abc import Iterator

from exporter.demo.life import Run
from exporter.times import Millis, format_timestamp

_VERSION = "2.3.1.0"
_HALF = 0.5
"""The progress of a run that vanishes."""

_Json = dict[str, object]


def live_reports(run: Run, every: Millis) -> Iterator[tuple[Millis, bytes]]:
    """Yield live reports of a run's start, at multiples of `every`, and of its end."""
    yield run.began, _body(run, run.began, "Started")
    last = run.began + int(run.duration * _HALF) if run.work.vanished else run.ended
    for at in range(run.began - run.began % every + every, last, every):
        yield at, _body(run, at, "Progress")
    if not run.work.vanished:
        yield run.ended, _body(run, run.ended, _last(run))


def _last(run: Run) -> str:
    return "Completed" if run.work.exception is None else "Failed"


def _body(run: Run, at: Millis, status: str) -> bytes:
    body: _Json = {
        "operation": run.job.kind.operation,
        "status": status,
        "startedUtc": format_timestamp(run.began),
        "reportedUtc": format_timestamp(at),
        "isCompleted": status not in ("Started", "Progress"),
        "progress": _progress(run, at),
        "metadata": _metadata(run),
    }
    if status == "Failed":
        body["errorMessage"] = run.work.exception
    return json.dumps(body, separators=(",", ":")).encode()


def _progress(run: Run, at: Millis) -> _Json:
    done = min((at - run.began) / run.duration, 1.0) * run.reached
    return {
        "phase": "Backup_ProcessingFiles" if done else "Backup_Begin",
        "progress": round(done, 3),
        "filesProcessed": int(run.work.files * done),
        "fileSizeProcessed": int(run.work.size * done),
        "fileCount": run.work.files,
        "fileSize": run.work.size,
        "countingFiles": False,
        "activeTransfers": 1 if done else 0,
    }


def _metadata(run: Run) -> _Json:
    job, server = run.job, run.job.server
    return {
        "duplicatiVersion": _VERSION,
        "machineId": server.machine_id,
        "machineName": server.name,
        "backupId": job.backup_id,
        "backupName": job.name,
        "destinationType": job.destination.type,
        "destinationHostSuffix": job.destination.host,
        "installationType": server.installation,
        "operatingSystem": server.os,
        "operatingSystemDetailed": server.os_detailed,
    }
