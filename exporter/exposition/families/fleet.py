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
    "Jobs of which a run is going on, by its live reports.",
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
        "Jobs of which a run was expected and did not come.",
        lambda totals: totals.overdue,
    ),
    _fleet(
        "failing_backups",
        "Jobs whose newest run that completed or failed, failed.",
        lambda totals: totals.failing,
    ),
    RUNNING_BACKUPS,
    _fleet("servers", "Servers that have sent a report.", lambda totals: totals.servers),
    _fleet("backup_jobs", "Jobs that have made a backup or begun one.", lambda totals: totals.jobs),
    _fleet(
        "last_report_timestamp_seconds",
        "When the newest report arrived; before any, when the database was made.",
        lambda totals: totals.last_report / SECOND,
    ),
)
