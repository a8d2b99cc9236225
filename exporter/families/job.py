"""The families of a job."""

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from exporter.families.family import Family, Sample
from exporter.jobs.state import Habit, JobState
from exporter.live import Running
from exporter.model import Counts, Status, StoredRun
from exporter.schedule import Expectation
from exporter.times import SECOND, Millis
from exporter.views import JobView


class JobMoment(Struct, frozen=True):
    """A job at the moment of a scrape."""

    state: JobState
    habit: Habit
    expectation: Expectation | None
    overdue: bool
    labels: tuple[str, str, str]
    running: Running | None = None
    stalled: bool = False

    @classmethod
    def of(cls, view: JobView, now: Millis) -> "JobMoment":
        """Return a job's moment with the values of `JOB_LABELS`."""
        state = view.job.state
        labels = (str(view.server.id), view.server.name, view.job.name)
        return cls(
            state,
            state.habit(),
            view.expectation,
            view.overdue(now),
            labels,
            view.running,
            view.running is not None and view.running.stalled(now),
        )


JOB_LABELS = ("server_id", "server", "backup")


def _seconds(length: float | None) -> float | None:
    return None if length is None else length / SECOND


def _job(
    name: str,
    text: str,
    value: Callable[[JobMoment], float | None],
    kind: Literal["gauge", "counter"] = "gauge",
) -> Family[JobMoment]:
    def samples(job: JobMoment) -> Iterator[Sample]:
        found = value(job)
        if found is not None:
            yield Sample(job.labels, found)

    return Family(f"duplistatus_backup_{name}", text, kind, JOB_LABELS, samples)


def _of_last(name: str, text: str, value: Callable[[StoredRun], float | None]) -> Family[JobMoment]:
    """Describe the last run, whatever became of it."""

    def of_job(job: JobMoment) -> float | None:
        last = job.state.last
        return None if last is None else value(last)

    return _job(name, text, of_job)


def _last_count(name: str, text: str, value: Callable[[Counts], int | None]) -> Family[JobMoment]:
    return _of_last(name, text, lambda last: value(last.run.counts))


def _measured(name: str, text: str, value: Callable[[Counts], int | None]) -> Family[JobMoment]:
    """Describe the whole backup: a run that died counted only a part of it and tells nothing."""

    def of_job(job: JobMoment) -> float | None:
        measured = job.state.measured
        return None if measured is None else value(measured.run.counts)

    return _job(name, text, of_job)


def _expected(name: str, text: str, value: Callable[[Expectation], Millis]) -> Family[JobMoment]:
    def of_job(job: JobMoment) -> float | None:
        expectation = job.expectation
        return None if expectation is None else value(expectation) / SECOND

    return _job(name, text, of_job)


def _runs(job: JobMoment) -> Iterator[Sample]:
    for status, count in zip(Status, job.state.runs, strict=True):
        yield Sample((*job.labels, status.value), count)


def _schedule_source(job: JobMoment) -> Iterator[Sample]:
    if job.expectation is not None:
        yield Sample((*job.labels, job.expectation.source.value), 1)


def _job_info(job: JobMoment) -> Iterator[Sample]:
    last = job.state.last
    if last is not None:
        facts = (last.run.backup_id, last.run.destination_type)
        yield Sample((*job.labels, *(fact or "" for fact in facts)), 1)


def _last_success(job: JobMoment) -> float | None:
    completed = job.state.last_completed
    return None if completed is None else (completed.run.ended or completed.started) / SECOND


def _job_success_rate(job: JobMoment) -> float | None:
    runs = job.state.completed_runs + job.state.failed_runs
    return job.state.completed_runs / runs if runs else None


def _verified(job: JobMoment) -> float | None:
    return _seconds(job.state.verified)


def _verification_status(job: JobMoment) -> float | None:
    found = job.state.tested
    return None if found is None else found.status.code


