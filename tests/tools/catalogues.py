"""The catalogues of exporter/locale: `python -m tests.tools.catalogues` brings them up to date.

It collects the texts of code and templates, adds what is new to the catalogue of each language and
removes what is no longer used. Then it prints what a translator has to do; so does `--check`, which
writes nothing. A text without a translation is shown in English.
"""

import html.parser
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from api.errors import KINDS
from exporter.formatting import UNIT, UNITS
from exporter.language import DOMAIN, TRANSLATED
from exporter.model import Status
from exporter.model.conditions import Condition, DaemonCondition, ServerCondition
from exporter.model.notifications import MessageKind, MessageOutcome
from tests.deploy.files import ROOT

FOLDER = ROOT / "exporter" / "locale"
SOURCES = ("api", "exporter")

_METHODS = [("**.py", "python"), ("page/templates/**.jinja", "jinja2")]
_OPTIONS = {"page/templates/**.jinja": {"trimmed": "true", "silent": "false"}}
_KEYWORDS = {**DEFAULT_KEYWORDS, "marked": None}
_PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?(.)|\{(\w+)\}", re.DOTALL)
_MARKUP = re.compile(r"[<>\"&]")
_WIDTH = 100

_PLURALS = {"de": "(n != 1)", "es": "(n != 1)", "fr": "(n > 1)", "pt": "(n > 1)"}
"""Which of two forms a number takes. Unicode has a third, for millions."""

_NAMES_OF_413 = ("Request Entity Too Large", "Content Too Large")
"""Python 3.13 changed it."""

_UNCHANGED = datetime(2026, 12, 1, tzinfo=UTC)
"""The date of the catalogues: another one each time would be a difference without a meaning."""


def path_of(language: str) -> Path:
    """Return the file of a language."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """Return the catalogue of a language; an empty one where it has no file."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, domain=DOMAIN)
    with path.open("rb") as lines:
        return read_po(lines, locale=language, domain=DOMAIN)


def collected() -> Catalog:
    """Return every text of code and templates, and the words for what has one."""
    template = _empty(None)
    for source in SOURCES:
        for path, _, text, comments, context in extract_from_dir(
            ROOT / source, _METHODS, _OPTIONS, _KEYWORDS
        ):
            place = (f"{source}/{path}", 0)
            template.add(text, locations=[place], auto_comments=comments, context=context)
    for context, text in _words():
        template.add(text, context=context)
    return template


def _words() -> Iterator[tuple[str | None, str | tuple[str, str]]]:
    """Yield what is translated where it is shown, with its context."""
    for each in (*Condition, *ServerCondition, *DaemonCondition):
        yield None, each.word
    for condition in Condition:
        yield "backups", (condition.of_one, condition.of_many)
    for value in (*Status, *MessageKind, *MessageOutcome):
        yield None, value.value.replace("_", " ")
    for phrase in (*(HTTPStatus(status).phrase for status in KINDS), *_NAMES_OF_413):
        yield None, phrase
    for unit in UNITS:
        yield UNIT, unit


def updated(language: str, template: Catalog) -> Catalog:
    """Return the catalogue of a language with the texts of now, and no others."""
    known, fresh = read(language), _empty(language)
    for message in _texts(template):
        before = known.get(message.id, message.context)
        fresh.add(
            message.id,
            _string(before, message),
            locations=message.locations,
            auto_comments=message.auto_comments,
            context=message.context,
        )
    return fresh


def _string(before: Message | None, message: Message) -> str | tuple[str, ...] | list[str]:
    """Return the translation of a text, empty where it has none or its kind has changed."""
    if before is None or before.fuzzy or before.pluralizable != message.pluralizable:
        return ""
    return before.string or ""


def _empty(language: str | None) -> Catalog:
    made = Catalog(
        locale=language,
        domain=DOMAIN,
        header_comment="# Texts of the page. CONTRIBUTING.md says how to change them.",
        project="duplistatus exporter",
        msgid_bugs_address="https://github.com/duplistatus/exporter/issues",
        creation_date=_UNCHANGED,
        revision_date=_UNCHANGED,
        fuzzy=False,
    )
    if language is not None:
        made.mime_headers = [("Plural-Forms", f"nplurals=2; plural={_PLURALS[language]};")]
    return made


def write(catalogue: Catalog, path: Path) -> None:
    """Write a catalogue."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.BytesIO()
    write_po(text, catalogue, width=_WIDTH, sort_output=True, include_lineno=False)
    path.write_bytes(text.getvalue().rstrip() + b"\n")


def faults(catalogue: Catalog, template: Catalog) -> Iterator[str]:
    """Yield what is wrong with a catalogue, a line each."""
    wanted, found = _keys(template), _keys(catalogue)
    yield from (f"missing: {text!r}" for _, text in sorted(wanted - found, key=str))
    yield from (f"no longer used: {text!r}" for _, text in sorted(found - wanted, key=str))
    yield from (f"obsolete: {text!r}" for text in catalogue.obsolete)
    for message in _texts(catalogue):
        yield from (f"{fault}: {message.id!r}" for fault in _faults_of(message, catalogue))


def _keys(catalogue: Catalog) -> set[tuple[str | None, str]]:
    """Return the texts, each with its context."""
    texts = ((each.context, each.id) for each in _texts(catalogue))
    return {(context, id_ if isinstance(id_, str) else id_[0]) for context, id_ in texts}


def _faults_of(message: Message, catalogue: Catalog) -> Iterator[str]:
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    string = message.string or ""
    strings = [string] if isinstance(string, str) else list(string)
    if message.fuzzy:
        yield "fuzzy"
    if not all(strings) or len(strings) != (catalogue.num_plurals if len(ids) > 1 else 1):
        yield "not translated"
        return
    if not all(placeholders(each) in map(placeholders, ids) for each in strings):
        yield "other placeholders"
    if not all(markup(each) in map(markup, ids) for each in strings):
        yield "other HTML"


def placeholders(text: str) -> list[tuple[str, ...]]:
    """Return the values that a text takes, and its doubled percent signs."""
    return sorted(_PLACEHOLDER.findall(text))


def markup(text: str) -> list[str]:
    """Return the tags of a text with their attributes, and all else that HTML takes for its own."""
    found = _Tags()
    found.feed(text)
    found.close()
    return sorted(found.tags) + _MARKUP.findall(found.text)


class _Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_entityref(self, name: str) -> None:
        self.text += f"&{name};"

    def handle_charref(self, name: str) -> None:
        self.text += f"&#{name};"

    def handle_comment(self, data: str) -> None:
        self.tags.append(f"<!--{data}-->")


def _texts(catalogue: Catalog) -> Iterator[Message]:
    """Yield the messages but for the header."""
    return (message for message in catalogue if message.id)


def main(arguments: list[str]) -> int:
    """Bring the catalogues up to date, or only look at them; return 1 if something is missing."""
    template, total = collected(), 0
    for language in TRANSLATED:
        catalogue = read(language)
        if arguments != ["--check"]:
            catalogue = updated(language, template)
            write(catalogue, path_of(language))
        found = list(faults(catalogue, template))
        total += len(found)
        sys.stdout.writelines(f"{language}: {fault}\n" for fault in found)
    texts = sum(1 for _ in _texts(template))
    sys.stdout.write(f"{texts} texts in {len(TRANSLATED)} languages, {total} faults\n")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
