"""When a backup is due.

Pure: from what a job's runs told comes an `Expectation`, and from an expectation and a moment
whether the job is overdue. Nothing here asks the time.
"""

from enum import Enum
from itertools import pairwise

from msgspec import Struct

from exporter.state import JobState, RecentRun
from exporter.times import DAY, HOUR, Millis


class Source(Enum):
    """Where an expectation comes from."""

    REPORTED = "reported"
    DEFAULT = "default"


class Schedule(Struct, frozen=True):
    """What holds where a report tells nothing: how often a run is due and how late it may be."""

    expected_interval: Millis = DAY
    tolerance: Millis = HOUR


class Expectation(Struct, frozen=True, gc=False):
    """When the next run should start, from when on it is overdue, and how far runs lie apart."""

    start: Millis
    deadline: Millis
    interval: Millis
    source: Source

    def overdue(self, now: Millis) -> bool:
        """Whether a run was expected and none came."""
        return now > self.deadline


def expect(state: JobState, schedule: Schedule) -> Expectation | None:
    """Return what is expected of a job, or None before its first backup run.

    A report is sent when a run ends, so the deadline allows for the longest of the last runs on
    top of the tolerance: a backup of six hours is not late while it still runs.
    """
    if not state.recent:
        return None
    start, interval, source = _reported(state.recent) or _default(state.recent, schedule)
    longest = max(run.duration or 0 for run in state.recent)
    return Expectation(start, start + longest + schedule.tolerance, interval, source)


_Rule = tuple[Millis, Millis, Source]


def _reported(recent: tuple[RecentRun, ...]) -> _Rule | None:
    """Expect what Duplicati's own scheduler said last.

    A run started by hand says nothing and leaves the moment standing. When a run began at or
    after it, the expectation moves on by the widest interval between moments reported so far:
    a schedule of Monday to Friday must not be due on Saturday.
    """
    moments = [run.next_scheduled for run in recent if run.next_scheduled is not None]
    if not moments:
        return None
    interval = max((later - earlier for earlier, later in pairwise(moments)), default=0)
    moment, last = moments[-1], recent[-1].started
    if last < moment:
        return moment, interval if interval > 0 else moment - last, Source.REPORTED
    if interval <= 0:
        return None
    missed = (last - moment) // interval + 1
    return moment + missed * interval, interval, Source.REPORTED


def _default(recent: tuple[RecentRun, ...], schedule: Schedule) -> _Rule:
    interval = schedule.expected_interval
    return recent[-1].started + interval, interval, Source.DEFAULT