JOB_FAMILIES: tuple[Family[JobMoment], ...] = (
    Family(
        "duplistatus_backup_runs_total",
        "Backup runs by how they ended.",
        "counter",
        (*JOB_LABELS, "status"),
        _runs,
    ),
    _of_last(
        "last_status_code",
        "How the last run ended: 0 success, 1 warning, 2 error, 3 fatal, 4 unknown.",
        lambda last: last.run.status.code,
    ),
    _of_last(
        "last_start_timestamp_seconds",
        "When the last run started.",
        lambda last: last.started / SECOND,
    ),
    _of_last(
        "last_end_timestamp_seconds",
        "When the last run ended.",
        lambda last: _seconds(last.run.ended),
    ),
    _job("last_success_timestamp_seconds", "When the last completed run ended.", _last_success),
    _of_last(
        "last_duration_seconds",
        "How long the last run took.",
        lambda last: _seconds(last.run.duration),
    ),
    _measured(
        "source_files",
        "Files examined at the source by the last run that did not die.",
        lambda counts: counts.examined_files,
    ),
    _measured(
        "source_bytes",
        "Size of the files examined at the source by the last run that did not die.",
        lambda counts: counts.examined_bytes,
    ),
    _last_count("last_added_files", "Files the last run added.", lambda counts: counts.added_files),
    _last_count(
        "last_modified_files",
        "Files the last run found changed.",
        lambda counts: counts.modified_files,
    ),
    _last_count(
        "last_deleted_files",
        "Files the last run found deleted.",
        lambda counts: counts.deleted_files,
    ),
    _last_count(
        "last_error_files",
        "Files the last run could not read.",
        lambda counts: counts.error_files,
    ),
    _last_count(
        "last_uploaded_bytes",
        "What the last run sent to the destination.",
        lambda counts: counts.uploaded_bytes,
    ),
    _last_count(
        "last_downloaded_bytes",
        "What the last run fetched from the destination.",
        lambda counts: counts.downloaded_bytes,
    ),
    _job(
        "uploaded_bytes_total",
        "What all runs sent to the destination.",
        lambda job: job.state.uploaded_bytes,
        "counter",
    ),
    _measured(
        "storage_bytes",
        "Size of the backup at the destination.",
        lambda counts: counts.stored_bytes,
    ),
    _measured("versions", "Versions kept at the destination.", lambda counts: counts.versions),
    _measured(
        "quota_free_bytes",
        "Space left at the destination; absent where it is unknown.",
        lambda counts: counts.quota_free_bytes,
    ),
    _measured(
        "quota_total_bytes",
        "Space at the destination in all; absent where it is unknown.",
        lambda counts: counts.quota_total_bytes,
    ),
    _last_count("last_warnings", "Warnings of the last run.", lambda counts: counts.warnings),
    _last_count("last_errors", "Errors of the last run.", lambda counts: counts.errors),
    _job(
        "consecutive_failures",
        "Failed runs since the last completed one.",
        lambda job: job.state.consecutive_failures,
    ),
    _job(
        "typical_duration_seconds",
        "Median duration of the twenty completed runs before the last one.",
        lambda job: _seconds(job.habit.duration),
    ),
    _job(
        "typical_source_bytes",
        "Median size at the source of the twenty completed runs before the last one.",
        lambda job: job.habit.examined_bytes,
    ),
    _job(
        "typical_changed_files",
        "Median of files added, modified and deleted in the twenty completed runs before the last.",
        lambda job: job.habit.changed_files,
    ),
    _job(
        "overdue",
        "1 when a run was expected and did not come, else 0.",
        lambda job: job.overdue,
    ),
    _expected(
        "next_expected_timestamp_seconds",
        "When the next run should start.",
        lambda expectation: expectation.start,
    ),
    _expected(
        "deadline_timestamp_seconds",
        "From when on the job is overdue.",
        lambda expectation: expectation.deadline,
    ),
    _expected(
        "expected_interval_seconds",
        "How far runs are expected to lie apart.",
        lambda expectation: expectation.interval,
    ),
    Family(
        "duplistatus_backup_schedule_source_info",
        "Where the expectation comes from: configured, reported, learned or default; always 1.",
        "gauge",
        (*JOB_LABELS, "source"),
        _schedule_source,
    ),
    _job("verified_timestamp_seconds", "When stored files were last tested.", _verified),
    _job(
        "last_verification_status_code",
        "How the last test of stored files ended, coded as last_status_code.",
        _verification_status,
    ),
    _job(
        "job_success_rate",
        "Backup runs of the job that completed among all of its runs, 0 to 1.",
        _job_success_rate,
    ),
    Family(
        "duplistatus_backup_job_info",
        "What is known of a job; always 1.",
        "gauge",
        (*JOB_LABELS, "backup_id", "destination_type"),
        _job_info,
    ),
)
