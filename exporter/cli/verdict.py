"""What a monitoring system is told of the state that a daemon answers with. Pure."""

from collections.abc import Collection
from enum import IntEnum
from typing import NamedTuple

from msgspec import Struct

from exporter.model import JobKind
from exporter.model.conditions import (
    AnyCondition,
    Condition,
    DaemonCondition,
    ServerCondition,
    Severity,
)

WORDS: dict[str, AnyCondition] = {
    each.value: each for kind in (Condition, ServerCondition, DaemonCondition) for each in kind
}
"""Every condition by its word."""


class Verdict(IntEnum):
    """The exit codes of a plugin.

    See https://www.monitoring-plugins.org/doc/guidelines.html
    """

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


class Fault(Struct, rename="camel"):
    """What is wrong with the daemon or a server, as it answers."""

    condition: str
    severity: str
    reason: str
    server: str | None = None


class Job(Struct, rename="camel"):
    """A job in trouble, as the daemon answers."""

    server: str
    name: str
    condition: str
    severity: str
    since: str | None
    reason: str | None
    kind: str = JobKind.BACKUP.value

    @property
    def label(self) -> str:
        """Its name, with the kind of a Sync, unless the name has it already."""
        plain = self.kind == JobKind.BACKUP.value or self.name.endswith(f"({self.kind})")
        return self.name if plain else f"{self.name} ({self.kind})"


class State(Struct, rename="camel"):
    """The answer of /api/status."""

    state: str
    sentence: str
    jobs: int
    in_trouble: int
    not_evaluated: int
    conditions: dict[str, int]
    daemon: list[Fault]
    servers: list[Fault]
    worst: list[Job]
    excused: dict[str, int] = {}

    @property
    def faults(self) -> list[Fault]:
        """What is wrong beside the jobs."""
        return [*self.daemon, *self.servers]

    def count(self, word: str) -> int:
        """Return for how many a condition holds that are neither muted nor paused."""
        faults = sum(each.condition == word for each in self.faults)
        return self.conditions.get(word, 0) - self.excused.get(word, 0) + faults


class Thresholds(NamedTuple):
    """The words of the conditions that are critical or a warning; None where nobody chose any."""

    warning: Collection[str] | None = None
    critical: Collection[str] | None = None

    @property
    def are_default(self) -> bool:
        """Whether the daemon's own judgement counts."""
        return self.warning is None and self.critical is None

    @property
    def criticals(self) -> Collection[str]:
        """What is critical: what was chosen, else the daemon's choice without the warnings."""
        if self.critical is not None:
            return self.critical
        return _words(Severity.CRITICAL) - {*(self.warning or ())}

    @property
    def warnings(self) -> Collection[str]:
        """What is a warning: what was chosen, else every other trouble."""
        if self.warning is not None:
            return self.warning
        return _words(Severity.CRITICAL, Severity.WARNING) - {*self.criticals}


def _words(*severities: Severity) -> set[str]:
    return {word for word, condition in WORDS.items() if condition.severity in severities}


def judged(state: State, thresholds: Thresholds) -> Verdict:
    """Return the verdict; never OK where no backup was looked at, or one could not be."""
    if thresholds.are_default:
        verdict = Verdict[state.state.upper()]
    else:
        verdict = _by_conditions(state, thresholds)
    return Verdict.UNKNOWN if verdict is Verdict.OK and not state.jobs else verdict


def _by_conditions(state: State, thresholds: Thresholds) -> Verdict:
    if any(map(state.count, thresholds.criticals)):
        return Verdict.CRITICAL
    if state.not_evaluated or any(map(state.count, thresholds.warnings)):
        return Verdict.WARNING
    return Verdict.WARNING if _unheard_of(state) else Verdict.OK


def _unheard_of(state: State) -> bool:
    """Return whether a newer daemon says something that cannot be judged here."""
    return not {*state.conditions, *(each.condition for each in state.faults)} <= WORDS.keys()
