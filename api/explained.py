"""Why a run is expected when it is, in a sentence and as a sum, and what was not trusted."""

from typing import NamedTuple

from exporter import formatting
from exporter.fleet.views import JobView
from exporter.jobs.doubts import Doubt, Doubted
from exporter.language import gettext as _
from exporter.language import marked
from exporter.schedule import Expectation, Step
from exporter.schedule.expressions import Cron, Off
from exporter.times import Millis

_KNOWN_BY = {
    Step.INTERVAL: marked("%(pause)s after its last start, as configured"),
    Step.USUAL: marked("%(pause)s after its last start, the usual pause of its last %(runs)s runs"),
    Step.TIME_OF_WEEK: marked(
        "%(pause)s after its last start, as twice before at this time of the week"
    ),
    Step.DEFAULT: marked("%(pause)s after its last start, the default until more is known"),
}


_FIRST_BY = {
    Step.INTERVAL: marked("%(pause)s after that, as configured"),
    Step.DEFAULT: marked("%(pause)s after that, the default until more is known"),
}
"""What is said of a job of which no run is known, after when it was declared."""


class Term(NamedTuple):
    """A duration that is added to a timestamp, and why."""

    adds: Millis
    why: str


def why(view: JobView) -> str:
    """Return a sentence on when a run is expected, by what, and when it becomes overdue."""
    expected = view.expectation
    if isinstance(view.schedule.plan, Off):
        return _("Not monitored: its schedule is off.")
    if view.health.gone is not None:
        return _("No run is expected: Duplicati no longer lists this backup.")
    if expected is None:
        return _("No run is expected before the first run has ended.")
    said = _("Expected %(time)s, %(reason)s; %(until)s.") % {
        "time": formatting.weekday(expected.start),
        "reason": _reason(view, expected),
        "until": _until(expected),
    }
    return f"{_declared(expected)} {said}" if expected.because.is_first else said


def _declared(expected: Expectation) -> str:
    text = _("Declared on %(time)s, and waiting for the first run.")
    return text % {"time": formatting.weekday(expected.because.since)}


def not_believed(view: JobView) -> list[str]:
    """Return what was reported or learned of a job and is not trusted, a sentence each."""
    doubts = () if view.expectation is None else view.expectation.because.doubts
    return [_doubt(doubt) for doubt in doubts]


def since(expected: Expectation) -> str:
    """Return what happened at the time that an expectation counts from."""
    because = expected.because
    match because.step:
        case _ if because.is_first:
            return "it was declared"
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
            return _calendar(view)
        case Step.PLANNED if because.is_first:
            return _("as Duplicati planned it")
        case Step.PLANNED:
            text = _("as Duplicati planned it with the run of %(time)s")
            return text % {"time": formatting.weekday(because.since)}
        case Step.MOVED_ON:
            text = _("as Duplicati planned one for %(time)s and later runs reported no other")
            return text % {"time": formatting.weekday(because.since)}
        case step:
            pause = formatting.duration(because.planned - because.since)
            known = (_FIRST_BY if because.is_first else _KNOWN_BY)[step]
            return _(known) % {"pause": pause, "runs": because.runs}


def _calendar(view: JobView) -> str:
    plan = view.schedule.plan
    if not isinstance(plan, Cron):
        return ""
    text = _("by the calendar %(expression)s (%(zone)s), as configured")
    return text % {"expression": plan.expression, "zone": plan.zone}


def _until(expected: Expectation) -> str:
    if expected.paused:
        return _("it is paused, so a missing run is not reported")
    overdue = {"time": formatting.weekday(expected.deadline), "lengths": _allowed(expected)}
    if expected.excused:
        return _("overdue after %(time)s, because its run sent live reports") % overdue
    return _("overdue after %(time)s, which allows for %(lengths)s") % overdue


def _allowed(expected: Expectation) -> str:
    because = expected.because
    lengths = (
        (_("%(length)s in the queue"), because.queue),
        (_("%(length)s for the run"), because.length),
        (_("%(length)s of tolerance"), because.tolerance),
    )
    parts = [
        text % {"length": formatting.duration(length)} for text, length in lengths if length > 0
    ]
    if not parts[1:]:
        return "".join(parts)
    return _("%(first)s and %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


def _doubt(doubt: Doubt) -> str:
    write = formatting.duration if doubt.what in _LENGTHS else formatting.exact
    alone, with_counts = _DOUBTS[doubt.what]
    if doubt.counts is None:
        return _(alone) % {"said": write(doubt.reported)}
    return _(with_counts) % {"said": write(doubt.reported), "counts": write(doubt.counts)}


_LENGTHS = (Doubted.LENGTH, Doubted.PAUSE)

_DOUBTS = {
    Doubted.BEGIN: (
        marked("Its last run says that it started %(said)s."),
        marked("Its last run says that it started %(said)s: %(counts)s counts."),
    ),
    Doubted.END: (
        marked("Its last run says that it ended %(said)s."),
        marked("Its last run says that it ended %(said)s: %(counts)s counts."),
    ),
    Doubted.LENGTH: (
        marked("Its last run says that it took %(said)s: nothing counts."),
        marked("Its last run says that it took %(said)s: %(counts)s counts."),
    ),
    Doubted.PAUSE: 2
    * (
        marked(
            "Its usual pause would be %(said)s: 35 d count. If that is right, set its schedule."
        ),
    ),
    Doubted.PLAN: (
        marked(
            "Duplicati planned its next run for %(said)s, more than 35 days ahead: what is learned"
            " from its runs counts. If that is right, set its schedule."
        ),
        marked(
            "Duplicati planned its next run for %(said)s, more than 35 days ahead: %(counts)s"
            " counts. If that is right, set its schedule."
        ),
    ),
    Doubted.LEFT_PLAN: 2
    * (
        marked(
            "Duplicati planned its next run for %(said)s, and five runs or more came since that"
            " reported no other."
        ),
    ),
}
"""What is said of each, alone and with what counts in its place."""
