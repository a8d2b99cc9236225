"""The families of what is expected of a job."""

from collections.abc import Callable, Iterator

from exporter.exposition.families.family import Family, Sample
from exporter.exposition.families.snapshot import JOB_LABELS, JobSnapshot, of_job
from exporter.schedule import Expectation
from exporter.times import SECOND, Millis


def _expected(name: str, text: str, value: Callable[[Expectation], Millis]) -> Family[JobSnapshot]:
    def of_it(job: JobSnapshot) -> float | None:
        expectation = job.expectation
        return None if expectation is None else value(expectation) / SECOND

    return of_job(name, text, of_it)


def _schedule_source(job: JobSnapshot) -> Iterator[Sample]:
    if job.expectation is not None:
        yield Sample((*job.labels, job.expectation.source.value), 1)


EXPECTED_FAMILIES: tuple[Family[JobSnapshot], ...] = (
    of_job(
        "overdue",
        "1 if an expected run is missing, else 0.",
        lambda job: job.overdue,
    ),
    _expected(
        "next_expected_timestamp_seconds",
        "Time at which the next run should start.",
        lambda expectation: expectation.start,
    ),
    _expected(
        "deadline_timestamp_seconds",
        "Time at which the job becomes overdue.",
        lambda expectation: expectation.deadline,
    ),
    _expected(
        "expected_interval_seconds",
        "Expected interval between runs.",
        lambda expectation: expectation.interval,
    ),
    Family(
        "duplistatus_backup_schedule_source_info",
        "Where the expectation comes from: configured, reported, learned or default; always 1.",
        "gauge",
        (*JOB_LABELS, "source"),
        _schedule_source,
    ),
)
