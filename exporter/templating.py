"""Templates for people: what a report says is escaped in HTML, and shown without tricks."""

import re
import unicodedata
from functools import lru_cache

import jinja2
from markupsafe import Markup

from exporter import formatting, language

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


def plain(text: str, most: int = 80) -> str:
    """Return a text in one line without invisible characters, cut as `short` does."""
    return short(one_line(text), most)


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def left(value: object, width: int) -> str:
    """Return a value in a column of a table of plain text, cut to its width."""
    text = _fitting(str(value), width)
    return text + " " * (width - columns(text))


def right(value: object, width: int) -> str:
    """Return a value at the right of a column."""
    text = _fitting(str(value), width)
    return " " * (width - columns(text)) + text


def wrapped(text: str, width: int, indent: int) -> str:
    """Return a text in indented lines of at most so many columns; a longer word is cut."""
    lines: list[str] = []
    for word in (_fitting(each, width - indent) for each in text.split()):
        longer = f"{lines[-1]} {word}" if lines else word
        lines = [*lines[:-1], longer] if columns(longer) <= width - indent else [*lines, word]
    return "\n".join(" " * indent + line for line in lines)


def _fitting(text: str, width: int) -> str:
    if columns(text) <= width:
        return text
    kept = text[: width - 1]
    while columns(kept) >= width:
        kept = kept[:-1]
    return f"{kept}\N{HORIZONTAL ELLIPSIS}"


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
    made.filters.update(
        short=short, number=formatting.number, left=left, right=right, wrapped=wrapped
    )
    return made


def speak(made: jinja2.Environment) -> None:
    """Let the templates of an environment speak the language of the reader.

    In place of Jinja's own functions, whose results are shown as they are: values in a text would
    keep the invisible characters that reports hold. A text within a template is HTML; one from
    elsewhere, such as the word for a condition, is not: it takes the filter `translated`.
    """
    made.extend(newstyle_gettext=True)  # before the extension, which otherwise sets it to False
    made.add_extension("jinja2.ext.i18n")
    made.policies["ext.i18n.trimmed"] = True
    made.globals.update(_=_gettext, gettext=_gettext, ngettext=_ngettext, pgettext=_pgettext)
    made.filters["translated"] = language.gettext


def _gettext(text: str, /, **values: object) -> Markup:
    if not values:
        return _constant(text, language.reader().language)
    return _filled(language.gettext(text), values)


def _ngettext(one: str, many: str, count: int, /, **values: object) -> Markup:
    return _filled(language.ngettext(one, many, count), values)


def _pgettext(context: str, text: str, /, **values: object) -> Markup:
    return _filled(language.pgettext(context, text), values)


def _filled(text: str, values: dict[str, object]) -> Markup:
    return Markup(text) % {name: shown(value) for name, value in values.items()}  # noqa: S704 - ours


@lru_cache(maxsize=4096)
def _constant(text: str, _language: str) -> Markup:
    """Return a text without values, in the reader's language, which the cache has to know."""
    return _filled(language.gettext(text), {})
