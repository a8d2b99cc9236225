"""Texts and times for the person for whom something is being written.

The reader is that of the current request for a page. Everything else, such as the API, messages and
the commands, is written in English and UTC.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from threading import Lock
from zoneinfo import ZoneInfo

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from msgspec import Struct

ENGLISH = "en"
"""The texts in code and templates: they are the keys of the catalogues."""

TRANSLATED = ("de", "es", "fr", "pt")
LANGUAGES = (ENGLISH, *TRANSLATED)
DOMAIN = "duplistatus"

_catalogues: dict[str, NullTranslations] = {ENGLISH: NullTranslations()}
_loading = Lock()


class Reader(Struct, frozen=True):
    """Who reads: the language, as in the catalogues, and the time zone."""

    language: str = ENGLISH
    zone: ZoneInfo = ZoneInfo("UTC")


DEFAULT_READER = Reader()
"""The reader of the API, of messages and of the commands."""

_reader: ContextVar[Reader] = ContextVar("reader", default=DEFAULT_READER)


def reader() -> Reader:
    """Return for whom the current request is answered."""
    return _reader.get()


def set_reader(reader: Reader) -> None:
    """Write for a reader from now on, in this thread: who calls this also ends it."""
    _reader.set(reader)


@contextmanager
def reading(reader: Reader) -> Iterator[None]:
    """Write for a reader within a block."""
    before = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(before)


def marked(text: str) -> str:
    """Return a text as it is, for the catalogues: it is translated where it is shown."""
    return text


def gettext(text: str) -> str:
    """Return a text in the language of the reader."""
    return _texts().gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a text for a number, in the language of the reader."""
    return _texts().ngettext(one, many, count)


def pgettext(context: str, text: str) -> str:
    """Return a text that has several meanings, of which `context` names one."""
    return _texts().pgettext(context, text)


def npgettext(context: str, one: str, many: str, count: int) -> str:
    """Return the form for a number of a text that has several meanings."""
    return _texts().npgettext(context, one, many, count)


def _texts() -> NullTranslations:
    language = _reader.get().language
    return _catalogues.get(language) or _load(language)


def _load(language: str) -> NullTranslations:
    """Return the texts of a language, read when they are first needed."""
    with _loading:
        if language not in _catalogues:
            _catalogues[language] = _read(language)
        return _catalogues[language]


def _read(language: str) -> NullTranslations:
    file = resources.files("exporter").joinpath("locale", language, "LC_MESSAGES", f"{DOMAIN}.po")
    with file.open("rb") as lines:
        catalogue = read_po(lines, locale=language, domain=DOMAIN)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)  # without what is not translated, which then stays English
    compiled.seek(0)
    return GNUTranslations(compiled)
