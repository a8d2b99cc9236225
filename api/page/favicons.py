"""The icons of the page's tab: one for each state, with a colour and a shape of its own."""

from collections.abc import Mapping

from exporter.conditions.badge import Tone

UNKNOWN = "unknown"

_NAMES: Mapping[Tone, str] = {
    Tone.BAD: "critical",
    Tone.DOUBTFUL: "warning",
    Tone.GOOD: "ok",
    Tone.NEUTRAL: UNKNOWN,
}

NAMES = tuple(_NAMES.values())


def favicon(tone: Tone) -> str:
    """Return the name of the icon for a tone."""
    return _NAMES[tone]
