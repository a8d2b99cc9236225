"""Which rule applies, and the deadline for a run."""

from exporter.jobs import doubts
from exporter.jobs.doubts import Doubt
from exporter.jobs.state import JobState
from exporter.model import believed
from exporter.schedule import configured, declared, learned, lengths, reported
from exporter.schedule.expectation import (
    Because,
    Expectation,
    Rule,
    Schedule,
    ScheduleSource,
    Step,
)
from exporter.schedule.expressions import Cron, Every, Off
from exporter.times import MAX_TIMESTAMP, Millis


def expect(
    state: JobState, schedule: Schedule, running_since: Millis | None = None
) -> Expectation | None:
    """Return what is expected of a job; None with its schedule off, or gone from its server.

    None also before its first backup run, unless it was declared. A first run that is only known to
    have started, `running_since`, counts until it is reported.

    A run that is planned while another of the job is in progress starts when that ends. A report
    is sent when a run ends, so the deadline allows for how long one may take on top of the
    tolerance: a backup of six hours is not late while it still runs.
    """
    last = state.recent[-1].started if state.recent else running_since
    if isinstance(schedule.plan, Off) or state.gone is not None:
        return None
    if last is None:
        return _first(state, schedule)
    rule = _rule(state, schedule, last)
    over = last if state.last is None else believed.over_by(state.last)
    start = min(max(rule.start, over), MAX_TIMESTAMP)
    length = lengths.allowed(state.recent, rule.interval)
    doubted = () if state.last is None else doubts.of(state.last)
    return _expectation(rule, start, length, schedule, (*doubted, *rule.doubts))


def _first(state: JobState, schedule: Schedule) -> Expectation | None:
    """Return what is expected of a job of which no run is known, where it was declared."""
    if state.declared is None or not state.is_expected:
        return None
    rule = declared.expected(state.declared, schedule)
    start = min(rule.start, MAX_TIMESTAMP)
    return _expectation(rule, start, declared.LENGTH, schedule, rule.doubts)


def _expectation(
    rule: Rule, start: Millis, length: Millis, schedule: Schedule, doubted: tuple[Doubt, ...]
) -> Expectation:
    """Return what a rule expects of a run that starts then and may take so long."""
    deadline = min(start + rule.queue + length + schedule.tolerance, MAX_TIMESTAMP)
    because = Because(
        rule.step,
        rule.since,
        rule.runs,
        rule.start,
        rule.queue,
        length,
        schedule.tolerance,
        doubted,
    )
    return Expectation(start, deadline, rule.interval, rule.source, because, schedule.paused)


def _rule(state: JobState, schedule: Schedule, last: Millis) -> Rule:
    match schedule.plan:
        case Every(interval):
            return configured.by_interval(interval, last)
        case Cron() as cron:
            return configured.by_calendar(cron, last, schedule.tolerance)
        case _:
            return _by_runs(state, schedule, last)


def _by_runs(state: JobState, schedule: Schedule, last: Millis) -> Rule:
    """Return what Duplicati planned where that is trusted, else what is learned from the runs."""
    doubt = None
    if state.reported:
        doubt = reported.doubt(state, learned.LEARNED_FROM)
        planned = None if doubt else reported.expected(state, last)
        if planned is not None:
            return planned
    interval = schedule.expected_interval
    rule = learned.expected(state.starts, interval) or _default(interval, last)
    return rule if doubt is None else rule._replace(doubts=(*rule.doubts, doubt))


def _default(interval: Millis, last: Millis) -> Rule:
    return Rule(last + interval, interval, ScheduleSource.DEFAULT, Step.DEFAULT, last)
