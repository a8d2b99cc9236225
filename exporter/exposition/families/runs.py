"""The families of a job's runs: how they ended, what the last one did, what is usual."""

from collections.abc import Callable, Iterator

from exporter.exposition.families.family import Family, Sample
from exporter.exposition.families.snapshot import (
    JOB_LABELS,
    JobSnapshot,
    last_count,
    of_job,
    of_last,
    seconds,
)
from exporter.jobs.history import MeasuredRun
from exporter.model import Status, believed
from exporter.times import SECOND


def _last_complete_count(
    name: str, text: str, value: Callable[[MeasuredRun], int | None]
) -> Family[JobSnapshot]:
    """Return a family of the whole source: runs that were cut short counted only a part of it."""

    def of_it(job: JobSnapshot) -> float | None:
        measured = job.state.last_complete
        return None if measured is None else value(measured)

    return of_job(name, text, of_it)


def _runs(job: JobSnapshot) -> Iterator[Sample]:
    for status, count in zip(Status, job.state.runs, strict=True):
        yield Sample((*job.labels, status.value), count)


def _last_success(job: JobSnapshot) -> float | None:
    completed = job.state.last_completed
    return None if completed is None else completed.over / SECOND


def _success_rate(job: JobSnapshot) -> float | None:
    runs = job.state.completed_runs + job.state.failed_runs
    return job.state.completed_runs / runs if runs else None


OUTCOME_FAMILIES: tuple[Family[JobSnapshot], ...] = (
    Family(
        "duplistatus_backup_runs_total",
        "Backup runs by how they ended.",
        "counter",
        (*JOB_LABELS, "status"),
        _runs,
    ),
    of_last(
        "last_status_code",
        "How the last run ended: 0 success, 1 warning, 2 error, 3 fatal, 4 unknown, 5 interrupted.",
        lambda last: last.run.status.code,
    ),
    of_job(
        "first_start_timestamp_seconds",
        "Time at which the first run started.",
        lambda job: seconds(job.state.first_start),
    ),
    of_last(
        "last_start_timestamp_seconds",
        "Time at which the last run started.",
        lambda last: last.started / SECOND,
    ),
    of_last(
        "last_end_timestamp_seconds",
        "Time at which the last run ended.",
        lambda last: seconds(believed.ended(last)),
    ),
    of_job(
        "last_success_timestamp_seconds",
        "Time at which the last completed run ended.",
        _last_success,
    ),
    of_last(
        "last_duration_seconds",
        "Duration of the last run.",
        lambda last: seconds(believed.known_length(last)),
    ),
    of_job(
        "consecutive_failures",
        "Failed runs since the last completed one; at least 1 while the job is failing.",
        lambda job: max(job.state.consecutive_failures, int(job.failing)),
    ),
    of_job(
        "interrupted_runs",
        "Runs interrupted in a row since the last one that completed or failed.",
        lambda job: job.state.interrupted_runs,
    ),
    of_job(
        "job_success_rate",
        "Backup runs of the job that completed among those that completed or failed, 0 to 1.",
        _success_rate,
    ),
)

COUNT_FAMILIES: tuple[Family[JobSnapshot], ...] = (
    _last_complete_count(
        "source_files",
        "Files examined at the source by the last run that finished.",
        lambda counts: counts.examined_files,
    ),
    _last_complete_count(
        "source_bytes",
        "Size of the files examined at the source by the last run that finished.",
        lambda counts: counts.examined_bytes,
    ),
    last_count("last_added_files", "Files the last run added.", lambda counts: counts.added_files),
    last_count(
        "last_modified_files",
        "Files the last run found changed.",
        lambda counts: counts.modified_files,
    ),
    last_count(
        "last_deleted_files",
        "Files the last run found deleted.",
        lambda counts: counts.deleted_files,
    ),
    last_count(
        "last_error_files",
        "Files the last run could not read.",
        lambda counts: counts.error_files,
    ),
    of_last(
        "last_uploaded_bytes",
        "Bytes uploaded by the last run.",
        believed.uploaded,
    ),
    last_count(
        "last_downloaded_bytes",
        "Bytes downloaded by the last run.",
        lambda counts: counts.downloaded_bytes,
    ),
    of_job(
        "uploaded_bytes_total",
        "Bytes uploaded by all runs.",
        lambda job: job.state.uploaded_bytes,
        "counter",
    ),
    last_count("last_warnings", "Warnings of the last run.", lambda counts: counts.warnings),
    last_count("last_errors", "Errors of the last run.", lambda counts: counts.errors),
    last_count(
        "last_retry_attempts",
        "Retries of the last run at the destination.",
        lambda counts: counts.retry_attempts,
    ),
    of_job(
        "typical_duration_seconds",
        "Median duration of the twenty completed runs before the last one.",
        lambda job: seconds(job.baseline.duration),
    ),
    of_job(
        "typical_source_bytes",
        "Median size at the source of the twenty completed runs before the last one.",
        lambda job: job.baseline.examined_bytes,
    ),
    of_job(
        "typical_changed_files",
        "Median of files added, modified and deleted in the twenty completed runs before the last.",
        lambda job: job.baseline.changed_files,
    ),
)
