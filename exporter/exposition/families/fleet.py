"""The families of the whole fleet."""

import math
from collections.abc import Callable, Iterator

from exporter.exposition.families.family import Family, Sample
from exporter.fleet.views import Totals
from exporter.times import SECOND


def _fleet(name: str, text: str, value: Callable[[Totals], float | None]) -> Family[Totals]:
    def samples(totals: Totals) -> Iterator[Sample]:
        found = value(totals)
        if found is not None:
            yield Sample((), found)

    return Family(f"duplistatus_{name}", text, "gauge", (), samples)


def _success_rate(totals: Totals) -> float:
    runs = totals.completed + totals.failed
    return totals.completed / runs if runs else math.nan


RUNNING_BACKUPS = _fleet(
    "running_backups",
    "Number of jobs with a run in progress.",
    lambda totals: totals.running,
)

FLEET_FAMILIES: tuple[Family[Totals], ...] = (
    _fleet(
        "backup_success_rate",
        "Backup runs that completed among those that completed or failed, 0 to 1.",
        _success_rate,
    ),
    _fleet(
        "overdue_backups",
        "Number of overdue jobs.",
        lambda totals: totals.overdue,
    ),
    _fleet(
        "failing_backups",
        "Number of jobs whose newest run that completed or failed, failed.",
        lambda totals: totals.failing,
    ),
    RUNNING_BACKUPS,
    _fleet("servers", "Number of servers that have sent a report.", lambda totals: totals.servers),
    _fleet(
        "backup_jobs",
        "Number of jobs that have made or started a backup.",
        lambda totals: totals.jobs,
    ),
    _fleet(
        "last_report_timestamp_seconds",
        "Time at which the newest report arrived; before any, at which the database was created.",
        lambda totals: totals.last_report / SECOND,
    ),
    _fleet(
        "listening_since_timestamp_seconds",
        "Time since which reports can have been received without a pause.",
        lambda totals: totals.listening_since / SECOND if totals.listening_since else None,
    ),
)
