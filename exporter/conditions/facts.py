"""What people read of a job besides its conditions, in the same words everywhere. Pure.

It takes the job unpacked: use it for shown jobs only.
"""

from msgspec import Struct

from exporter import formatting
from exporter.conditions.causes import cause
from exporter.conditions.evaluate import conditions
from exporter.conditions.since import since
from exporter.fleet.views import JobView
from exporter.formatting import DisplayTime
from exporter.jobs.state import JobState
from exporter.language import gettext as _
from exporter.language import marked
from exporter.model import Status
from exporter.model.conditions import Condition
from exporter.model.mutes import muted_after
from exporter.times import SECOND, Millis


class ActiveCondition(Struct, frozen=True):
    """A condition that holds, since when, until when where that is known, and why.

    `duration` is for how long it has held. The words of `cause` may be a sender's.
    """

    condition: Condition
    since: DisplayTime | None
    until: DisplayTime | None = None
    cause: str | None = None
    duration: str | None = None


_FOR = marked("for {length}")

_LASTING = {
    Condition.STALE: marked("since the last success {ago}"),
    Condition.STALLED: marked("since it was last heard {ago}"),
    Condition.SECOND_COPY: marked("missing for {length}"),
    **dict.fromkeys(
        (Condition.DAMAGED, Condition.INTERRUPTED, Condition.UNUSUAL, Condition.WARNING), "{ago}"
    ),
}
"""What is said of a condition since a time; of the others that they hold for so long."""


class Due(Struct, frozen=True):
    """When the next run is expected; `late` is how long ago its deadline was, for one overdue."""

    start: DisplayTime
    late: str | None
    late_stamp: str


def held(view: JobView, state: JobState, now: Millis) -> tuple[ActiveCondition, ...]:
    """Return the conditions of a job, worst first, without times in the future of a wrong clock."""
    return tuple(_active(view, state, each, now) for each in conditions(view, now))


def _active(view: JobView, state: JobState, condition: Condition, now: Millis) -> ActiveCondition:
    at, until = since(view, state, condition), view.muted_until
    is_past = at is not None and at <= now
    return ActiveCondition(
        condition,
        DisplayTime.from_timestamp(at, now) if at is not None and is_past else None,
        muted_until(until, now) if condition is Condition.MUTED else None,
        cause(view, state, condition, now),
        formatting.length(now - at) if at is not None and is_past else None,
    )


def lasting(condition: Condition, since: Millis | None, now: Millis) -> str:
    """Return since when a condition holds, as "for 5 days" or "2 hours ago"; empty if unknown."""
    if since is None or since > now:
        return ""
    ago, length = formatting.relative(since, now), formatting.length(now - since)
    return _(_LASTING.get(condition, _FOR)).format(ago=ago, length=length)


def muted_until(until: Millis | None, now: Millis) -> DisplayTime | None:
    """Return until when nobody is notified, None where that has passed."""
    found = muted_after(until, now)
    return None if found is None else DisplayTime.from_timestamp(found, now)


def last_success(state: JobState, now: Millis) -> DisplayTime | None:
    """Return when the last run with a usable version ended.

    An end in the future is of a wrong clock; the start was corrected when the report came.
    """
    last = state.last_completed
    if last is None:
        return None
    return DisplayTime.from_timestamp(last.started if last.over > now else last.over, now)


def unposted(view: JobView, now: Millis) -> DisplayTime | None:
    """Return when the last run ended well, if Duplicati's server told it and no report came.

    None too where no report of the job ever came: it may be meant to be pulled.
    """
    health = view.health
    told = health.unposted if health.posted_since is not None else None
    well = health.last is not None and health.last.completed
    return DisplayTime.from_timestamp(min(told, now), now) if told is not None and well else None


def due(view: JobView, now: Millis) -> Due | None:
    """Return when the next run is expected, or None where none is."""
    expected = view.expectation
    if expected is None:
        return None
    late = view.late(now)
    return Due(
        start=DisplayTime.from_timestamp(expected.start, now),
        late=formatting.length(late) if late else None,
        late_stamp=f"PT{late // SECOND}S",
    )


def reason(state: JobState) -> str | None:
    """Return why the last run was not a success."""
    last = state.last
    return None if last is None or last.run.status is Status.SUCCESS else last.run.reason
