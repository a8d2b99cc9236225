"""Why a run is expected when it is, in a sentence and as a sum, and what was not trusted."""

from typing import NamedTuple

from exporter import formatting
from exporter.fleet.views import JobView
from exporter.jobs.doubts import Doubt, Doubted
from exporter.schedule import Expectation, Step
from exporter.schedule.expressions import Cron, Off
from exporter.times import Millis

_SET = "If that is right, set its schedule."
_KNOWN_BY = {
    Step.INTERVAL: "as configured",
    Step.USUAL: "the usual pause of its last {runs} runs",
    Step.TIME_OF_WEEK: "as twice before at this time of the week",
    Step.DEFAULT: "the default until more is known",
}


class Term(NamedTuple):
    """A duration that is added to a timestamp, and why."""

    adds: Millis
    why: str


def why(view: JobView) -> str:
    """Return a sentence on when a run is expected, by what, and when it becomes overdue."""
    expected = view.expectation
    if isinstance(view.schedule.plan, Off):
        return "Not monitored: its schedule is off."
    if expected is None:
        return "No run is expected before the first run has ended."
    start = f"Expected {formatting.weekday(expected.start)}, {_reason(view, expected)}"
    return f"{start}; {_until(expected)}."


def not_believed(view: JobView) -> list[str]:
    """Return what was reported or learned of a job and is not trusted, a sentence each."""
    doubts = () if view.expectation is None else view.expectation.because.doubts
    return [_doubt(doubt) for doubt in doubts]


def since(expected: Expectation) -> str:
    """Return what happened at the time that an expectation counts from."""
    match expected.because.step:
        case Step.PLANNED:
            return "the run that reported the next one started"
        case Step.MOVED_ON:
            return "Duplicati had planned a run"
        case _:
            return "its last run started"


def terms(view: JobView, expected: Expectation) -> list[Term]:
    """Return the durations between the time that is counted from and the deadline."""
    because = expected.because
    sums = [
        Term(because.planned - because.since, _reason(view, expected)),
        Term(expected.start - because.planned, "until its own run ended"),
        Term(because.queue, "that its planned runs usually wait for others"),
        Term(because.length, "that a run may take, as its report comes at its end"),
        Term(because.tolerance, "tolerance"),
    ]
    heard = expected.deadline - because.since - sum(term.adds for term in sums)
    return [
        term for term in (*sums, Term(heard, "because its run sent live reports")) if term.adds > 0
    ]


def _reason(view: JobView, expected: Expectation) -> str:
    because = expected.because
    match because.step:
        case Step.CALENDAR:
            return f"{_calendar(view)}, as configured"
        case Step.PLANNED:
            return f"as Duplicati planned it with the run of {formatting.weekday(because.since)}"
        case Step.MOVED_ON:
            planned = formatting.weekday(because.since)
            return f"as Duplicati planned one for {planned} and later runs reported no other"
        case step:
            pause = formatting.duration(because.planned - because.since)
            known_by = _KNOWN_BY[step].format(runs=because.runs)
            return f"{pause} after its last start, {known_by}"


def _calendar(view: JobView) -> str:
    plan = view.schedule.plan
    return f"by the calendar {plan.expression} ({plan.zone})" if isinstance(plan, Cron) else ""


def _until(expected: Expectation) -> str:
    if expected.paused:
        return "it is paused, so a missing run is not reported"
    overdue = f"overdue after {formatting.weekday(expected.deadline)}"
    if expected.excused:
        return f"{overdue}, because its run sent live reports"
    return f"{overdue}, which allows for {_allowed(expected)}"


def _allowed(expected: Expectation) -> str:
    because = expected.because
    lengths = {"for the run": because.length, "of tolerance": because.tolerance}
    if because.queue:
        lengths = {"in the queue": because.queue, **lengths}
    parts = [
        f"{formatting.duration(length)} {what}" for what, length in lengths.items() if length > 0
    ]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)


def _doubt(doubt: Doubt) -> str:
    reported, counts = doubt.reported, doubt.counts
    match doubt.what:
        case Doubted.BEGIN:
            return (
                f"Its last run says that it started {formatting.exact(reported)}{_instead(counts)}"
            )
        case Doubted.END:
            return f"Its last run says that it ended {formatting.exact(reported)}{_instead(counts)}"
        case Doubted.LENGTH:
            counted = "nothing" if counts is None else formatting.duration(counts)
            return (
                f"Its last run says that it took {formatting.duration(reported)}: {counted} counts."
            )
        case Doubted.PAUSE:
            return f"Its usual pause would be {formatting.duration(reported)}: 35 d count. {_SET}"
        case plan:
            next_run = formatting.exact(reported)
            return f"Duplicati planned its next run for {next_run}{_of_plan(plan, counts)}"


def _of_plan(plan: Doubted, counts: Millis | None) -> str:
    if plan is Doubted.LEFT_PLAN:
        return ", and five runs or more came since that reported no other."
    counted = ": what is learned from its runs counts." if counts is None else _instead(counts)
    return f", more than 35 days ahead{counted} {_SET}"


def _instead(counts: Millis | None) -> str:
    return "." if counts is None else f": {formatting.exact(counts)} counts."
