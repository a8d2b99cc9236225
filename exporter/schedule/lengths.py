"""How long a run may take before its report is missed."""

from exporter.jobs.history import RecentRun
from exporter.model import Status
from exporter.times import Millis

_STOPPED = Status.INTERRUPTED.code


def allowed(recent: tuple[RecentRun, ...], interval: Millis) -> Millis:
    """Return how long the next run may take.

    It is the second-longest of the last runs, so that one of four days does not hide ten missed
    nights; or, for jobs grow, the last run where that was longer, but an interval at most.
    """
    took = [run.duration for run in recent if run.duration is not None and run.code != _STOPPED]
    if not took:
        return 0
    last = min(took[-1], interval)
    return max(sorted(took)[-2], last) if len(took) > 1 else last
