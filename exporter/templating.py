"""Templates for people: what a report says is escaped in HTML, and shown without tricks."""

import re
import unicodedata

import jinja2

from exporter import formatting

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that HTML may not hold, or that would turn the text around them: reports hold any."""

_PLAIN = ("txt", "txt.jinja")


def shown(value: object) -> object:
    """Return what is printed of a value, without invisible characters."""
    if not isinstance(value, str) or value.isprintable() or hasattr(value, "__html__"):
        return value
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", value)


def short(text: str, most: int = 80) -> str:
    """Return a text that fits into a row; one that is cut ends with dots."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    while cut and unicodedata.combining(text[len(cut)]):
        cut = cut[:-1]
    return f"{cut}\N{HORIZONTAL ELLIPSIS}"


def one_line(text: str) -> str:
    """Return a text on one line, without invisible characters and repeated spaces."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))


def environment(loader: jinja2.BaseLoader) -> jinja2.Environment:
    """Return an environment; all but templates of plain text escape what they print."""
    made = jinja2.Environment(
        loader=loader,
        autoescape=jinja2.select_autoescape(disabled_extensions=_PLAIN, default=True),
        undefined=jinja2.StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(short=short, number=formatting.number)
    return made
