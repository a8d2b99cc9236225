"""What of a run's moments and lengths is believed: nothing that lies behind its report's arrival.

What a sender or a clock says is kept in states for long, so none of it goes in without a bound. The
run itself shows what was told.
"""

from exporter.model import CLOCK_TOLERANCE, StoredRun
from exporter.times import DAY, Millis

FURTHEST: Millis = 35 * DAY
"""No run is planned further ahead or takes longer, and no pause counts as more."""


def is_past(told: Millis, received: Millis) -> bool:
    """Tell whether a moment lies not behind the arrival of what told it."""
    return told <= received + CLOCK_TOLERANCE


def start(began: Millis | None, received: Millis) -> Millis:
    """Return the moment that a run counts from: its arrival where its begin is not believed."""
    return began if began is not None and is_past(began, received) else received


def ended(stored: StoredRun) -> Millis | None:
    """Return when a run ended; None where nobody told."""
    told = stored.run.ended
    return None if told is None else stored.put_right(told)


def over(stored: StoredRun) -> Millis:
    """Return when a run ended, or where nobody told, when it started."""
    told = ended(stored)
    return stored.started if told is None else told


def began(stored: StoredRun) -> bool:
    """Tell whether a run began when it says: else it counts from its report's arrival."""
    return stored.run.began == stored.started


def over_by(stored: StoredRun) -> Millis:
    """Return by when a run was over: where nobody told it, when its report came."""
    told = ended(stored)
    if told is None or not began(stored):
        return max(stored.received, stored.started)
    return max(told, stored.started)


def length(stored: StoredRun) -> Millis | None:
    """Return how long a run took, as it tells.

    None also where it is not known when it began: who cannot tell that cannot tell its length.
    """
    told = stored.run.duration
    if told is None or not began(stored):
        return None
    return min(told, stored.received + CLOCK_TOLERANCE - stored.started)


def took(stored: StoredRun) -> Millis | None:
    """Return how long a run took; one that told no length took until its report came.

    None where that is longer than any run: then its begin cannot be true either.
    """
    told = length(stored)
    found = over_by(stored) - stored.started if told is None else told
    return found if found <= FURTHEST else None


def wholly(stored: StoredRun) -> bool:
    """Tell whether all that a run tells of its time can be: it lies before its report came."""
    run, latest = stored.run, stored.received + CLOCK_TOLERANCE
    return (
        run.began == stored.started
        and (run.ended is None or run.ended <= latest)
        and (run.duration is None or run.duration <= min(latest - run.began, FURTHEST))
    )


def planned(started: Millis, moment: Millis) -> bool:
    """Tell whether a run that started then can have known a moment as that of the next one."""
    return moment - started <= FURTHEST


def pause(gap: Millis) -> Millis:
    """Return what a pause between two runs counts as."""
    return min(gap, FURTHEST)
