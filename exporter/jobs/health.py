"""The health of a job by its newest runs, whatever the time.

The limits are those of the alerts in deploy/prometheus/rules/alerts.yml, so that no alert fires for
what looks fine here; a test compares them.
"""

from msgspec import Struct

from exporter.jobs.copies import MISSED_IN_A_ROW
from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import Status, is_unnamed
from exporter.times import Millis

SHRUNK_BELOW = 0.7
"""A source with less than this part of its usual size has shrunk,"""

SHRUNK_BYTES = 1_000_000
"""if more than this is gone: small jobs vary."""

VERIFIED_OK: frozenset[Status] = frozenset({Status.SUCCESS, Status.WARNING})
"""How a verification of stored files without errors ends."""


class JobHealth(Struct, frozen=True, gc=False):
    """How a job's last run ended, None before there is one, and what else its runs show.

    `last_good` is the end of the last run that completed, `last_start` the start of the last one
    of all, `first_start` that of the first, `last_failed` that of the last one that failed.
    `copies_missed` is true where runs in a row missed a second copy, `copies_old_from` when one
    becomes stale if no other comes. `warned` is true where the last completed run had warnings.
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

    @classmethod
    def from_state(cls, job: Job, state: JobState) -> "JobHealth":
        """Return the health of a job from its state."""
        last, good = state.last, state.last_completed
        return cls(
            last=None if last is None else last.run.status,
            last_start=None if last is None else last.started,
            last_good=None if good is None else good.over,
            first_start=state.first_start,
            failing=is_failing(job, state),
            shrunk=has_shrunk(state),
            damaged=is_damaged(state),
            copies_missed=(state.copies.missed or 0) >= MISSED_IN_A_ROW,
            copies_old_from=state.copies.old_from(),
            unnamed=comes_unnamed(job, state),
            last_failed=None if state.last_failed is None else state.last_failed.started,
            warned=good is not None and good.status is Status.WARNING,
        )

    def copies_old(self, now: Millis) -> bool:
        """Return whether a second copy is stale."""
        return self.copies_old_from is not None and now > self.copies_old_from


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
