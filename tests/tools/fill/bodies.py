"""The reports of a filled fleet, as Duplicati 2.3 posts them."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from exporter.model import Delivery
from exporter.reports import read_report
from exporter.store.rules.prepared_report import PreparedReport
from exporter.times import DAY, Millis, format_timestamp
from tests.tools.bench import reports
from tests.tools.fill.fleet import SIZES, FilledRun, length

_SENDER = "127.0.0.1"
_LINE = "2026-07-14 20:11:07 +02 - [{}-Duplicati.Library.Main.Operation.FileEnumeration]: {}"
_ENDINGS: dict[str, tuple[dict[str, object], tuple[str, ...]]] = {
    "s": ({"ParsedResult": "Success"}, ()),
    "w": (
        {"ParsedResult": "Warning", "WarningsActualLength": 1},
        (_LINE.format("Warning", "Path is not accessible: /home/lost+found"),),
    ),
    "e": (
        {"ParsedResult": "Error", "ErrorsActualLength": 1},
        (_LINE.format("Error", "The remote host closed the connection"),),
    ),
}
"""What a report has by how its run ended: changed data and more lines."""


def body(run: FilledRun) -> bytes:
    """Return a report as it is posted."""
    following = datetime.fromtimestamp((run.began + DAY) // 1000, UTC)
    values = {
        "@BEGIN@": format_timestamp(run.began),
        "@END@": format_timestamp(run.ended),
        "@NEXT@": f"{following:%Y%m%dT%H%M%SZ}",
        "@SERVER@": f"{run.job.server:04}",
        "@NAME@-@JOB@": run.job.name,
        "@JOB@": str(run.job.number),
    }
    filled = template(run.job.size, run.ending)
    for name, value in values.items():
        filled = filled.replace(name, value)
    return filled.encode()


def entry(run: FilledRun) -> PreparedReport:
    """Return what is written of a report that came as soon as its run was over."""
    return PreparedReport.from_report(read_report(body(run)), delivery(run.ended))


def delivery(received: Millis) -> Delivery:
    """Return how a report came."""
    return Delivery(received, _SENDER)


@lru_cache(SIZES * len(_ENDINGS))
def template(size: int, ending: str = "s") -> str:
    """Return the body with `@NAME@` where reports of one size and ending differ."""
    report = json.loads(reports.template())
    changed, lines = _ENDINGS[ending]
    report["Data"] |= {**_counted(size), **changed, "Duration": _written(length(size))}
    _place_in_time(report["Data"])
    report["Extra"]["backup-name"] = "@NAME@-@JOB@"
    report["LogLines"] = [*report["LogLines"], *lines]
    return json.dumps(report, ensure_ascii=False, separators=(",", ":"))


def _counted(size: int) -> dict[str, int]:
    files = 1000 * (size + 1)
    return {
        "ExaminedFiles": files,
        "AddedFiles": files // 100,
        "ModifiedFiles": files // 200,
        "DeletedFiles": size,
        "SizeOfExaminedFiles": 3_000_017 * files,
        "SizeOfAddedFiles": 30_011 * files,
    }


def _place_in_time(data: dict[str, Any]) -> None:
    """Let the steps of a run end with it, and its test find no error."""
    for step in ("CompactResults", "DeleteResults", "TestResults"):
        data[step] |= {"BeginTime": "@BEGIN@", "EndTime": "@END@"}
    for tested in data["TestResults"]["Verifications"]:
        tested["Value"] = []
    data["BackendStatistics"]["LastBackupDate"] = "@BEGIN@"


def _written(milliseconds: Millis) -> str:
    return f"{milliseconds // 3_600_000:02}:{milliseconds // 60_000 % 60:02}:00"
