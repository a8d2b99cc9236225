"""Simulate a backup: its runs, its absences and its reports."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from exporter.model import BACKUP, CLOCK_TOLERANCE, Counts, Run, Status, StoredRun
from exporter.times import DAY, HOUR, MINUTE, Millis, from_datetime, to_datetime

DAYS = 154
FIRST_DAYS = (date(2026, 2, 2), date(2026, 8, 31))
"""Mondays. Clocks change within the days after each, in Berlin, New York and Sydney."""

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney")


class Wall(NamedTuple):
    """A clock on a wall, and the days it is looked at."""

    zone: ZoneInfo
    first_day: date

    @property
    def begin(self) -> Millis:
        """The midnight with which the days begin."""
        return self.timestamp(0, 0, 0)

    def timestamp(self, day: int, hour: int, minute: int) -> Millis:
        """Return the timestamp of a local time; one that the clock skips is moved on."""
        on = datetime.combine(self.first_day + timedelta(days=day), time(hour, minute), self.zone)
        found = from_datetime(on)
        shown = to_datetime(found).astimezone(self.zone)
        return found if shown.hour == hour else self.timestamp(day, hour + 1, 0)


Plan = Callable[[Wall], list[Millis]]


class Occasion(NamedTuple):
    """What a choice may depend on: the planned start, the number of its day, and chance."""

    planned: Millis
    day: int
    chance: random.Random


Length = Callable[[Occasion], Millis]


def nothing(_occasion: Occasion) -> Millis:
    """Return no time."""
    return 0


def at_once(occasion: Occasion) -> Millis:
    """Return how long a start waits that waits for nobody."""
    return occasion.chance.randrange(2 * MINUTE)


def a_few_minutes(occasion: Occasion) -> Millis:
    """Return how long most runs take."""
    return occasion.chance.randrange(5 * MINUTE, 25 * MINUTE)


def well(_occasion: Occasion) -> Status:
    """Return how runs end that end well."""
    return Status.SUCCESS


class Life(NamedTuple):
    """How a backup lives.

    `takes` is how long a run lasts, `waits` how long after its plan it starts, `ahead` how far
    the sender's clock is ahead, `comes` how long the report is on its way, `ends` how a run ends.
    `reported_days` is for how many days Duplicati reports what it plans. Now and then the backup
    misses so many planned starts (`away`), at least `apart` from each other; `schedule` is what a
    person set, with ZONE for the zone. Its chances are drawn by `draws`, by its name where that is
    empty: so a life that gets another name stays the same.
    """

    name: str
    plan: Plan
    takes: Length = a_few_minutes
    waits: Length = at_once
    ahead: Length = nothing
    comes: Length = nothing
    ends: Callable[[Occasion], Status] = well
    reported_days: int = 0
    by_hand: float = 0.02
    away: tuple[int, int] = (1, 3)
    apart: Millis = 21 * DAY
    schedule: str = "auto"
    draws: str = ""


class Happened(NamedTuple):
    """A run as it was and its report, or a planned start that nothing followed."""

    planned: Millis
    started: Millis
    ended: Millis
    stored: StoredRun | None

    @property
    def arrived(self) -> Millis:
        """When its report came."""
        return self.ended if self.stored is None else self.stored.received


def by_the_clock(days: Sequence[int], hours: Sequence[int], minute: int = 0) -> Plan:
    """Plan by a clock on a wall, on days of the week, Monday is 0."""
    return lambda wall: [
        wall.timestamp(day, hour, minute)
        for day in range(DAYS)
        if day % 7 in days
        for hour in hours
    ]


def moved(one: Plan, other: Plan, day: int) -> Plan:
    """Plan one way up to the noon of a day, and another way from then on."""
    return lambda wall: [
        *(each for each in one(wall) if each < wall.timestamp(day, 12, 0)),
        *(each for each in other(wall) if each >= wall.timestamp(day, 12, 0)),
    ]


def lived(life: Life, zone: str, seed: int) -> list[Happened]:
    """Return what became of a backup, in the order of its plan."""
    wall = Wall(ZoneInfo(zone), FIRST_DAYS[seed % len(FIRST_DAYS)])
    return list(_Living(life, wall, random.Random(f"{life.draws or life.name} {zone} {seed}")))


class _Living:
    """A life as it passes."""

    def __init__(self, life: Life, wall: Wall, chance: random.Random) -> None:
        self._life, self._wall, self._chance = life, wall, chance
        self._plan = life.plan(wall)
        self._missed = self._absences()
        self._free: Millis = 0
        self._runs = 0

    def __iter__(self) -> Iterator[Happened]:
        for place, planned in enumerate(self._plan[:-1]):
            following = self._plan[place + 1]
            if place in self._missed:
                yield Happened(planned, planned, planned, None)
            elif planned >= self._free or following > self._free:  # else its own run goes on
                yield self._ran(planned)
                if self._chance.random() < self._life.by_hand and place + 1 not in self._missed:
                    yield from self._ran_by_hand(following)

    def _absences(self) -> set[int]:
        """Choose the places in the plan at which nothing runs."""
        life, plan, missed = self._life, self._plan, set[int]()
        earliest = plan[0] + 10 * DAY + self._chance.randrange(20 * DAY)
        while True:
            first = next((n for n, each in enumerate(plan) if each >= earliest), len(plan))
            back = first + self._chance.randint(*life.away)
            if back >= len(plan) - 1:
                return missed
            missed.update(range(first, back))
            earliest = plan[back] + life.apart + self._chance.randrange(10 * DAY)

    def _ran(self, planned: Millis) -> Happened:
        life, occasion = self._life, self._occasion(planned)
        started = max(planned + life.waits(occasion), self._free)
        self._free = started + life.takes(occasion)
        following = next(each for each in self._plan if each > started)
        return self._reported(
            planned, started, following if occasion.day < life.reported_days else None
        )

    def _ran_by_hand(self, following: Millis) -> Iterator[Happened]:
        between = self._free + (following - self._free) // 2
        if between > self._free + HOUR:
            self._free = between + 10 * MINUTE
            yield self._reported(between, between, None)

    def _occasion(self, planned: Millis) -> Occasion:
        return Occasion(planned, (planned - self._wall.begin) // DAY, self._chance)

    def _reported(self, planned: Millis, started: Millis, following: Millis | None) -> Happened:
        life, occasion, ended = self._life, self._occasion(planned), self._free
        ahead, status = life.ahead(occasion), life.ends(occasion)
        arrived = ended + life.comes(occasion) + self._chance.randrange(30_000)
        died = status is Status.FATAL
        run = Run(
            operation=BACKUP,
            status=status,
            began=started + ahead,
            ended=None if died else ended + ahead,
            duration=None if died else ended - started,
            counts=Counts(),
            next_scheduled=None if following is None else following + ahead,
        )
        began = started + ahead
        counts_from = arrived if began > arrived + CLOCK_TOLERANCE else began
        self._runs += 1
        stored = StoredRun(self._runs, counts_from, arrived, run)
        return Happened(planned, started, ended, stored)
