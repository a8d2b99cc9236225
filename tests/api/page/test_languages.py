"""The page in every language: the same elements, with texts of that language."""

import re

import pytest
from falcon import testing

from exporter.language import LANGUAGES, TRANSLATED
from tests.api.page.conftest import LAST
from tests.api.page.test_hostile import HOSTILE, assert_harmless
from tests.support.daemon import Daemon
from tests.support.pages import Document, text
from tests.support.reports_builder import duplicati_report

PATHS = (
    "/",
    "/jobs/1",
    "/servers/1",
    "/digest",
    "/refused",
    "/notifications",
    "/sign-in",
    "/connect",
    "/servers",
)


def page(daemon: Daemon, path: str, language: str) -> Document:
    return Document(asked(daemon, path, language))


def asked(daemon: Daemon, path: str, language: str) -> testing.Result:
    answer = daemon.client.simulate_get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer


def shape(document: Document) -> list[str]:
    """Return the elements of a page in their order, but for those that stand within sentences."""
    inline = {"a", "b", "bdi", "code", "small", "span", "time"}
    return [each.tag for each in document.root.iter() if each.tag not in inline]


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_the_same_elements_in_every_language(
    fleet_of_all: Daemon, path: str, language: str
) -> None:
    translated, english = page(fleet_of_all, path, language), page(fleet_of_all, path, "en")
    assert shape(translated) == shape(english)
    assert "<Macro" not in asked(fleet_of_all, path, language).text
    assert text(translated.one("footer")) != text(english.one("footer"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text_in_every_language(daemon: Daemon, name: str, language: str) -> None:
    body = duplicati_report(began=LAST, backup=name, server=name, machine_id=name, status="Error")
    daemon.upload(body)
    for path in PATHS:
        assert_harmless(page(daemon, path, language))
        assert not set(asked(daemon, path, language).text) & set("\x00\x07\x1b\u202e\u2066")


@pytest.mark.parametrize(
    ("language", "succeeded", "size", "condition"),
    [
        ("en", "1 hour ago", "1.44 MiB", "fine"),
        ("de", "vor 1 Stunde", "1,44 MiB", "in Ordnung"),
        ("es", "hace 1 hora", "1,44 MiB", "correcta"),
        ("fr", "il y a 1 heure", "1,44 Mio", "en ordre"),
        ("pt", "há 1 hora", "1,44 MiB", "em ordem"),
    ],
)
def test_times_sizes_and_conditions_are_written_as_in_the_language(
    daemon: Daemon, language: str, succeeded: str, size: str, condition: str
) -> None:
    daemon.upload(duplicati_report(began=LAST, data={"SizeOfExaminedFiles": 1_510_000}))
    row = page(daemon, "/", language).one("tr", data_job="1")
    told = re.sub(r"\s+", " ", text(row))
    assert succeeded in told
    assert size in told
    assert condition in told


@pytest.mark.parametrize(
    ("language", "time"),
    [
        ("en", "2026-01-15 10:30:00 UTC"),
        ("de", "15.01.2026 10:30:00 UTC"),
        ("es", "15/01/2026 10:30:00 UTC"),
        ("fr", "15/01/2026 10:30:00 UTC"),
        ("pt", "15/01/2026 10:30:00 UTC"),
    ],
)
def test_an_exact_time_is_written_as_in_the_language(
    daemon: Daemon, language: str, time: str
) -> None:
    assert text(page(daemon, "/", language).one("time", data_now="")) == time
