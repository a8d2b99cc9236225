"""Times in the zone and the language of the browser, by the script, and without it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open

ZONES = [
    ("Europe/Berlin", "2026-01-15 11:30:00 UTC+1"),
    ("Australia/Adelaide", "2026-01-15 21:00:00 UTC+10:30"),
    ("America/St_Johns", "2026-01-15 07:00:00 UTC-3:30"),
    ("UTC", "2026-01-15 10:30:00 UTC"),
]
LANGUAGES = [
    ("de-DE", "15.01.2026 11:30:00 UTC+1"),
    ("fr-FR", "15/01/2026 11:30:00 UTC+1"),
    ("es-ES", "15/01/2026 11:30:00 UTC+1"),
    ("pt-BR", "15/01/2026 11:30:00 UTC+1"),
    ("it-IT", "2026-01-15 11:30:00 UTC+1"),
]


@pytest.mark.parametrize(("zone", "shown"), ZONES)
def test_exact_times_are_of_the_zone_of_the_browser_with_utc_beside(
    url_of: Callable[[str], str], watch: Open, zone: str, shown: str
) -> None:
    page = watch(url_of("every"), timezone_id=zone).open("/")
    now = page.locator("[data-now]")
    expect(now).to_have_text(shown)
    expect(now).to_have_attribute("title", "2026-01-15 10:30:00 UTC")
    expect(page.locator("#zone-of-times")).to_contain_text(zone)
    title = page.locator("tr[data-job] time").first.get_attribute("title") or ""
    here, utc = title.split("\n")
    assert here[-6:] != utc[-6:] or zone == "UTC"
    assert utc.endswith(" UTC")


@pytest.mark.parametrize(("language", "shown"), LANGUAGES)
def test_the_script_writes_times_as_the_server_does(
    url_of: Callable[[str], str], watch: Open, language: str, shown: str
) -> None:
    page = watch(url_of("every"), timezone_id="Europe/Berlin", locale=language).open("/")
    expect(page.locator("[data-now]")).to_have_text(shown)


def test_without_a_script_they_are_of_the_zone_of_the_daemon(
    url_of: Callable[[str], str], watch: Open
) -> None:
    options = {"timezone_id": "Europe/Berlin", "java_script_enabled": False}
    page = watch(url_of("every"), **options).open("/")
    expect(page.locator("[data-now]")).to_have_text("2026-01-15 10:30:00 UTC")
    expect(page.locator("#zone-of-times")).to_have_text("All times are UTC.")
