"""The families of a job's second copies: the synchronizations with other destinations."""

from collections.abc import Callable, Iterator

from exporter.exposition.families.family import Family, Sample
from exporter.exposition.families.snapshot import JOB_LABELS, JobSnapshot, of_job
from exporter.jobs.copies import KnownCopy
from exporter.times import SECOND


def _of_copy(
    name: str, text: str, value: Callable[[KnownCopy], float | None]
) -> Family[JobSnapshot]:
    def samples(job: JobSnapshot) -> Iterator[Sample]:
        for known in job.state.copies.known:
            found = value(known)
            if found is not None:
                yield Sample((*job.labels, known.copy.destination), found)

    labels = (*JOB_LABELS, "destination")
    return Family(f"duplistatus_backup_second_copy_{name}", text, "gauge", labels, samples)


def _usual_pauses(job: JobSnapshot) -> Iterator[Sample]:
    """Yield the pause to each destination; a backup that is gone makes no more copies."""
    for known in job.state.copies.known if job.state.gone is None else ():
        if known.usual_pause is not None:
            yield Sample((*job.labels, known.copy.destination), known.usual_pause / SECOND)


COPY_FAMILIES: tuple[Family[JobSnapshot], ...] = (
    _of_copy(
        "timestamp_seconds",
        "Time at which the last copy to a second destination ended.",
        lambda known: known.copy.at / SECOND,
    ),
    _of_copy(
        "status_code",
        "How the last copy to a second destination ended, coded as last_status_code.",
        lambda known: known.copy.status.code,
    ),
    _of_copy(
        "copied_bytes",
        "Bytes that the last copy sent to a second destination.",
        lambda known: known.copy.copied_bytes,
    ),
    _of_copy(
        "failed_verifications",
        "Files that failed the verification by the last copy to a second destination.",
        lambda known: known.copy.failed_verifications,
    ),
    Family(
        "duplistatus_backup_second_copy_usual_pause_seconds",
        "Median interval between the last copies to a second destination.",
        "gauge",
        (*JOB_LABELS, "destination"),
        _usual_pauses,
    ),
    of_job(
        "second_copy_missed",
        "Runs in a row after which a second copy failed, was skipped or was not reported.",
        lambda job: job.state.copies.missed,
    ),
)
