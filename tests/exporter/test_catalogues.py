"""The catalogues: complete, and with the values and the HTML of the English texts."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from hypothesis import given
from hypothesis import strategies as st

from exporter.language import TRANSLATED
from tests.deploy.files import ROOT
from tests.tools import catalogues

CATALOGUES = {language: catalogues.read(language) for language in TRANSLATED}


@pytest.fixture(scope="session")
def template() -> Catalog:
    return catalogues.collected()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_nothing_else(language: str, template: Catalog) -> None:
    found = list(catalogues.faults(CATALOGUES[language], template))
    assert found == [], "python -m tests.tools.catalogues brings them up to date"


def test_every_language_has_a_catalogue() -> None:
    assert sorted(path.name for path in catalogues.FOLDER.iterdir()) == sorted(TRANSLATED)


def filled() -> Iterator[tuple[str, str]]:
    """Yield each translation that takes values, with its English text."""
    for catalogue in CATALOGUES.values():
        for message in catalogue:
            if message.id:
                yield from pairs(message)


def pairs(message: Message) -> Iterator[tuple[str, str]]:
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    string = message.string or ""
    strings = [string] if isinstance(string, str) else list(string)
    for english, translated in zip(ids, strings, strict=True):
        if names(english):
            yield english, translated


def names(text: str) -> set[str]:
    """Return the names of the values that a text takes, of either format."""
    return {name for each in catalogues.placeholders(text) for name in each[::2] if name}


@given(st.sampled_from(list(filled())), st.text(min_size=1))
def test_a_translation_takes_the_values_of_its_text_whatever_they_are(
    pair: tuple[str, str], value: str
) -> None:
    english, translated = pair
    values = {name: f"<{name} {value}>" for name in names(english)}
    said = translated % values if "%(" in english else translated.format(**values)
    assert all(values[name] in said for name in names(translated))


@pytest.mark.parametrize(
    ("text", "translation", "fault"),
    [
        ("runs", "", "not translated: 'runs'"),
        ("%(count)s runs", "%(number)s runs", "other placeholders: '%(count)s runs'"),
        ("%(count)s runs", "%(count)d runs", "other placeholders: '%(count)s runs'"),
        ("100 %%", "100 %", "other placeholders: '100 %%'"),
        ("runs", "<b>runs</b>", "other HTML: 'runs'"),
        ("a <b>run</b>", "a <i>run</i>", "other HTML: 'a <b>run</b>'"),
        (
            '<a href="%(root)s/">',
            '<a href="//else%(root)s/">',
            "other HTML: '<a href=\"%(root)s/\">'",
        ),
        ("runs", 'x" onload="y', "other HTML: 'runs'"),
        ("runs", "< runs", "other HTML: 'runs'"),
        (("a run", "runs"), ("ein Lauf", ""), "not translated: ('a run', 'runs')"),
        (("a run", "runs"), ("ein Lauf",), "not translated: ('a run', 'runs')"),
    ],
)
def test_what_is_wrong_with_a_translation_is_said(
    text: str | tuple[str, str], translation: str | tuple[str, ...], fault: str
) -> None:
    template, catalogue = Catalog(), Catalog(locale="de")
    template.add(text)
    catalogue.add(text, translation)
    assert next(catalogues.faults(catalogue, template)) == fault


def test_what_is_missing_unused_or_fuzzy_is_said() -> None:
    template, catalogue = Catalog(), Catalog(locale="de")
    template.add("new")
    template.add("changed")
    catalogue.add("old", "alt")
    catalogue.add("changed", "anders", flags=["fuzzy"])
    assert list(catalogues.faults(catalogue, template)) == [
        "missing: 'new'",
        "no longer used: 'old'",
        "fuzzy: 'changed'",
    ]


def test_an_update_keeps_translations_and_leaves_out_what_is_no_longer_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    template, before = Catalog(), Catalog(locale="de")
    template.add("kept")
    template.add("new")
    before.add("kept", "behalten")
    before.add("gone", "weg")
    monkeypatch.setattr(catalogues, "read", lambda _language: before)
    after = {each.id: each.string for each in catalogues.updated("de", template) if each.id}
    assert after == {"kept": "behalten", "new": ""}


@pytest.mark.parametrize(
    "path", sorted(path for name in catalogues.SOURCES for path in (ROOT / name).rglob("*.py"))
)
def test_what_counts_is_written_where_it_is_translated(path: Path) -> None:
    """Else the command that collects the texts does not see it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call)]
    counting = [each for each in calls if getattr(each.func, "id", "") == "ngettext"]
    texts = [argument for call in counting for argument in call.args[:2]]
    assert all(isinstance(text, ast.Constant) for text in texts)
