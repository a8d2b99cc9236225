"""Measure which absences the rules find and when, and how long their false alarms last."""

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import NamedTuple

from exporter.jobs.added import none_after
from exporter.jobs.folding import with_run
from exporter.jobs.state import JobState
from exporter.model import Status
from exporter.schedule import Schedule, expect
from exporter.schedule.expressions import parse_schedule
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.tools.simulation import before
from tests.tools.simulation.lives import ZONES, Happened, Life, lived

TOLERANCE: Millis = HOUR
LEARNING: Millis = 35 * DAY
ON_ITS_WAY: Millis = 30 * MINUTE
"""A report that takes longer is missing meanwhile, and who says so is right."""


class Figures(NamedTuple):
    """How rules did: absences, those never found, those found late; hours of false alarms."""

    absences: int = 0
    missed: int = 0
    late: int = 0
    learning: float = 0
    later: float = 0

    def plus(self, other: "Figures") -> "Figures":
        return Figures(
            self.absences + other.absences,
            self.missed + other.missed,
            self.late + other.late,
            self.learning + other.learning,
            self.later + other.later,
        )


class Both(NamedTuple):
    """How the former rules did, and how the present ones do."""

    before: Figures
    now: Figures

    @classmethod
    def of(cls, all_of_them: Iterable["Both"]) -> "Both":
        before, now = Figures(), Figures()
        for each in all_of_them:
            before, now = before.plus(each.before), now.plus(each.now)
        return cls(before, now)


class Span(NamedTuple):
    """A time: of an alarm, or of an absence, from the first missed start to the next report."""

    since: Millis
    until: Millis


class Absence(NamedTuple):
    """A time in which nothing ran, and by when that is to be known."""

    span: Span
    due: Millis


def evaluate(life: Life, seeds: Iterable[int]) -> Both:
    """Return how both rules do in a world: a life in every zone, for each seed."""
    return Both.of(_judged(life, zone, seed) for seed in seeds for zone in ZONES)


def _judged(life: Life, zone: str, seed: int) -> Both:
    happened = lived(life, zone, seed)
    reported = sorted((each for each in happened if each.stored), key=lambda each: each.arrived)
    absences = list(_absences(happened))
    on_the_way = [each for each in reported if each.arrived - each.ended > ON_ITS_WAY]
    true = [each.span for each in absences]
    true += [Span(each.ended, each.arrived) for each in on_the_way]
    alarms = list(zip(*_alarms(reported, life.schedule.replace("ZONE", zone)), strict=True))
    learned = reported[0].arrived + LEARNING
    return Both(*(_figures(spans, absences, sorted(true), learned) for spans in alarms))


def _absences(runs: list[Happened]) -> Iterator[Absence]:
    """Yield the absences. Each is to be known once a run would have reported that had come.

    Such a run would have waited and taken as long as others did, but for the longest; and whoever
    reports it a quarter of the interval later, or two hours, is in time.
    """
    waits, lengths, over = [0, 0], [0, 0], 0
    for missing, group in groupby(enumerate(runs), key=lambda each: each[1].stored is None):
        places = [place for place, _ in group]
        if not missing:
            here = runs[places[0] : places[-1] + 1]
            waits = sorted([*waits, *(each.started - each.planned for each in here)])
            lengths = sorted([*lengths, *(each.ended - each.started for each in here)])
            over = here[-1].ended
            continue
        first, back = runs[places[0]], runs[places[-1] + 1]
        since = max(first.planned, over)
        slack = max(2 * HOUR, (runs[places[0] + 1].planned - first.planned) // 4)
        due = since + waits[-2] + lengths[-2] + TOLERANCE + slack
        yield Absence(Span(first.planned, back.arrived), due)


def _alarms(reported: list[Happened], schedule: str) -> Iterator[tuple[Span, Span]]:
    """Yield when both rules would call a job overdue after each report, up to the next one."""
    holds = Schedule(tolerance=TOLERANCE, plan=parse_schedule(schedule))
    state, lengths = JobState(), list[tuple[Millis, Millis]]()
    for each, following in pairwise(reported):
        stored = each.stored
        assert stored is not None
        state = with_run(state, stored, none_after)
        if stored.run.status is not Status.INTERRUPTED:
            lengths = sorted([*lengths, (stored.started, stored.run.duration or 0)])
            lengths = lengths[-before.RECENT_RUNS :]
        former = before.deadline(state, holds, [length for _, length in lengths])
        present = expect(state, holds)
        assert present is not None
        yield (
            Span(max(former, each.arrived), following.arrived),
            Span(max(present.deadline, each.arrived), following.arrived),
        )


def _figures(
    alarms: Iterable[Span], absences: list[Absence], true: list[Span], learned: Millis
) -> Figures:
    rung = [each for each in alarms if each.since < each.until]
    figures = Figures()
    for absence in absences:
        figures = figures.plus(_found(absence, rung))
    for alarm in rung:
        hours = _false(alarm, true) / HOUR
        one = Figures(learning=hours) if alarm.since < learned else Figures(later=hours)
        figures = figures.plus(one)
    return figures


def _found(absence: Absence, alarms: list[Span]) -> Figures:
    since, until = absence.span
    heard = [each.since for each in alarms if each.since < until and each.until > since]
    if not heard:
        return Figures(absences=1, missed=1)
    return Figures(absences=1, late=int(max(min(heard), since) > absence.due))


def _false(alarm: Span, true: list[Span]) -> Millis:
    """Return for how long an alarm is outside of the spans in which it would be correct."""
    left, end = alarm.until - alarm.since, alarm.since
    for since, until in true:
        first, last = max(since, end), min(until, alarm.until)
        if last > first:
            left -= last - first
            end = last
    return left
