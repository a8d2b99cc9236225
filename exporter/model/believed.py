"""The one place that decides which values of a report are trusted, before any is kept.

No value of a sender or a clock goes into a state without a limit, for it stays there for long. The
run itself keeps what was reported.
"""

from exporter.model import CLOCK_TOLERANCE, StoredRun, Verification
from exporter.times import DAY, Millis

FURTHEST: Millis = 35 * DAY
"""No run is planned further ahead or takes longer, and no pause counts as more."""

MAX_UPLOADED = 2**53
"""Bytes that one run can upload: nine petabytes, and the last integer that a float of Prometheus
stores exactly. A thousand such runs fit into the counter."""


def is_past(reported: Millis, received: Millis) -> bool:
    """Return whether a timestamp is not after the arrival of the report with it."""
    return reported <= received + CLOCK_TOLERANCE


def start(began: Millis | None, received: Millis) -> Millis:
    """Return the start that counts for a run: its arrival where its own start is not trusted."""
    return began if began is not None and is_past(began, received) else received


def timestamp(stored: StoredRun, reported: Millis) -> Millis:
    """Return a timestamp that a run reported, by the right clock and not after its report.

    Where its start was corrected, its other timestamps are as wrong.
    """
    began, latest = stored.run.began, stored.received + CLOCK_TOLERANCE
    right = reported if began is None else reported - began + stored.started
    if right > latest:
        return latest
    return max(0, right)


def ended(stored: StoredRun) -> Millis | None:
    """Return when a run ended; None where that was not reported, or would be before its start."""
    if stored.run.ended is None:
        return None
    found = timestamp(stored, stored.run.ended)
    return None if began(stored) and found < stored.started else found


def over(stored: StoredRun) -> Millis:
    """Return when a run ended, or where that is unknown, when it started."""
    end = ended(stored)
    return stored.started if end is None else end


def began(stored: StoredRun) -> bool:
    """Return whether the reported start of a run counts, and not its report's arrival."""
    return stored.run.began == stored.started


def over_by(stored: StoredRun) -> Millis:
    """Return by when a run was over: where that was not reported, when its report came."""
    end = ended(stored)
    if end is None or not began(stored):
        return max(stored.received, stored.started)
    return max(end, stored.started)


def length(stored: StoredRun) -> Millis | None:
    """Return the trusted duration of a run.

    None also where its start is not trusted, for then its duration is not either. And
    where it is longer than any run: a clock was set meanwhile.
    """
    reported = stored.run.duration
    if reported is None or not began(stored):
        return None
    found = min(reported, stored.received + CLOCK_TOLERANCE - stored.started)
    return found if found <= FURTHEST else None


def reported_length(stored: StoredRun) -> Millis | None:
    """Return the reported duration of a run, if plausible: to be shown, not for a deadline."""
    reported = stored.run.duration
    return None if reported is None or reported > FURTHEST else reported


def known_length(stored: StoredRun) -> Millis | None:
    """Return the duration of a run to be shown, also where its start is unknown."""
    found = length(stored)
    return reported_length(stored) if found is None else found


def took(stored: StoredRun) -> Millis | None:
    """Return how long a run took; one without a duration took until its report came.

    None where that is longer than any run: then its start cannot be right either. And for a run
    that has no report and no duration: it died before it began, or was skipped.
    """
    trusted = length(stored)
    if trusted is None and stored.run.is_pulled:
        return None
    found = over_by(stored) - stored.started if trusted is None else trusted
    return found if found <= FURTHEST else None


def wholly(stored: StoredRun) -> bool:
    """Return whether all timestamps and the duration of a run are plausible."""
    run, latest = stored.run, stored.received + CLOCK_TOLERANCE
    return (
        run.began == stored.started
        and (run.ended is None or run.ended <= latest)
        and (run.duration is None or run.duration <= min(latest - run.began, FURTHEST))
    )


def verification(stored: StoredRun) -> Verification | None:
    """Return the verification that a run reported; one in the future ended by now."""
    test = stored.run.verification
    return None if test is None else Verification(timestamp(stored, test.at), test.status)


def next_start(stored: StoredRun) -> Millis | None:
    """Return the start of the next run that a run reported, by the right clock."""
    planned, began = stored.run.next_scheduled, stored.run.began
    if planned is None or began is None:
        return planned
    return max(planned - (began - stored.started), 0)


def uploaded(stored: StoredRun) -> int | None:
    """Return the bytes that a run uploaded; None also where they are implausibly many."""
    count = stored.run.counts.uploaded_bytes
    return None if count is None or count > MAX_UPLOADED else count


def planned(started: Millis, timestamp: Millis) -> bool:
    """Return whether a timestamp is plausible as the start planned after a run."""
    return timestamp - started <= FURTHEST


def pause(gap: Millis) -> Millis:
    """Return a pause between two runs, limited to what counts."""
    return min(gap, FURTHEST)
