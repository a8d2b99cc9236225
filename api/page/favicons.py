"""The icons of the page's tab: one for each state, with a colour and a shape of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from exporter.conditions.badge import Tone, tone
from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import Fault

UNKNOWN = "unknown"

_NAMES: Mapping[Tone, str] = {
    Tone.BAD: "critical",
    Tone.DOUBTFUL: "warning",
    Tone.GOOD: "ok",
    Tone.NEUTRAL: UNKNOWN,
}

NAMES = tuple(_NAMES.values())


def favicon(summary: StatusSummary, faults: Sequence[Fault]) -> str:
    """Return the name of the icon for jobs and what is wrong beside them."""
    return _NAMES[tone(summary, faults)]


def tab(summary: StatusSummary, faults: Sequence[Fault]) -> dict[str, Any]:
    """Return the icon, and how many jobs in trouble the title counts."""
    troubled = summary.in_trouble + summary.errored
    return {"favicon": favicon(summary, faults), "troubled": troubled}
