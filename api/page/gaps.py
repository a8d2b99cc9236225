"""What a job missed, as its row and its page show it."""

from collections.abc import Sequence

from exporter.fleet.views import JobView
from exporter.jobs.state import JobState
from exporter.schedule.missed import Began, Gap, gaps, open_gap
from exporter.times import Millis


def missed(
    view: JobView, state: JobState, runs: Sequence[Began], since: Millis, now: Millis
) -> list[Gap]:
    """Return what a job missed between its newest runs and after them, the oldest first.

    Args:
        view: the job.
        state: its state, unpacked.
        runs: its newest backup runs in a row, the oldest first.
        since: when the daemon began to listen, or the schedule changed.
        now: the present time.
    """
    last = open_gap(view.schedule, view.expectation, since, now)
    return [*between(view, state, runs, since), *([] if last is None else [last])]


def between(view: JobView, state: JobState, runs: Sequence[Began], since: Millis) -> list[Gap]:
    """Return what a job missed between runs, the oldest first."""
    return gaps(runs, view.schedule, view.expectation, since, state.reported)
