"""The health of a job by its newest runs, whatever the time.

The limits are those of the alerts in deploy/prometheus/rules/alerts.yml, so that no alert fires for
what looks fine here; a test compares them.
"""

from msgspec import Struct

from exporter.jobs.copies import MISSED_IN_A_ROW
from exporter.jobs.job import Job
from exporter.jobs.space import FILLING_AHEAD
from exporter.jobs.state import JobState
from exporter.model import Status, believed, is_unnamed
from exporter.times import MINUTE, Millis

SHRUNK_BELOW = 0.7
"""A source with less than this part of its usual size has shrunk,"""

SHRUNK_BYTES = 1_000_000
"""if more than this is gone: small jobs vary."""

UNUSUAL_CHANGES = 5
"""A run is unusual that changed more than so many times the usual files,"""

MANY_FILES = 1000
"""if they are more than so many,"""

SOME_FILES = 50
MOST_OF_SOURCE = 0.5
"""or more than some and more than this part of all there are;"""

UNUSUAL_LENGTH = 3
"""and one that took more than so many times the usual duration,"""

MUCH_LONGER: Millis = 30 * MINUTE
"""if it took more than so much longer."""

VERIFIED_OK: frozenset[Status] = frozenset({Status.SUCCESS, Status.WARNING})
"""How a verification of stored files without errors ends."""


class JobHealth(Struct, frozen=True, gc=False):
    """How a job's last run ended, None before there is one, and what else its runs show.

    `last_good` is the end of the last run that completed, `last_start` the start of the last one
    of all, `first_start` that of the first, `last_failed` that of the last one that failed.
    `last_duration` is how long the last run took, `last_size` how many bytes its source had.
    `copies_missed` is true where runs in a row missed a second copy, `copies_old_from` when one
    becomes stale if no other comes. `warned` is true where the last completed run had warnings.
    `gone` is since when the server of the job does not list it; `gone_confirmed` is true where a
    person said since that this is right. `full_at` is when the destination is full if its trend
    goes on. `posted_since` is when the
    first report was posted, `unposted` the end of the last run if it was pulled and no report came.
    """

    last: Status | None = None
    last_start: Millis | None = None
    last_good: Millis | None = None
    first_start: Millis | None = None
    failing: bool = False
    shrunk: bool = False
    damaged: bool = False
    copies_missed: bool = False
    copies_old_from: Millis | None = None
    unnamed: bool = False
    warned: bool = False
    last_failed: Millis | None = None
    unusual: bool = False
    nearly_full: bool = False
    full_at: Millis | None = None
    last_duration: Millis | None = None
    last_size: int | None = None
    gone: Millis | None = None
    gone_confirmed: bool = False
    posted_since: Millis | None = None
    unposted: Millis | None = None

    @classmethod
    def from_state(cls, job: Job, state: JobState) -> "JobHealth":
        """Return the health of a job from its state."""
        last, good, gone = state.last, state.last_completed, state.gone
        return cls(
            last=None if last is None else last.run.status,
            last_start=None if last is None else last.started,
            last_good=None if good is None else good.over,
            first_start=state.first_start,
            failing=is_failing(job, state),
            shrunk=has_shrunk(state),
            damaged=is_damaged(state),
            copies_missed=(state.copies.missed or 0) >= MISSED_IN_A_ROW,
            copies_old_from=None if gone is not None else state.copies.old_from(),
            unnamed=comes_unnamed(job, state),
            last_failed=None if state.last_failed is None else state.last_failed.started,
            warned=good is not None and good.status is Status.WARNING,
            unusual=is_unusual(state),
            nearly_full=state.destination.is_nearly_full,
            full_at=state.destination.full_at,
            last_duration=None if last is None else last.run.duration,
            last_size=None if last is None else last.run.counts.examined_bytes,
            gone=gone,
            gone_confirmed=gone is not None and not _since_cleared(job, gone),
            posted_since=state.posted_since,
            unposted=None if last is None or not last.run.is_logged else believed.over(last),
        )

    def copies_old(self, now: Millis) -> bool:
        """Return whether a second copy is stale."""
        return self.copies_old_from is not None and now > self.copies_old_from

    @property
    def filling_from(self) -> Millis | None:
        """From when on the destination is filling up by its trend; None where it does not."""
        return None if self.full_at is None else self.full_at - FILLING_AHEAD

    def filling(self, now: Millis) -> bool:
        """Return whether the destination is full soon, or nearly is."""
        from_when = self.filling_from
        return self.nearly_full or (from_when is not None and now > from_when)


def is_failing(job: Job, state: JobState) -> bool:
    """Return whether the newest run that completed or failed, failed.

    Runs that name no backup may be of several, so a good one does not end another one's failure:
    it lasts until a person clears it.
    """
    if not is_unnamed(job.name):
        return state.decided_failed
    return state.last_failed is not None and _since_cleared(job, state.last_failed.timestamp)


def is_damaged(state: JobState) -> bool:
    """Return whether the last verification of stored files did not end well."""
    return state.tested is not None and state.tested.status not in VERIFIED_OK


def comes_unnamed(job: Job, state: JobState) -> bool:
    """Return whether runs that name no backup came since a person dealt with them."""
    arrived = None if state.last is None else state.last.received
    return is_unnamed(job.name) and _since_cleared(job, arrived)


def _since_cleared(job: Job, arrived: Millis | None) -> bool:
    cleared = job.settings.cleared
    return arrived is not None and (cleared is None or arrived > cleared)


def has_shrunk(state: JobState) -> bool:
    """Return whether the last run found much less at the source than is usual."""
    usual = state.usual_bytes()
    found = None if state.last_complete is None else state.last_complete.examined_bytes
    return usual is not None and found is not None and is_shrunken(found, usual)


def is_shrunken(found: float, usual: float) -> bool:
    """Return whether a size in bytes is much less than the usual one."""
    return found < SHRUNK_BELOW * usual and usual - found > SHRUNK_BYTES


def is_unusual(state: JobState) -> bool:
    """Return whether the last run changed far more files than usual, or took far longer."""
    return changed_much(state) or took_long(state)


def changed_much(state: JobState) -> bool:
    """Return whether the last run changed far more files than usual."""
    changed = (state.last and state.last.run.counts.changed_files) or 0
    if changed <= SOME_FILES:
        return False
    usual, measured = state.baseline().changed_files, state.last_complete
    if usual is None or changed <= UNUSUAL_CHANGES * usual:
        return False
    files = None if measured is None else measured.examined_files
    return changed > MANY_FILES or (files is not None and changed > MOST_OF_SOURCE * files)


def took_long(state: JobState) -> bool:
    """Return whether the last run took far longer than usual."""
    took = (state.last and believed.known_length(state.last)) or 0
    if took <= MUCH_LONGER:
        return False
    usual = state.baseline().duration
    return usual is not None and took > UNUSUAL_LENGTH * usual and took - usual > MUCH_LONGER
