"""What of a run's moments and lengths is believed: nothing that lies behind its report's arrival.

What a sender or a clock says is kept in states for long, so none of it goes in without a bound. The
run itself shows what was told.
"""

from exporter.model import CLOCK_TOLERANCE, StoredRun
from exporter.times import Millis


def ended(stored: StoredRun) -> Millis | None:
    """Return when a run ended; None where nobody told."""
    told = stored.run.ended
    return None if told is None else stored.put_right(told)


def over(stored: StoredRun) -> Millis:
    """Return when a run ended, or where nobody told, when it started."""
    told = ended(stored)
    return stored.started if told is None else told


def length(stored: StoredRun) -> Millis | None:
    """Return how long a run took; None also where nobody knows when it began.

    By a clock that was put right it took as long as it tells: its begin and its end were as wrong.
    """
    run = stored.run
    if run.duration is None or run.began is None:
        return None
    longest = stored.received + CLOCK_TOLERANCE - stored.started
    return min(run.duration, longest) if run.began == stored.started else run.duration
