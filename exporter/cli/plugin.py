"""What a plugin prints: one line for a monitoring system, and details below it. Pure.

Guidelines: https://www.monitoring-plugins.org/doc/guidelines.html. A vertical bar begins the
figures and a line break the details, so no text that comes from a report may have either.
Checkmk's form: https://docs.checkmk.com/latest/en/localchecks.html.
"""

from collections.abc import Collection

from exporter.cli.verdict import WORDS, Fault, Job, State, Thresholds, Verdict
from exporter.model.conditions import Condition

NAME = "BACKUPS"

_LONGEST = 300
"""Characters of a line that a report or an error decides."""

_MOST_FAULTS = 10
_COUNTED = tuple(each.value for each in Condition if each.severity.is_told)


def nagios(verdict: Verdict, state: State, thresholds: Thresholds) -> str:
    """Return the output for Nagios, Icinga and all that run their plugins."""
    first, *details = _told(state)
    return "\n".join([f"{NAME} {verdict.name} - {first} | {_figures(state, thresholds)}", *details])


def checkmk(verdict: Verdict, state: State) -> str:
    """Return the line of a local check; its status is final, so the figures have no thresholds."""
    figures = "|".join(f"{name}={count}" for name, count in _counts(state).items())
    return f'{verdict.value} "Backups" {figures} {_NEXT_LINE.join(_told(state))}'


def unknown(reason: str) -> str:
    """Return the output where nothing is known."""
    return f"{NAME} {Verdict.UNKNOWN.name} - {_safe(reason)}"


def checkmk_unknown(reason: str) -> str:
    """Return the line of a local check where nothing is known."""
    return f'{Verdict.UNKNOWN.value} "Backups" - {_safe(reason)}'


_NEXT_LINE = "\\n"
"""Checkmk breaks the line where the agent's output has these two characters."""


def _told(state: State) -> list[str]:
    """Return the sentence, then what is wrong, a line each."""
    faults = [_fault(each) for each in state.faults[:_MOST_FAULTS]]
    lines = [state.sentence, *faults, *map(_job, state.worst)]
    more = state.in_trouble - len(state.worst)
    return [_safe(each) for each in [*lines, *([f"and {more} more"] if more > 0 else [])]]


def _fault(fault: Fault) -> str:
    place = "the daemon" if fault.server is None else fault.server
    return f"{fault.severity}: {place}: {_word(fault.condition)}: {fault.reason}"


def _job(job: Job) -> str:
    since = "" if job.since is None else f" since {job.since}"
    reason = "" if job.reason is None else f": {job.reason}"
    return f"{job.severity}: {job.server}, {job.label}: {_word(job.condition)}{since}{reason}"


def _word(condition: str) -> str:
    known = WORDS.get(condition)
    return condition if known is None else known.word


def _figures(state: State, thresholds: Thresholds) -> str:
    """Return label=value;warn;crit;min;max: a threshold of 0 stands for "any above that"."""
    most = state.jobs
    return " ".join(
        f"{name}={count};{_limit(name, thresholds.warnings)};"
        f"{_limit(name, thresholds.criticals)};0;{'' if name == 'jobs' else most}"
        for name, count in _counts(state).items()
    )


def _limit(name: str, words: Collection[str]) -> str:
    return "0" if name in words else ""


def _counts(state: State) -> dict[str, int]:
    """Return the figures: always the same, so that a graph has no gap."""
    counts = {"jobs": state.jobs, "in_trouble": state.in_trouble}
    return counts | {word: state.count(word) for word in _COUNTED}


def _safe(text: str) -> str:
    """Return a text that ends no line, also by an escape, begins no figures, and is not long."""
    shown = "".join(each if each.isprintable() and each != "|" else " " for each in text)
    words = " ".join(shown.split()).replace("\\", "/")
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
