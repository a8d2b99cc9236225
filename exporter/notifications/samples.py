"""Sample facts, with which templates are tried before they are needed."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from exporter.formatting import DisplayTime
from exporter.model.conditions import AnyCondition, Condition, DaemonCondition, ServerCondition
from exporter.notifications.composing import HTML, TEXT, TITLE, Context, values
from exporter.notifications.events import Event, Happening
from exporter.notifications.facts import Facts, daemon_facts, server_facts
from exporter.notifications.rendering import Templates
from exporter.times import DAY, HOUR, MINUTE, Millis, parse_timestamp

NOW: Millis = parse_timestamp("2026-01-15T08:00:00Z")

URL = "https://backups.example"


def event_of(condition: AnyCondition, happening: Happening = Happening.BEGAN) -> Event:
    """Return a sample of what can be told."""
    began = NOW - 4 * HOUR
    ended = NOW - 20 * MINUTE if happening.is_end else None
    return Event(happening, condition, _facts(condition), began, ended)


def samples() -> Mapping[str, Sequence[Mapping[str, object]]]:
    """Return values for each template, by its name."""
    messages = [[event] for event in _events()] + [_events()]
    found = [
        values(events, context, listed=2)
        for events in messages
        for context in (_BARE, replace(_BARE, public_url=URL, notice="The monitor was away."))
    ]
    return dict.fromkeys((TITLE, TEXT, HTML), found)


def _events() -> list[Event]:
    conditions: list[AnyCondition] = [*Condition, *ServerCondition, *DaemonCondition]
    return [event_of(condition, each) for condition in conditions for each in Happening]


def _facts(condition: AnyCondition) -> Facts:
    if isinstance(condition, Condition):
        return _OVERDUE if condition is Condition.OVERDUE else _JOB
    if isinstance(condition, ServerCondition):
        return server_facts("nas", reason="nas:8200 does not answer", public_url=URL)
    return daemon_facts(condition, public_url=URL)


_BARE = Context(Templates(), NOW)

_JOB = Facts(
    subject="job:7",
    kind="job",
    name="nas / Documents",
    server="nas",
    backup="Documents",
    last_success=DisplayTime.from_timestamp(NOW - DAY - 4 * HOUR, NOW),
    last_run=DisplayTime.from_timestamp(NOW - 4 * HOUR, NOW),
    expected=DisplayTime.from_timestamp(NOW + 20 * HOUR, NOW),
    reason="The server answered 507: no space left on the destination",
    url=f"{URL}/jobs/7",
)

_OVERDUE = replace(
    _JOB,
    last_run=DisplayTime.from_timestamp(NOW - DAY - 5 * HOUR, NOW),
    expected=DisplayTime.from_timestamp(NOW - 5 * HOUR, NOW),
    overdue="4 hours",
    reason=None,
)
