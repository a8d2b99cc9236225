"""What a person set: an interval, or a calendar."""

from exporter.schedule.expectation import Rule, ScheduleSource, Step
from exporter.schedule.expressions import Cron
from exporter.times import Millis


def by_interval(interval: Millis, last: Millis) -> Rule:
    """Expect a run so long after the last one."""
    return Rule(last + interval, interval, ScheduleSource.CONFIGURED, Step.INTERVAL, last)


def by_calendar(cron: Cron, last: Millis, tolerance: Millis) -> Rule:
    """Expect the calendar's first start after the one that the last run counts for."""
    start, interval = cron.due_after(last, tolerance)
    return Rule(start, interval, ScheduleSource.CONFIGURED, Step.CALENDAR, last)
