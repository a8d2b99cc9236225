"""When the first run of a job is expected that was declared."""

from exporter.jobs.doubts import Doubt, Doubted
from exporter.model import believed
from exporter.model.declared import Declared
from exporter.schedule import configured
from exporter.schedule.expectation import Rule, Schedule, ScheduleSource, Step
from exporter.schedule.expressions import Cron, Every
from exporter.times import HOUR, Millis

LENGTH: Millis = HOUR
"""How long a first run may take: nothing is known of it."""

_NO_RUNS = 0


def expected(declared: Declared, schedule: Schedule) -> Rule:
    """Expect the first run: as configured, as planned, or an interval after the declaration."""
    return _rule(declared, schedule)._replace(runs=_NO_RUNS)


def _rule(declared: Declared, schedule: Schedule) -> Rule:
    since = declared.since
    match schedule.plan:
        case Every(interval):
            return configured.by_interval(interval, since)
        case Cron() as cron:
            starts = cron.starts(since)
            start, following = next(starts), next(starts)
            source, step = ScheduleSource.CONFIGURED, Step.CALENDAR
            return Rule(start, following - start, source, step, since)
    if declared.planned is not None:
        return _planned(declared, declared.planned, schedule.expected_interval)
    interval, source = schedule.expected_interval, ScheduleSource(declared.source.value)
    return Rule(since + interval, interval, source, Step.DEFAULT, since)


def _planned(declared: Declared, planned: Millis, expected_interval: Millis) -> Rule:
    """Expect what Duplicati planned; no run is planned further ahead than is believed."""
    start = min(planned, declared.since + believed.FURTHEST)
    doubts = () if start == planned else (Doubt(Doubted.PLAN, planned, start),)
    interval = min(declared.interval or expected_interval, believed.FURTHEST)
    since, source = declared.since, ScheduleSource.REPORTED
    return Rule(start, interval, source, Step.PLANNED, since, doubts=doubts)
