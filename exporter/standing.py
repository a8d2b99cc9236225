"""What the newest runs of a job say of it, whatever the moment.

The limits are those of the alerts in deploy/prometheus/rules/alerts.yml, so that nobody is woken by
what looks fine elsewhere; a test compares them.
"""

from msgspec import Struct

from exporter.model import Status, StoredRun
from exporter.state import JobState
from exporter.times import Millis

SHRUNK_BELOW = 0.7
"""A source that has less than this part of its usual size has shrunk,"""

SHRUNK_BYTES = 1_000_000
"""where more than this is gone: the rest is a small job's breathing."""

SOUND: frozenset[Status] = frozenset({Status.SUCCESS, Status.WARNING})
"""How a test of stored files ends that found them as they should be."""


class Standing(Struct, frozen=True, gc=False):
    """How a job's last run ended, None before there is one, and what its runs say besides.

    `last_good` is the end of the last run that left a usable version, `last_start` the start of
    the last one of all.
    """

    last: Status | None = None
    last_start: Millis | None = None
    last_good: Millis | None = None
    shrunk: bool = False
    damaged: bool = False

    @classmethod
    def of(cls, state: JobState) -> "Standing":
        """Return what a state says."""
        last, verified = state.last, state.verified
        return cls(
            last=None if last is None else last.run.status,
            last_start=None if last is None else last.started,
            last_good=_end(state.last_completed),
            shrunk=has_shrunk(state),
            damaged=verified is not None and verified.status not in SOUND,
        )

    @property
    def failing(self) -> bool:
        """Whether the last run left no usable version."""
        return self.last is not None and not self.last.completed

    def good_before(self, now: Millis) -> Millis | None:
        """Return when the last good run ended, or where a wrong clock says soon, the last start."""
        if self.last_good is None or self.last_good < now:
            return self.last_good
        return self.last_start


def has_shrunk(state: JobState) -> bool:
    """Tell whether the last run found much less at the source than is usual."""
    usual = state.habit().examined_bytes
    found = None if state.measured is None else state.measured.run.counts.examined_bytes
    return usual is not None and found is not None and is_shrunken(found, usual)


def is_shrunken(found: float, usual: float) -> bool:
    """Tell whether a size in bytes is much less than the usual one."""
    return found < SHRUNK_BELOW * usual and usual - found > SHRUNK_BYTES


def _end(stored: StoredRun | None) -> Millis | None:
    return None if stored is None else stored.run.ended or stored.started
