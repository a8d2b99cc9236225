"""What is expected of a job, and why."""

from enum import Enum
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from exporter.jobs.doubts import Doubt
from exporter.schedule.expressions import Auto, ScheduleExpression
from exporter.times import DAY, HOUR, Millis


class ScheduleSource(Enum):
    """Which rule an expectation comes from."""

    CONFIGURED = "configured"
    REPORTED = "reported"
    LEARNED = "learned"
    DEFAULT = "default"


class Step(Enum):
    """How a rule computed the next start."""

    INTERVAL = "interval"
    CALENDAR = "calendar"
    PLANNED = "planned"
    MOVED_ON = "moved on"
    USUAL = "usual"
    TIME_OF_WEEK = "time of week"
    DEFAULT = "default"


class Schedule(Struct, frozen=True):
    """What people set for a job, or what holds where they set nothing."""

    expected_interval: Millis = DAY
    tolerance: Millis = HOUR
    plan: ScheduleExpression = Auto()
    paused: bool = False


class Rule(NamedTuple):
    """The next start by a rule.

    `interval` is the usual time between runs, `since` the time that is counted from, `runs`
    how many runs it was learned from, 0 before the first one; `queue` is how long a planned run
    waits for others.
    """

    start: Millis
    interval: Millis
    source: ScheduleSource
    step: Step
    since: Millis
    runs: int = 1
    queue: Millis = 0
    doubts: tuple[Doubt, ...] = ()


class Because(Struct, frozen=True, gc=False):
    """Why a run is expected when it is, and what its deadline consists of.

    `since`, `runs` and `queue` are those of the rule. `planned` is the start that the rule gave: a
    later one is the end of the job's own run, which was in progress. `length` is how long a run may
    take.
    """

    step: Step
    since: Millis
    runs: int
    planned: Millis
    queue: Millis
    length: Millis
    tolerance: Millis
    doubts: tuple[Doubt, ...] = ()

    @property
    def is_first(self) -> bool:
        """Whether no run is known, so that it counts from when the job was declared."""
        return self.runs == 0


class Expectation(Struct, frozen=True, gc=False):
    """When the next run should start, its deadline, and the expected interval between runs.

    The deadline is `excused` where the live reports of a run have moved it.
    """

    start: Millis
    deadline: Millis
    interval: Millis
    source: ScheduleSource
    because: Because
    paused: bool = False
    excused: bool = False

    @property
    def effective_deadline(self) -> Millis | None:
        """The time from which the job is overdue, in the one place; None where it is paused."""
        return None if self.paused else self.deadline

    def overdue(self, now: Millis) -> bool:
        """Whether a run was expected and none came."""
        return self.late(now) > 0

    def late(self, now: Millis) -> Millis:
        """Return for how long a job is overdue; 0 where it is not."""
        deadline = self.effective_deadline
        return 0 if deadline is None else max(now - deadline, 0)

    def suppressed_until(self, timestamp: Millis) -> "Expectation":
        """Return the expectation of a job that runs or whose report is on its way until a time."""
        return (
            self if timestamp <= self.deadline else replace(self, deadline=timestamp, excused=True)
        )
