"""Events in words: what a line says of one, and one sentence on many. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from exporter.model.conditions import (
    AnyCondition,
    Condition,
    DaemonCondition,
    ServerCondition,
    Severity,
)
from exporter.model.notifications import SubjectKind
from exporter.notifications.events import Event, Happening

_DAEMON = "the daemon"

_NOUNS = {SubjectKind.JOB.value: "backup", SubjectKind.SERVER.value: "server"}

_KINDS = [SubjectKind.DAEMON.value, SubjectKind.JOB.value, SubjectKind.SERVER.value]
"""The daemon first: what it says of the others depends on it."""

_SEVERITIES = list(Severity)

_PARTS: Sequence[tuple[tuple[Happening, ...], str]] = (
    ((Happening.BEGAN, Happening.LASTS), ""),
    ((Happening.FLAPPING,), ""),
    ((Happening.OVER,), "recovered: "),
    ((Happening.PAST,), "already recovered: "),
)
"""The parts of a sentence in their order, with what each begins with."""

_LABELS = {
    Happening.LASTS: "{}, reminder",
    Happening.FLAPPING: "{}, comes and goes",
    Happening.OVER: "recovered",
    Happening.PAST: "already recovered",
}

_OVER: Mapping[AnyCondition, tuple[str, str]] = {
    Condition.DAMAGED: ("no longer fails verification", "no longer fail verification"),
    Condition.SECOND_COPY: ("has a recent second copy again", "have a recent second copy again"),
    Condition.UNNAMED: (
        "no longer sends reports without a name",
        "no longer send reports without a name",
    ),
    Condition.WARNING: ("no longer ends with warnings", "no longer end with warnings"),
    Condition.UNREPORTED: ("is reported again", "are reported again"),
    Condition.WAITING: ("has a reported run", "have a reported run"),
    Condition.OFF: ("no longer has its schedule off", "no longer have their schedules off"),
    ServerCondition.DUPLICATI_PAUSED: (
        "no longer has its Duplicati paused",
        "no longer have their Duplicati paused",
    ),
    ServerCondition.CERTIFICATE: (
        "no longer has a certificate to look at",
        "no longer have certificates to look at",
    ),
    ServerCondition.PULL_FAILING: ("can be pulled again", "can be pulled again"),
    ServerCondition.REPORTS_MISSING: (
        "has its runs reported again",
        "have their runs reported again",
    ),
    DaemonCondition.STORAGE: ("stores reports again", ""),
    DaemonCondition.REFUSED: ("no longer refuses reports", ""),
    DaemonCondition.CLOCK: ("has the right time again", ""),
    DaemonCondition.NOTIFICATIONS: ("delivers messages again", ""),
    DaemonCondition.CONFIG: ("can use its configuration again", ""),
    DaemonCondition.LIMIT: ("is no longer at a limit of servers or backups", ""),
}
"""What is said of one subject and of several at the end, where "no longer" and the word do not."""


def urgency(event: Event) -> tuple[int, int, int, int, str]:
    """Return the key that sorts events: troubles before recoveries, the worst first."""
    condition, facts = event.condition, event.facts
    part = next(place for place, (each, _) in enumerate(_PARTS) if event.happening in each)
    severity = _SEVERITIES.index(condition.severity)
    return part, severity, _KINDS.index(facts.kind), condition.rank, facts.name.casefold()


def label(event: Event) -> str:
    """Return how serious an event is, as "critical", or that it is over."""
    return _LABELS.get(event.happening, "{}").format(event.condition.severity.value)


def line(event: Event) -> str:
    """Return what happened to one subject, as "nas / Documents is overdue"."""
    return f"{event.facts.name} {_predicate(event, 1)}"


def sentence(events: Sequence[Event]) -> str:
    """Return what happened, as "12 backups of 3 servers are overdue".

    Args:
        events: one or more, sorted by `urgency`.
    """
    reminder = all(event.happening is Happening.LASTS for event in events)
    text = f"{'reminder: ' if reminder else ''}{'; '.join(_parts(events))}"
    starts_with_name = text.startswith(events[0].facts.name)
    return text if starts_with_name else f"{text[:1].upper()}{text[1:]}"


def _parts(events: Sequence[Event]) -> Iterable[str]:
    for happenings, beginning in _PARTS:
        found = [event for event in events if event.happening in happenings]
        if found:
            yield f"{beginning}{_part(found)}"


def _part(events: Sequence[Event]) -> str:
    """Return the sentence on one subject, or one that counts them."""
    if len({event.facts.subject for event in events}) > 1:
        return _counted(events)
    subject = _subject(events[0])
    return f"{subject} {' and '.join(_predicate(event, 1) for event in events)}"


def _subject(event: Event) -> str:
    return _DAEMON if event.facts.kind == SubjectKind.DAEMON.value else event.facts.name


def _counted(events: Sequence[Event]) -> str:
    groups = [list(group) for _, group in groupby(events, key=_condition)]
    if len(groups) == 1:
        return _group(groups[0], _whose)
    kinds = [None, *(group[0].facts.kind for group in groups)]
    return ", ".join(
        _group(group, _nothing, named=group[0].facts.kind != before)
        for group, before in zip(groups, kinds, strict=False)
    )


def _condition(event: Event) -> AnyCondition:
    return event.condition


def _group(
    events: Sequence[Event], whose: Callable[[Sequence[Event]], str], *, named: bool = True
) -> str:
    """Return how many subjects something happened to, named as backups or servers."""
    first, count = events[0], len(events)
    if first.facts.kind == SubjectKind.DAEMON.value:
        return f"{_DAEMON} {_predicate(first, 1)}"
    noun = _NOUNS[first.facts.kind] + ("" if count == 1 else "s")
    subjects = f"{count:,} {noun}{whose(events)}" if named else f"{count:,}"
    return f"{subjects} {_predicate(first, count)}"


def _nothing(_events: Sequence[Event]) -> str:
    return ""


def _whose(events: Sequence[Event]) -> str:
    """Return of which server the backups are, or of how many servers."""
    if events[0].facts.kind != SubjectKind.JOB.value:
        return ""
    servers = {event.facts.server for event in events}
    return f" of {len(servers):,} servers" if len(servers) > 1 else f" of {events[0].facts.server}"


def _predicate(event: Event, count: int) -> str:
    condition = event.condition
    if event.happening.is_end:
        return _over(condition, count)
    said = condition.of_one if count == 1 else condition.of_many
    return f"{said} again and again" if event.happening is Happening.FLAPPING else said


def _over(condition: AnyCondition, count: int) -> str:
    one, many = _OVER.get(
        condition, (f"is no longer {condition.word}", f"are no longer {condition.word}")
    )
    return one if count == 1 else many
