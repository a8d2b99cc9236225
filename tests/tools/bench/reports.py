"""The reports of the benchmark: one body as Duplicati 2.3 posts it, and its rows."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from exporter.jobs.added import none_after
from exporter.jobs.folding import with_run
from exporter.jobs.state import JobState
from exporter.model import Delivery, Report
from exporter.reports import read_report
from exporter.store.rules.prepared_report import PreparedReport
from exporter.times import DAY, Millis, format_timestamp, from_datetime

JOBS_OF_A_SERVER = 8
SENDER = "127.0.0.1"

STORED_SINCE: Millis = from_datetime(datetime(2015, 1, 1, tzinfo=UTC))
POSTED_SINCE: Millis = from_datetime(datetime(2017, 1, 1, tzinfo=UTC))
"""What is posted starts after all that is stored, a day apart for each job as backups do."""

_PAYLOAD = Path(__file__).parents[2] / "support" / "payloads" / "json-2.3.1.0.json"
_LINES = 18
_LINE = (
    "2026-07-14 20:11:07 +02 - [Information-Duplicati.Library.Main.Controller-StartingOperation]:"
    " Uploading duplicati-b9c8e1f7.dblock.zip.aes, part"
)
_FOLDED = 40
"""No state remembers more daily runs than this."""


class Place(NamedTuple):
    """Whose run a report is of: counted through all jobs, one run a job and day."""

    number: int
    jobs: int
    since: Millis

    @property
    def job(self) -> int:
        """The job's number, from 0."""
        return self.number % self.jobs

    @property
    def server(self) -> int:
        """The server's number, from 0."""
        return self.job // JOBS_OF_A_SERVER

    @property
    def began(self) -> Millis:
        """When the run started: the jobs of a day a millisecond apart."""
        return self.since + self.number // self.jobs * DAY + self.job


@lru_cache
def template() -> str:
    """Return the body with `@NAME@` where reports differ; upload.lua fills it in."""
    report = json.loads(_PAYLOAD.read_text(encoding="utf-8"))
    report["Data"] |= {"BeginTime": "@BEGIN@", "EndTime": "@END@"}
    report["Extra"] |= {
        "machine-id": "e1f04b7d2a684c5f9d3b8e6a0c7f@SERVER@",
        "machine-name": "machine-@SERVER@",
        "backup-name": "backup-@JOB@",
        "backup-id": "DB-@JOB@",
        "next-scheduled-run": "@NEXT@",
    }
    report["LogLines"] = [f"{_LINE} {line}" for line in range(_LINES)]
    return json.dumps(report, ensure_ascii=False, separators=(",", ":"))


def body(place: Place) -> bytes:
    """Return a report as it is posted."""
    ended = format_timestamp(place.began + 1)
    following = datetime.fromtimestamp((place.began + DAY) // 1000, UTC)
    values = {
        "@BEGIN@": format_timestamp(place.began),
        "@END@": ended,
        "@NEXT@": f"{following:%Y%m%dT%H%M%SZ}",
        "@SERVER@": f"{place.server:04}",
        "@JOB@": str(place.job),
    }
    filled = template()
    for name, value in values.items():
        filled = filled.replace(name, value)
    return filled.encode()


def report(place: Place) -> Report:
    """Return a report as the daemon understands it."""
    return read_report(body(place))


def later(known: Report, place: Place) -> Report:
    """Return the same report of another run, without reading a body again."""
    began = place.began
    run = replace(known.run, began=began, ended=began + 1, next_scheduled=began + DAY)
    return replace(known, run=run)


def delivery(place: Place) -> Delivery:
    """Return how the report came: as soon as its run was over."""
    return Delivery(place.began + 1, SENDER)


def entry(known: PreparedReport, place: Place) -> PreparedReport:
    """Return what is written of the report of another run."""
    return replace(known, report=later(known.report, place), delivery=delivery(place))


def state(known: PreparedReport, newest: Place, runs: int) -> JobState:
    """Return the kept state of a job that has run every day, so often in all."""
    folded = JobState()
    for ago in reversed(range(min(runs, _FOLDED))):
        place = newest._replace(number=newest.number - ago * newest.jobs)
        stored = entry(known, place).stored(place.number + 1)
        folded = with_run(folded, stored, none_after)
    uploaded = known.report.run.counts.uploaded_bytes or 0
    return replace(folded, runs=(runs, 0, 0, 0, 0, 0), uploaded_bytes=uploaded * runs)


def places(count: int, jobs: int, since: Millis) -> Iterator[Place]:
    """Yield the places of so many runs, in the order of their starts."""
    return (Place(number, jobs, since) for number in range(count))
