"""For whom a request is answered: pages in the reader's language, all else in English and UTC."""

from zoneinfo import ZoneInfo

import pytest
from falcon import testing
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from api.negotiation import preferred_language
from exporter.language import DEFAULT_READER, LANGUAGES, reader
from exporter.times import HOUR
from tests.support.daemon import NOW, Daemon
from tests.support.pages import Document, text
from tests.support.reports_builder import duplicati_report


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-CH, de;q=0.9, en;q=0.8", "de"),
        ("pt-BR", "pt"),
        ("FR", "fr"),
        ("it, es;q=0.5", "es"),
        ("it", "en"),
        ("*", "en"),
        ("en-GB, de;q=0.9", "en"),
        ("de;q=0.1, fr;q=0.9", "fr"),
        ("de;q=0, en", "en"),
        ("de;q=0", "en"),
        ("de; q=0.3 , es ; q=0.4", "es"),
        ("de;q=x, fr;q=0.1", "fr"),
        ("../de, <script>", "en"),
    ],
)
def test_the_language_is_the_one_that_is_preferred(header: str, language: str) -> None:
    assert preferred_language(header, LANGUAGES) == language


@given(st.text(max_size=300))
def test_any_header_chooses_a_language(header: str) -> None:
    assert preferred_language(header, LANGUAGES) in LANGUAGES


def asked(daemon: Daemon, path: str, language: str) -> testing.Result:
    return daemon.client.simulate_get(path, headers={"Accept-Language": language})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_in_the_language_of_its_reader(daemon: Daemon, language: str) -> None:
    answer = asked(daemon, "/", language)
    assert Document(answer).root.attrib["lang"] == language
    assert "Accept-Language" in answer.headers["vary"]


@pytest.mark.parametrize(
    "path",
    ["/api/jobs", "/api/summary", "/api/servers", "/-/ready", "/api/digest", "/api/badge.svg"],
)
def test_what_programs_read_is_in_english_also_after_a_page(daemon: Daemon, path: str) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    before = asked(daemon, path, "en").text
    asked(daemon, "/", "de")
    assert reader() is DEFAULT_READER
    assert asked(daemon, path, "de").text == before


def test_an_error_of_a_page_is_in_its_language_and_ends_it(daemon: Daemon) -> None:
    headers = {"Accept-Language": "de", "Accept": "text/html"}
    answer = daemon.client.simulate_get("/jobs/7", headers=headers)
    assert text(Document(answer).one("h1")) == "Nicht gefunden"
    assert reader() is DEFAULT_READER


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "2026-01-15 10:30:00 UTC"),
        ("Europe/Berlin", "2026-01-15 11:30:00 UTC+1"),
        ("Asia/Kolkata", "2026-01-15 16:00:00 UTC+5:30"),
        ("America/St_Johns", "2026-01-15 07:00:00 UTC-3:30"),
        ("Europe/London", "2026-01-15 10:30:00 UTC"),
    ],
)
def test_without_a_script_times_are_in_the_zone_of_the_option(
    daemon: Daemon, zone: str, shown: str
) -> None:
    client = testing.TestClient(create_app(daemon.services._replace(zone=ZoneInfo(zone))))
    page = Document(client.simulate_get("/"))
    assert text(page.one("time", data_now="")) == shown
    assert text(page.one("span", id="zone-of-times")) == f"All times are {zone}."
