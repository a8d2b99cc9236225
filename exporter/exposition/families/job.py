"""The families of a job."""

from collections.abc import Iterator

from exporter.exposition.families.copies import COPY_FAMILIES
from exporter.exposition.families.destination import DESTINATION_FAMILIES
from exporter.exposition.families.expected import EXPECTED_FAMILIES
from exporter.exposition.families.family import Family, Sample
from exporter.exposition.families.runs import COUNT_FAMILIES, OUTCOME_FAMILIES
from exporter.exposition.families.snapshot import JOB_LABELS, JobSnapshot, label_of_tags


def _job_info(job: JobSnapshot) -> Iterator[Sample]:
    last = job.state.last
    if last is not None:
        facts = (last.run.backup_id, last.run.destination_type)
        known = (*(fact or "" for fact in facts), job.kind.value, label_of_tags(job.tags))
        yield Sample((*job.labels, *known), 1)


JOB_FAMILIES: tuple[Family[JobSnapshot], ...] = (
    *OUTCOME_FAMILIES,
    *COUNT_FAMILIES,
    *DESTINATION_FAMILIES,
    *COPY_FAMILIES,
    *EXPECTED_FAMILIES,
    Family(
        "duplistatus_backup_job_info",
        "What is known of a job; always 1.",
        "gauge",
        (*JOB_LABELS, "backup_id", "destination_type", "kind", "tags"),
        _job_info,
    ),
)
