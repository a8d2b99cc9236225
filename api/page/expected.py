"""When a job is due and how that is known, in a sentence."""

from api.page import words
from exporter.plans import Cron, Every, Off
from exporter.schedule import Expectation, Schedule, Source
from exporter.views import JobView

_KNOWN_FROM = {
    Source.CONFIGURED: "as somebody set it",
    Source.REPORTED: "as Duplicati's own scheduler reported",
    Source.LEARNED: "as learned from its last runs",
    Source.DEFAULT: "for want of anything better known: its next runs will tell",
}


def schedule(view: JobView) -> str:
    """Say when a job is due, where that comes from, and from when on it is overdue."""
    expected = view.expectation
    if isinstance(view.schedule.plan, Off):
        return "Nothing is expected: its schedule is off, and nobody is told when it stays away."
    if expected is None:
        return "Nothing is expected before the first run has ended."
    told = f"Expected {_how_often(view.schedule, expected)}, {_KNOWN_FROM[expected.source]}"
    if expected.paused:
        return f"{told}. It is paused: nobody is told when it stays away."
    return f"{told}; next {words.weekday(expected.start)}; {_until(view.schedule, expected)}."


def _how_often(schedule: Schedule, expected: Expectation) -> str:
    match schedule.plan:
        case Cron(expression, zone):
            return f"by the calendar {expression} ({zone})"
        case Every(interval):
            return words.every(interval)
        case _:
            return words.every(expected.interval)


def _until(schedule: Schedule, expected: Expectation) -> str:
    """The deadline allows for the longest of the last runs, for only its end is told."""
    overdue = f"overdue after {words.weekday(expected.deadline)}"
    if expected.excused:
        return f"{overdue}, for its run was heard of"
    allowed = expected.deadline - expected.start - schedule.tolerance
    longest = f"its longest recent run ({words.duration(allowed)}) and " if allowed > 0 else ""
    tolerance = words.duration(schedule.tolerance)
    return f"{overdue}, which allows for {longest}a tolerance of {tolerance}"
