"""The samples of the families of one job, and of a run that counts everything."""

from collections.abc import Sequence
from typing import Any

from exporter.exposition.families import (
    JOB_FAMILIES,
    Family,
    JobSnapshot,
    Sample,
)
from exporter.fleet import Fleet
from exporter.model import (
    Counts,
    StoredRun,
)
from exporter.schedule.policy import SchedulePolicy
from exporter.times import Millis
from tests.support.daemon import CREATED
from tests.support.strategies.state import (
    START,
    change_of,
    job_named,
    server_named,
)

JOB = ("1", "nas", "Photos")

COUNTED = Counts(
    examined_files=1250,
    examined_bytes=2048,
    added_files=3,
    modified_files=4,
    deleted_files=5,
    error_files=6,
    uploaded_bytes=700,
    downloaded_bytes=80,
    stored_bytes=9000,
    versions=10,
    quota_free_bytes=11,
    quota_total_bytes=12,
    warnings=13,
    errors=14,
    retry_attempts=15,
)


def samples_of(
    runs: Sequence[StoredRun], *, now: Millis = START, backup: str = "Photos"
) -> dict[str, list[Sample]]:
    fleet = Fleet(SchedulePolicy(), CREATED)
    fleet.apply(change_of(server_named("nas"), job_named(backup, runs)))
    snapshot = JobSnapshot.from_view(fleet.jobs()[0], now)
    return {short(family): list(family.samples(snapshot)) for family in JOB_FAMILIES}


def short(family: Family[Any]) -> str:
    return family.name.removeprefix("duplistatus_backup_")


def values_of(runs: Sequence[StoredRun], *, now: Millis = START) -> dict[str, float]:
    """Return the values of the families that give one sample with a job's labels."""
    samples = samples_of(runs, now=now)
    return {
        name: each[0].value for name, each in samples.items() if [s.labels for s in each] == [JOB]
    }
