"""The families that few jobs have: of a run in progress, of one without a report, of one gone."""

from collections.abc import Callable, Iterator

from exporter.exposition.families.family import Family, Sample
from exporter.exposition.families.snapshot import JOB_LABELS, JobSnapshot, of_job, seconds
from exporter.model.live import LiveRun
from exporter.times import SECOND


def _of_run(name: str, text: str, value: Callable[[LiveRun], float | None]) -> Family[JobSnapshot]:
    def of_it(job: JobSnapshot) -> float | None:
        return None if job.running is None else value(job.running.run)

    return of_job(name, text, of_it)


def _phase(job: JobSnapshot) -> Iterator[Sample]:
    if job.running is not None:
        yield Sample((*job.labels, job.running.run.activity.progress.phase or ""), 1)


RUNNING_FAMILIES: tuple[Family[JobSnapshot], ...] = (
    _of_run("running", "1 while a run is in progress.", lambda _: 1),
    _of_run(
        "running_start_timestamp_seconds",
        "Time at which the run in progress started.",
        lambda run: run.since / SECOND,
    ),
    _of_run(
        "progress_ratio",
        "Part of the run in progress that is done, 0 to 1.",
        lambda run: run.activity.progress.ratio,
    ),
    _of_run(
        "running_files",
        "Files processed by the run in progress.",
        lambda run: run.activity.progress.files,
    ),
    _of_run(
        "running_bytes",
        "Size of the files processed by the run in progress.",
        lambda run: run.activity.progress.bytes,
    ),
    _of_run(
        "last_activity_timestamp_seconds",
        "Time of the last live report.",
        lambda run: run.heard / SECOND,
    ),
    of_job(
        "stalled",
        "1 if the run in progress sends no more live reports, else 0.",
        lambda job: None if job.running is None else job.stalled,
    ),
    Family(
        "duplistatus_backup_running_phase_info",
        "Phase of the run in progress, in Duplicati's words; always 1.",
        "gauge",
        (*JOB_LABELS, "phase"),
        _phase,
    ),
    of_job(
        "unreported_timestamp_seconds",
        "Time at which the newest run ended that was told live and whose report has not come.",
        lambda job: seconds(job.unreported),
    ),
    of_job(
        "gone_timestamp_seconds",
        "Time since which Duplicati no longer lists the backup, until a person confirms that.",
        lambda job: seconds(job.gone),
    ),
)
