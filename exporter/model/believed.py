"""The one gate: what of a report is believed, before anything is kept of it.

Nothing that a sender or a clock says goes into a state without a bound, for it is kept there for
long. The run itself shows what was told.
"""

from exporter.model import CLOCK_TOLERANCE, StoredRun, Verification
from exporter.times import DAY, Millis

FURTHEST: Millis = 35 * DAY
"""No run is planned further ahead or takes longer, and no pause counts as more."""

MAX_UPLOADED = 2**53
"""Bytes that one run can upload: nine petabytes, and the last number that Prometheus tells from its
neighbour. The counter takes a thousand such runs until it is full."""


def is_past(told: Millis, received: Millis) -> bool:
    """Return whether a moment lies not behind the arrival of what told it."""
    return told <= received + CLOCK_TOLERANCE


def start(began: Millis | None, received: Millis) -> Millis:
    """Return the moment that a run counts from: its arrival where its begin is not believed."""
    return began if began is not None and is_past(began, received) else received


def timestamp(stored: StoredRun, told: Millis) -> Millis:
    """Return a moment that a run told, by the right clock: none lies behind its report.

    Where its begin was put right, what else it told is as wrong.
    """
    began, latest = stored.run.began, stored.received + CLOCK_TOLERANCE
    right = told if began is None else told - began + stored.started
    if right > latest:
        return latest
    return max(0, right)


def ended(stored: StoredRun) -> Millis | None:
    """Return when a run ended; None where nobody told, or it would be before its begin."""
    if stored.run.ended is None:
        return None
    found = timestamp(stored, stored.run.ended)
    return None if began(stored) and found < stored.started else found


def over(stored: StoredRun) -> Millis:
    """Return when a run ended, or where nobody told, when it started."""
    told = ended(stored)
    return stored.started if told is None else told


def began(stored: StoredRun) -> bool:
    """Return whether a run began when it says: else it counts from its report's arrival."""
    return stored.run.began == stored.started


def over_by(stored: StoredRun) -> Millis:
    """Return by when a run was over: where nobody told it, when its report came."""
    told = ended(stored)
    if told is None or not began(stored):
        return max(stored.received, stored.started)
    return max(told, stored.started)


def length(stored: StoredRun) -> Millis | None:
    """Return how long a run took, as it tells.

    None also where it is not known when it began: who cannot tell that cannot tell its length. And
    where it is longer than any run: a clock was set meanwhile.
    """
    told = stored.run.duration
    if told is None or not began(stored):
        return None
    found = min(told, stored.received + CLOCK_TOLERANCE - stored.started)
    return found if found <= FURTHEST else None


def told_length(stored: StoredRun) -> Millis | None:
    """Return how long a run says that it took, where a run can: to be shown, not waited for."""
    told = stored.run.duration
    return None if told is None or told > FURTHEST else told


def took(stored: StoredRun) -> Millis | None:
    """Return how long a run took; one that told no length took until its report came.

    None where that is longer than any run: then its begin cannot be true either.
    """
    told = length(stored)
    found = over_by(stored) - stored.started if told is None else told
    return found if found <= FURTHEST else None


def wholly(stored: StoredRun) -> bool:
    """Return whether all that a run tells of its time can be: it lies before its report came."""
    run, latest = stored.run, stored.received + CLOCK_TOLERANCE
    return (
        run.began == stored.started
        and (run.ended is None or run.ended <= latest)
        and (run.duration is None or run.duration <= min(latest - run.began, FURTHEST))
    )


def verification(stored: StoredRun) -> Verification | None:
    """Return the test of stored files that a run told of; one of the future ended by now."""
    told = stored.run.verification
    return None if told is None else Verification(timestamp(stored, told.at), told.status)


def next_start(stored: StoredRun) -> Millis | None:
    """Return what a run told of the start of the next one, by the right clock."""
    told, began = stored.run.next_scheduled, stored.run.began
    return told if told is None or began is None else max(told - (began - stored.started), 0)


def uploaded(stored: StoredRun) -> int | None:
    """Return the bytes that a run sent to its destination; None also where no run can."""
    told = stored.run.counts.uploaded_bytes
    return None if told is None or told > MAX_UPLOADED else told


def planned(started: Millis, timestamp: Millis) -> bool:
    """Return whether a run that started then can have known a moment as that of the next one."""
    return timestamp - started <= FURTHEST


def pause(gap: Millis) -> Millis:
    """Return what a pause between two runs counts as."""
    return min(gap, FURTHEST)
