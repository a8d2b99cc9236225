"""The ninety days of the fleet, read as the daemon reads them."""

import functools
from collections import defaultdict
from itertools import takewhile

from exporter.demo import Arrival, arrivals
from exporter.model import COUNTED, Report, Run
from exporter.reports import read_report
from exporter.times import DAY, Millis, parse_timestamp

PRESENT = parse_timestamp("2026-10-22T10:00:00Z")

Runs = dict[tuple[str, str], list[Run]]


@functools.cache
def up_to(present: Millis) -> tuple[Arrival, ...]:
    """Return what arrived until a time."""
    return tuple(takewhile(lambda arrival: arrival.at <= present, arrivals(present)))


@functools.cache
def reports(present: Millis = PRESENT) -> tuple[Report, ...]:
    """Return every report, those that came twice too."""
    return tuple(read_report(arrival.body) for arrival in up_to(present))


def runs(present: Millis = PRESENT) -> Runs:
    """Return the runs of each job that count by its server and name, the oldest first."""
    found: Runs = defaultdict(list)
    for report in reports(present):
        if report.run.operation not in COUNTED:
            continue
        job = found[report.machine.name or "", report.backup]
        if not job or job[-1] != report.run:
            job.append(report.run)
    return found


def days_ago(run: Run) -> float:
    """Return how many days before the present a run began."""
    assert run.began is not None
    return (PRESENT - run.began) / DAY
