"""What a report changes, noted in its transaction: it is told even if the next report ends it."""

from collections.abc import Callable

from exporter.conditions.evaluate import held_by_runs
from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import Server
from exporter.store import Watch


def watch_runs(wants: Callable[[Server, Job], bool]) -> Watch:
    """Return what the store asks of each report.

    Args:
        wants: returns whether each run of a job is to be noted, whatever it changes.
    """

    def watch(
        server: Server, job: Job, before: JobState, after: JobState
    ) -> tuple[str, ...] | None:
        held = held_by_runs(job, after)
        known = held_by_runs(job, before)
        if held == known and not wants(server, job):
            return None
        return tuple(each.value for each in held)

    return watch
