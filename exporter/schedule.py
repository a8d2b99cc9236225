"""When a backup is due.

Pure: from what a job's runs told and what people set comes an `Expectation`, and from an
expectation and a moment whether the job is overdue. Nothing here asks the time, so a job turns
overdue by the question's moment alone.

The first of four rules that applies gives the expected start: what a person configured, what
Duplicati's own scheduler reported, what was learned from the gaps between runs, a default.
"""

from bisect import bisect_left
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from exporter.jobs.history import RECENT_RUNS, ReportedRun
from exporter.jobs.state import JobState
from exporter.plans import Auto, Cron, Every, Off, Plan
from exporter.times import DAY, HOUR, LATEST, Millis

LEARNED_FROM = 5
"""With fewer runs a gap is no habit."""

LEARNED_SPAN = 15 * DAY
"""How much time a schedule is learned from: two week-ends lie in it. The widest gap does not count
towards it, for an absence teaches nothing, and without more time behind it would hide week-ends."""


class Source(Enum):
    """Which rule an expectation comes from."""

    CONFIGURED = "configured"
    REPORTED = "reported"
    LEARNED = "learned"
    DEFAULT = "default"


class Schedule(Struct, frozen=True):
    """What people set for a job, or what holds where they set nothing."""

    expected_interval: Millis = DAY
    tolerance: Millis = HOUR
    plan: Plan = Auto()
    paused: bool = False


class Expectation(Struct, frozen=True, gc=False):
    """When the next run should start, from when on it is overdue, and how far runs lie apart.

    The deadline is `excused` where what is heard of a run has moved it.
    """

    start: Millis
    deadline: Millis
    interval: Millis
    source: Source
    paused: bool = False
    excused: bool = False

    @property
    def effective_deadline(self) -> Millis | None:
        """From when on the job is overdue: the one value that all ask. None where it is paused."""
        return None if self.paused else self.deadline

    def overdue(self, now: Millis) -> bool:
        """Whether a run was expected and none came."""
        deadline = self.effective_deadline
        return deadline is not None and now > deadline

    def excused_until(self, moment: Millis) -> "Expectation":
        """Return what is expected while the job runs or its report is on its way, until then."""
        return self if moment <= self.deadline else replace(self, deadline=moment, excused=True)


class _Rule(NamedTuple):
    """What a rule says: the next start, how far runs lie apart, and which rule it is."""

    start: Millis
    interval: Millis
    source: Source


def expect(
    state: JobState, schedule: Schedule, running_since: Millis | None = None
) -> Expectation | None:
    """Return what is expected of a job: None before its first backup run or with its schedule off.

    A first run that is only known to have begun, `running_since`, counts as one until it is told.

    A report is sent when a run ends, so the deadline allows for the longest of the last ten runs
    on top of the tolerance: a backup of six hours is not late while it still runs.
    """
    last = state.recent[-1].started if state.recent else running_since
    if last is None or isinstance(schedule.plan, Off):
        return None
    rule = _rule(state, schedule, last)
    longest = max((run.duration or 0 for run in state.recent), default=0)
    start = min(rule.start, LATEST)
    deadline = min(start + longest + schedule.tolerance, LATEST)
    return Expectation(start, deadline, rule.interval, rule.source, schedule.paused)


def _rule(state: JobState, schedule: Schedule, last: Millis) -> _Rule:
    match schedule.plan:
        case Every(interval):
            return _Rule(last + interval, interval, Source.CONFIGURED)
        case Cron() as cron:
            return _Rule(cron.after(last), cron.interval_after(last), Source.CONFIGURED)
        case _:
            return (
                _reported(state.reported, last)
                or _learned(state.starts)
                or _Rule(
                    last + schedule.expected_interval, schedule.expected_interval, Source.DEFAULT
                )
            )


def _reported(reported: tuple[ReportedRun, ...], last: Millis) -> _Rule | None:
    """Expect what Duplicati's own scheduler said last.

    A run started by hand says nothing and leaves the moment standing. When a run began at or
    after it, the expectation moves on by the interval that was told with it, else by the widest
    between moments reported so far: a schedule of Monday to Friday must not be due on Saturday.
    """
    if not reported:
        return None
    moment = reported[-1].moment
    interval = reported[-1].interval or _widest(reported)
    if last < moment:
        return _Rule(moment, interval if interval > 0 else moment - last, Source.REPORTED)
    if interval <= 0:
        return None
    moved = (last - moment) // interval + 1
    return _Rule(moment + moved * interval, interval, Source.REPORTED)


def _widest(reported: tuple[ReportedRun, ...]) -> Millis:
    return max(_gaps(tuple(run.moment for run in reported)), default=0)


def _learned(starts: tuple[Millis, ...]) -> _Rule | None:
    """Expect the second-widest gap between the last starts, so that one missed run is no habit.

    A job of Monday to Friday learns three days, an hourly one that pauses at night the pause.
    """
    if len(starts) < LEARNED_FROM:
        return None
    span = LEARNED_SPAN + max(_gaps(_since(starts, LEARNED_SPAN)))
    interval = sorted(_gaps(_since(starts, span)))[-2]
    return _Rule(starts[-1] + interval, interval, Source.LEARNED) if interval > 0 else None


def _since(starts: tuple[Millis, ...], span: Millis) -> tuple[Millis, ...]:
    """Return the starts between which the gaps lie that reach into the last span, or ten runs."""
    first = max(bisect_left(starts, starts[-1] - span) - 1, 0)
    return starts[min(first, max(len(starts) - RECENT_RUNS, 0)) :]


def _gaps(starts: tuple[Millis, ...]) -> list[Millis]:
    return [later - earlier for earlier, later in pairwise(starts)]
