"""GET /digest: what became of the backups, to be printed."""

import pytest

from api.page import digest
from exporter.times import DAY, HOUR
from tests.api.page.conftest import EVERY, Look, daily
from tests.support.daemon import NOW, Daemon
from tests.support.pages import Document, elements, text
from tests.support.recording import record


def rows(page: Document) -> dict[str, str]:
    """Return the word for each backup in the tables by its name."""
    found = [row for table in page.all("table") for row in elements(table, "tr")][1:]
    cells = [row for row in found if "data-condition" in row.attrib]
    return {text(next(elements(row, "bdi"))): row.attrib["data-condition"] for row in cells}


def test_every_backup_has_its_row(look_at_all: Look) -> None:
    assert rows(look_at_all("/digest")) == EVERY


def test_it_says_what_a_mail_says(look_at_all: Look) -> None:
    page = look_at_all("/digest")
    assert page.sentence().startswith("1 of 20 backups is overdue, 1 failed 2 hours ago")
    head = text(page.one("h1"))
    assert head == "From Thursday 8 January 2026, 10:30 UTC to Thursday 15 January 2026, 10:30 UTC"
    assert "91, 1 failed, 6 interrupted" in text(page.one("dl"))
    assert "the script said: not now" in text(page.one("main"))


def test_jobs_and_servers_lead_to_their_pages(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos")
    addresses = {each.attrib["href"] for each in elements(look("/digest").one("main"), "a")}
    assert {"/", "/jobs/1", "/servers/1", "/digest?since=7d"} <= addresses


@pytest.mark.parametrize(("since", "runs"), [("1d", "1"), ("4d", "2")])
def test_the_span_is_asked_for(daemon: Daemon, look: Look, since: str, runs: str) -> None:
    record(daemon, "Documents", NOW - HOUR)
    record(daemon, "Documents", NOW - 3 * DAY)
    assert f"{runs}, 0 failed" in text(look("/digest", since=since).one("dl"))


def test_the_overview_leads_there(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos")
    (link,) = [each for each in look("/").all("a") if each.attrib["href"].startswith("/digest")]
    assert link.attrib["href"] == "/digest?since=7d"


def test_before_the_first_report_there_is_nothing_to_say(look: Look) -> None:
    assert look("/digest").sentence() == "No backup has reported yet"


def test_a_page_has_so_many_rows(
    daemon: Daemon, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest, "ROWS", 2)
    for name in ("a", "b", "c"):
        record(daemon, name, NOW - HOUR)
    page = look("/digest")
    assert list(rows(page)) == ["a", "b"]
    assert "and 1 more, none of them in trouble" in text(page.one("main"))


def test_a_browser_is_told_of_a_wrong_span_on_a_page(daemon: Daemon) -> None:
    answer = daemon.client.simulate_get("/digest?since=soon", headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert "must be a duration" in answer.text
