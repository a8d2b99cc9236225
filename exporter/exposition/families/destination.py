"""The families of a job's destination: what is stored, its verification, the space left."""

from collections.abc import Callable

from exporter.exposition.families.family import Family
from exporter.exposition.families.snapshot import JobSnapshot, of_job, seconds
from exporter.jobs.destination import Quota, Stored


def _stored(name: str, text: str, value: Callable[[Stored], int | None]) -> Family[JobSnapshot]:
    def of_it(job: JobSnapshot) -> float | None:
        stored = job.state.destination.stored
        return None if stored is None else value(stored)

    return of_job(name, text, of_it)


def _quota(name: str, text: str, value: Callable[[Quota], int | None]) -> Family[JobSnapshot]:
    def of_it(job: JobSnapshot) -> float | None:
        quota = job.state.destination.quota
        return None if quota is None else value(quota)

    return of_job(name, text, of_it)


def _newest_version(job: JobSnapshot) -> float | None:
    version = job.state.destination.newest_version
    return None if version is None else seconds(version.timestamp)


def _verification_status(job: JobSnapshot) -> float | None:
    found = job.state.tested
    return None if found is None else found.status.code


DESTINATION_FAMILIES: tuple[Family[JobSnapshot], ...] = (
    _stored(
        "storage_bytes",
        "Size of the backup at the destination, from the last run that reported it.",
        lambda stored: stored.stored_bytes,
    ),
    _stored(
        "versions",
        "Versions at the destination, from the last run that reported them.",
        lambda stored: stored.versions,
    ),
    of_job(
        "newest_version_timestamp_seconds",
        "Time of the newest version that can be restored, also a partial one.",
        _newest_version,
    ),
    _quota(
        "quota_free_bytes",
        "Free space at the destination; absent if unknown.",
        lambda quota: quota.free_bytes,
    ),
    _quota(
        "quota_total_bytes",
        "Total space at the destination; absent if unknown.",
        lambda quota: quota.total_bytes,
    ),
    of_job(
        "destination_full_timestamp_seconds",
        "Time at which no space is left at the destination if its trend goes on.",
        lambda job: seconds(job.state.destination.full_at),
    ),
    of_job(
        "verified_timestamp_seconds",
        "Time at which the last verification of stored files without errors ended.",
        lambda job: seconds(job.state.verified),
    ),
    of_job(
        "last_verification_status_code",
        "How the last verification of stored files ended, coded as last_status_code.",
        _verification_status,
    ),
    of_job(
        "last_restore_timestamp_seconds",
        "Time at which the last successful restore ended.",
        lambda job: seconds(job.state.restored),
    ),
    of_job(
        "last_compact_timestamp_seconds",
        "Time at which the last successful compact ended.",
        lambda job: seconds(job.state.compacted),
    ),
)
