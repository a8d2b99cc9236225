"""Sixty days of two hundred jobs: every miss is found in time, and nothing else is said.

Each job is left to itself for some weeks, so that schedules are learned. Then now and then it stays
away for a while, with at most one absence among the runs a schedule is learned from. Jobs plan by
a clock on a wall in Berlin, across the change in March; those whose schedule is only learned plan
by UTC, for what is learned from starts knows of no zone. `Truth` knows what was missed; the fleet
only sees reports.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from exporter.fleet import Fleet
from exporter.jobs.added import none_after
from exporter.jobs.folding import with_run
from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import JobSettings, Status
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from exporter.times import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Millis,
    format_timestamp,
    from_datetime,
    to_datetime,
)
from tests.support.daemon import CREATED
from tests.support.strategies.state import server_named, stored_run

pytestmark = pytest.mark.not_quick

BERLIN = ZoneInfo("Europe/Berlin")
FIRST_DAY = date(2026, 3, 2)
DAYS = 60
GRID = 10 * MINUTE
TOLERANCE = HOUR
JITTER = 5 * MINUTE
APART = 17 * DAY
"""Absences of a job are so far apart that no fifteen days contain two."""

DAILY, WEEKLY, WEEKDAYS = range(7), (6,), range(5)


class Kind(NamedTuple):
    """How a kind of job runs, whether it reports its schedule, and how many runs it misses.

    `widest` is the gap a learned schedule knows of, `interval` a configured one; a job without
    either is expected at its next planned start.
    """

    name: str
    jobs: int
    days: tuple[int, ...] | range
    hours: tuple[int, ...] | range
    minute: int
    took: tuple[Millis, Millis]
    away: tuple[int, int]
    plans: bool = False
    by_hand: bool = False
    schedule: str | None = None
    widest: Millis = 0
    interval: Millis = 0
    learning_days: int = 25

    @property
    def zone(self) -> tzinfo:
        """The zone of the clock it runs by."""
        return UTC if self.widest else BERLIN


SHORT, LONG = (5 * MINUTE, 20 * MINUTE), (5 * HOUR + 30 * MINUTE, 6 * HOUR)
OFFICE_HOURS = range(6, 23)
PAUSE = 8 * HOUR
KINDS = (
    Kind("daily, reported", 32, DAILY, (3,), 30, SHORT, (1, 4), plans=True, by_hand=True),
    Kind("daily, learned", 25, DAILY, (1,), 0, SHORT, (1, 4), by_hand=True, widest=DAY),
    Kind("daily, six hours long, learned", 10, DAILY, (22,), 0, LONG, (1, 3), widest=DAY),
    Kind("hourly by day, reported", 5, DAILY, OFFICE_HOURS, 0, SHORT, (3, 9), plans=True),
    Kind("hourly by day, learned", 8, DAILY, OFFICE_HOURS, 0, SHORT, (19, 25), widest=PAUSE),
    Kind("weekdays, reported", 20, WEEKDAYS, (20,), 0, SHORT, (1, 3), plans=True, by_hand=True),
    Kind("weekdays, learned", 20, WEEKDAYS, (20,), 0, SHORT, (3, 6), widest=3 * DAY),
    Kind("weekly, reported", 10, WEEKLY, (4,), 15, SHORT, (1, 1), plans=True, by_hand=True),
    Kind("weekly, learned", 10, WEEKLY, (4,), 15, SHORT, (1, 1), widest=7 * DAY, learning_days=50),
    Kind(
        "every six hours, set", 20, DAILY, range(0, 24, 6), 20, SHORT, (1, 5),
        schedule="every 6h", interval=6 * HOUR,
    ),
    Kind(
        "daily in a night without half past two, set", 20, DAILY, (2,), 30, SHORT, (1, 4),
        by_hand=True, schedule="cron 30 2 * * * Europe/Berlin",
    ),
    Kind(
        "weekdays, set", 20, WEEKDAYS, (19,), 45, SHORT, (1, 3),
        schedule="cron 45 19 * * 1-5 Europe/Berlin",
    ),
)  # fmt: skip


class Happening(NamedTuple):
    """What happens to a job: a report arrives, or a planned run does not start."""

    at: Millis
    job: int
    began: Millis
    took: Millis
    next_planned: Millis | None
    missed: bool


class Miss(NamedTuple):
    """A planned start that nothing followed, and by when at the latest it is to be known."""

    at: Millis
    known_by: Millis


class Counted(NamedTuple):
    jobs: int
    runs: int
    absences: int
    missed_runs: int
    found: int
    found_late: int
    false_alarms: int
    asked: int


def on_the_wall(day: date, hour: int, minute: int, zone: tzinfo = UTC) -> Millis:
    """Return the timestamp of a local time; one that the clock skips is moved on."""
    timestamp = from_datetime(datetime.combine(day, time(hour, minute), zone))
    shown = to_datetime(timestamp).astimezone(zone)
    return timestamp if shown.hour == hour else on_the_wall(day, hour + 1, 0, zone)


BEGIN = on_the_wall(FIRST_DAY, 0, 0)
END = on_the_wall(FIRST_DAY + timedelta(days=DAYS), 0, 0)


def planned(kind: Kind) -> list[Millis]:
    days = (FIRST_DAY + timedelta(days=number) for number in range(-kind.learning_days, DAYS + 10))
    timestamps = [
        on_the_wall(day, hour, kind.minute, kind.zone)
        for day in days
        if day.weekday() in kind.days
        for hour in kind.hours
    ]
    return sorted(timestamps)


def absences(kind: Kind, plan: list[Millis], chance: random.Random) -> set[int]:
    """Choose the places in the plan at which nothing runs; each absence ends within the days."""
    away: set[int] = set()
    earliest = BEGIN + chance.randrange(10 * DAY)
    while True:
        first = next((n for n, timestamp in enumerate(plan) if timestamp >= earliest), len(plan))
        back = first + chance.randint(*kind.away)
        if back >= len(plan) or plan[back] > END - DAY:
            return away
        away.update(range(first, back))
        earliest = plan[back] + APART + chance.randrange(8 * DAY)


def life(number: int, kind: Kind, chance: random.Random) -> Iterator[Happening]:
    """Yield what happens to a job, in no order."""
    plan = planned(kind)
    away = absences(kind, plan, chance)
    for place, timestamp in enumerate(plan[:-1]):
        if place in away:
            yield Happening(timestamp, number, timestamp, 0, None, missed=True)
            continue
        next_planned = plan[place + 1] if kind.plans else None
        yield _ran(number, kind, timestamp + chance.randrange(JITTER), next_planned, chance)
        if kind.by_hand and chance.random() < 0.05 and place + 1 not in away:
            between = timestamp + (plan[place + 1] - timestamp) // 2
            yield _ran(number, kind, between, None, chance)


def _ran(
    number: int, kind: Kind, began: Millis, next_planned: Millis | None, chance: random.Random
) -> Happening:
    took = chance.randint(*kind.took)
    arrived = began + took + chance.randrange(30 * SECOND)
    return Happening(arrived, number, began, took, next_planned, missed=False)


class Truth:
    """What really became of one job."""

    def __init__(self, number: int, kind: Kind) -> None:
        self.kind = kind
        self.began: Millis = 0
        self.took: list[Millis] = []
        self.miss: Miss | None = None
        self.job = Job.of(number, number, kind.name, JobState(), JobSettings(kind.schedule))

    def missed(self, timestamp: Millis) -> bool:
        """Note a missed run; return whether it starts an absence."""
        if self.miss is not None:
            return False
        kind = self.kind
        apart = kind.interval or (kind.widest and kind.widest + JITTER)
        expected = self.began + apart if apart else timestamp
        self.miss = Miss(timestamp, expected + max(self.took[-20:]) + TOLERANCE)
        return True

    def ran(self, run: Happening, run_id: int, status: Status) -> Job:
        self.miss = None
        self.began = run.began
        self.took.append(run.took)
        stored = stored_run(
            run.began,
            run_id=run_id,
            duration=run.took,
            next_scheduled=run.next_planned,
            status=status,
        )
        self.job = self.job.with_state(with_run(self.job.state, stored, none_after))
        return self.job


class Simulation:
    """The fleet beside the truth, and what was counted."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        kinds = [kind for kind in KINDS for _ in range(kind.jobs)]
        self.truths = {number: Truth(number, kind) for number, kind in enumerate(kinds, 1)}
        self.fleet = Fleet(SchedulePolicy(tolerance=TOLERANCE), CREATED)
        self.found: set[int] = set()
        self.runs = self.away = self.missed_runs = self.found_in_all = self.asked = 0
        self.late: list[str] = []
        self.false_alarms: list[str] = []

    def run(self) -> Counted:
        """Let everything happen in its order, and ask at every time of the grid."""
        lives = (life(number, truth.kind, self.chance) for number, truth in self.truths.items())
        happenings = sorted((each for one in lives for each in one), reverse=True)
        for now in range(BEGIN, END, GRID):
            while happenings[-1].at <= now:
                self._happen(happenings.pop())
            self._ask(now)
        return Counted(
            len(self.truths), self.runs, self.away, self.missed_runs, self.found_in_all,
            len(self.late), len(self.false_alarms), self.asked,
        )  # fmt: skip

    def _happen(self, each: Happening) -> None:
        truth = self.truths[each.job]
        if each.missed:
            self.missed_runs += 1
            self.away += truth.missed(each.at)
            return
        self.runs += 1
        self.found.discard(each.job)
        status = self.chance.choices(list(Status), (90, 5, 3, 1, 1, 0))[0]
        job = truth.ran(each, self.runs, status)
        self.fleet.apply(Change((server_named("nas", job.server_id),), (job,)))

    def _ask(self, now: Millis) -> None:
        self.asked += 1
        overdue = {view.job.id for view in self.fleet.overdue(now)}
        assert self.fleet.totals(now).overdue == len(overdue)
        for number, truth in self.truths.items():
            if truth.miss is None:
                if number in overdue:
                    self.false_alarms.append(f"{truth.kind.name} {format_timestamp(now)}")
            elif number in overdue and number not in self.found:
                self.found.add(number)
                self.found_in_all += 1
            elif now > truth.miss.known_by and number not in overdue:
                self.late.append(f"{truth.kind.name} {format_timestamp(now)}")


@pytest.mark.parametrize("seed", [20260302])
def test_every_miss_is_found_in_time_and_nothing_else_is_said(
    seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    simulation = Simulation(seed)
    counted = simulation.run()
    with capsys.disabled():
        figures = ", ".join(f"{value} {name}" for name, value in counted._asdict().items())
        print(f"\nsimulation of {DAYS} days: {figures.replace('_', ' ')}")  # noqa: T201 - the counts
    assert simulation.false_alarms == []
    assert simulation.late == []
    assert counted.found == counted.absences > 0
    assert counted.jobs == 200
