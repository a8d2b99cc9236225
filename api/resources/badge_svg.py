"""Draws a badge: a flat SVG without anything that is fetched, styled or run."""

import math
import unicodedata
from html import escape

from exporter.conditions.badge import Badge, Tone

COLOURS = {
    Tone.BAD: "#b62324",
    Tone.DOUBTFUL: "#8a5600",
    Tone.GOOD: "#1a6e31",
    Tone.NEUTRAL: "#57606a",
}
SUBJECT_COLOUR = "#32383f"
TEXT_COLOUR = "#fff"

MAX_CHARACTERS = 40
"""How much of a name is shown; the title has all of it."""

_CELL = 6.6
"""Pixels a character takes in nearly every monospaced font, which is 0.6 of its size. `textLength`
gives browsers the width, so that the text fits with any other font too."""

_PADDING = 7


def draw(badge: Badge) -> bytes:
    """Return the badge as SVG."""
    subject = _shortened(_printable(badge.subject))
    left, right = _width(subject), _width(badge.words)
    meaning = escape(_printable(badge.meaning))
    svg = f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img">
<title>{meaning}</title>
<rect width="{left + right}" height="20" rx="3" fill="{COLOURS[badge.tone]}"/>
<path d="M3 0H{left}V20H3A3 3 0 0 1 0 17V3A3 3 0 0 1 3 0Z" fill="{SUBJECT_COLOUR}"/>
<g fill="{TEXT_COLOUR}" font-family="ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace"\
 font-size="11">
{_text(subject, _PADDING)}
{_text(badge.words, left + _PADDING)}
</g>
</svg>
"""
    return svg.encode()


def _text(text: str, x: int) -> str:
    length = f"{_length(text):.1f}"
    return (
        f'<text x="{x}" y="14" textLength="{length}" lengthAdjust="spacingAndGlyphs">'
        f"{escape(text)}</text>"
    )


def _width(text: str) -> int:
    return math.ceil(_length(text)) + 2 * _PADDING


def _length(text: str) -> float:
    return _cells(text) * _CELL


def _cells(text: str) -> int:
    """Return how many characters' places a text takes: East Asian ones are wide, accents none."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )


def _shortened(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"{text[: MAX_CHARACTERS - 1].rstrip()}…"


def _printable(text: str) -> str:
    """Return a text without what XML forbids and what turns the direction of writing."""
    return "".join(each for each in " ".join(text.split()) if each.isprintable())
