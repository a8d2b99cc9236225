"""A declared job on the pages: since when, and when its first run is expected."""

from exporter.times import DAY, HOUR
from tests.api.page.conftest import Look
from tests.api.resources.test_expecting import MISSED, expect
from tests.support.daemon import NOW, Daemon
from tests.support.pages import cell, condition, elements, text


def test_its_row_says_that_it_waits_for_the_first_run(daemon: Daemon, look: Look) -> None:
    expect(daemon)
    daemon.clock.now += 3 * HOUR
    (row,) = look().jobs().values()
    assert condition(row) == "waiting"
    assert text(cell(row, "state")) == "waiting for the first run for 3 hours"
    assert text(cell(row, "good")) == "never"
    assert text(cell(row, "due")) == "in 21 hours"
    assert look().icon() != "fine"


def test_its_page_says_when_it_was_declared_and_is_expected(daemon: Daemon, look: Look) -> None:
    expect(daemon, schedule="cron 0 20 * * * Europe/Berlin")
    told = text(look("/jobs/1").one("p", id="schedule"))
    assert told.startswith(
        "Declared on Thursday 15 January 2026, 10:30 UTC, and waiting for the first run. "
        "Expected Thursday 15 January 2026, 19:00 UTC, by the calendar"
    )
    assert "No runs are stored." in text(look("/jobs/1").one("section", id="runs"))


def test_an_overdue_one_says_that_no_run_ever_came(daemon: Daemon, look: Look) -> None:
    expect(daemon)
    daemon.clock.now = NOW + 3 * DAY
    (row,) = look().jobs().values()
    assert condition(row) == "overdue"
    assert MISSED in text(row)
    page = look("/jobs/1")
    (cause,) = elements(page.one("p", id="sentence"), "small", class_="reason")
    assert text(cause) == MISSED


def test_its_server_has_no_newest_report(daemon: Daemon, look: Look) -> None:
    expect(daemon)
    assert "Newest report none yet" in text(look("/servers/1").one("dl", id="facts")).replace(
        "reportnone", "report none"
    )
    assert "none yet" in text(look("/servers").one("div", id="servers"))
    assert "1970" not in text(look("/connect").one("main"))


def test_it_is_said_in_german_too(daemon: Daemon) -> None:
    expect(daemon)
    page = daemon.client.simulate_get("/jobs/1", headers={"Accept-Language": "de"}).text
    assert "wartet auf den ersten Lauf" in page
    assert "Angemeldet am" in page
