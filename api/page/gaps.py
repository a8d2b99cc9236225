"""What a job missed, as its row and its page show it."""

from collections.abc import Sequence

from exporter.fleet.views import JobView
from exporter.jobs.state import JobState
from exporter.schedule.expectation import ScheduleSource
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
    known_since = max(since, _learned_since(view, state))
    return gaps(runs, view.schedule, view.expectation, known_since, state.reported)


def _learned_since(view: JobView, state: JobState) -> Millis:
    """Return the first start that a schedule was learned from: before that another may have held.

    It is 0 where the schedule was not learned.
    """
    expected = view.expectation
    if expected is None or expected.source is not ScheduleSource.LEARNED:
        return 0
    return state.starts[-expected.because.runs]
