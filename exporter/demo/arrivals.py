"""The reports of the whole fleet, in the order in which they arrive."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from random import Random
from typing import NamedTuple

from exporter.demo.activity import live_reports
from exporter.demo.fleet import JOBS
from exporter.demo.job import Job
from exporter.demo.life import runs
from exporter.demo.report import RESTORE_TAKES, report, restore_report
from exporter.times import DAY, SECOND, Millis

DAYS = 90
"""How long before its present the fleet starts."""

_MISSED_ANSWERS = 0.01
"""The share of reports that arrive twice: Duplicati sends again what was not answered."""

_RETRY_AFTER = 2 * SECOND


class Arrival(NamedTuple):
    """A report and the time when it arrives."""

    at: Millis
    body: bytes


def live_arrivals(
    present: Millis, since: Millis, every: Millis, jobs: Iterable[Job] = JOBS
) -> Iterator[Arrival]:
    """Yield the live reports from a time on, those of a run at multiples of `every`."""
    return heapq.merge(*(_live_of(job, present, since, every) for job in jobs))


def _live_of(job: Job, present: Millis, since: Millis, every: Millis) -> Iterator[Arrival]:
    for run in runs(job, present - DAYS * DAY, present):
        if run.ended >= since:
            reports = (Arrival(at, body) for at, body in live_reports(run, every))
            yield from (arrival for arrival in reports if arrival.at >= since)


def arrivals(present: Millis, jobs: Sequence[Job] = JOBS) -> Iterator[Arrival]:
    """Yield the reports of the ninety days before the present, and then those of its future."""
    start = present - DAYS * DAY
    backups = (_arrivals_of(job, start, present) for job in jobs)
    return heapq.merge(*backups, *(_restores_of(job, present) for job in jobs))


def _restores_of(job: Job, present: Millis) -> Iterator[Arrival]:
    for ago in job.restored:
        began = present - int(ago * DAY)
        yield Arrival(began + RESTORE_TAKES + SECOND, restore_report(job, began))


def _arrivals_of(job: Job, start: Millis, present: Millis) -> Iterator[Arrival]:
    random = Random(job.name)  # noqa: S311 - a simulation
    for run in runs(job, start, present):
        if run.work.vanished:
            continue
        body = report(run)
        yield Arrival(run.ended + SECOND, body)
        if random.random() < _MISSED_ANSWERS:
            yield Arrival(run.ended + SECOND + _RETRY_AFTER, body)
