"""Who changed what and when: on a page of its own, and on those of jobs and servers."""

import pytest

from api.page.audit import LISTED
from api.page.changes import LAST
from exporter.times import DAY
from tests.api.page.conftest import daily
from tests.api.page.test_hostile import HOSTILE, assert_harmless
from tests.support.changes import changed
from tests.support.daemon import Daemon
from tests.support.pages import Document, text
from tests.support.signing_in import Person, get

NOTHING = "\N{EN DASH}"


@pytest.fixture
def person(daemon: Daemon) -> Person:
    daily(daemon, "Photos")
    return Person(daemon.client)


def rows(page: Document) -> list[list[str]]:
    """Return what each row says but when."""
    table = page.one("table", class_="changes")
    return [
        [text(cell) for cell in row.iter("td")]
        for row in table.iter("tr")
        if "data-change" in row.attrib
    ]


def test_every_change_is_told_newest_first(daemon: Daemon, person: Person) -> None:
    changed(daemon, "PATCH", "/api/jobs/1", {"schedule": "every 12h", "paused": True})
    daemon.clock.now += 1000
    person.send("/servers/1/settings", alias="NAS", tags="a b")
    person.send("/jobs/1/delete")
    assert rows(person.page("/audit")) == [
        ["admin", "Backup deleted Photos of NAS", NOTHING, NOTHING],
        ["admin", "Server changed: Alias nas", NOTHING, "NAS"],
        ["admin", "Server changed: Tags nas", NOTHING, "a, b"],
        ["admin", "Backup changed: Schedule Photos of nas", NOTHING, "every 12h"],
        ["admin", "Backup changed: Paused Photos of nas", "no", "yes"],
    ]


def test_a_moment_is_told_as_times_are(person: Person) -> None:
    person.send("/jobs/1/mute", **{"for": "1d"})
    told = text(person.page("/audit").one("main"))
    assert "Muted until" in told
    assert "2026-01-16 10:30:00 UTC" in told
    assert "T10:30" not in told


def test_what_is_gone_has_its_name_and_no_link(person: Person) -> None:
    person.send("/jobs/1/pause", to="pause")
    links = {each.attrib["href"] for each in person.page("/audit").one("table").iter("a")}
    assert links == {"/jobs/1", "/servers/1"}
    person.send("/jobs/1/delete")
    links = {each.attrib["href"] for each in person.page("/audit").one("table").iter("a")}
    assert links == {"/servers/1"}


def test_a_job_and_its_server_show_the_last_changes(daemon: Daemon, person: Person) -> None:
    for hours in range(1, LAST + 2):
        changed(daemon, "PATCH", "/api/jobs/1", {"schedule": f"every {hours}h"})
    told = [["admin", "Backup changed: Schedule", f"every {n}h", f"every {n + 1}h"] for n in (5, 4)]
    assert rows(person.page("/jobs/1"))[:2] == told
    assert len(rows(person.page("/jobs/1"))) == LAST
    assert rows(person.page("/servers/1"))[:2] == told


@pytest.mark.parametrize("path", ["/jobs/1", "/servers/1"])
def test_where_nothing_was_changed_there_is_nothing_to_see(person: Person, path: str) -> None:
    assert person.page(path).all("section", id="changes") == []


def test_only_who_is_signed_in_sees_changes(daemon: Daemon, person: Person) -> None:
    person.send("/jobs/1/pause", to="pause")
    assert person.page("/jobs/1").one("section", id="changes") is not None
    for path in ("/jobs/1", "/servers/1"):
        assert Document(get(daemon.client, path)).all("section", id="changes") == []
    answer = get(daemon.client, "/audit")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/audit")
    assert [each for each in person.page("/").all("a") if each.attrib["href"] == "/audit"]


def test_it_is_paged(daemon: Daemon, person: Person) -> None:
    for number in range(LISTED + 1):
        changed(daemon, "PATCH", "/api/jobs/1", {"paused": number % 2 == 0})
    page = person.page("/audit")
    assert len(rows(page)) == LISTED
    (older,) = page.all("a", rel="next")
    assert len(rows(person.page(f"/audit{older.attrib['href']}"))) == 1


def test_an_empty_one_says_so(person: Person) -> None:
    assert "Nobody has changed anything yet." in text(person.page("/audit").one("main"))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_whatever_was_written_is_text(daemon: Daemon, hostile: str) -> None:
    daily(daemon, hostile, server=hostile)
    person = Person(daemon.client)
    person.send("/servers/1/settings", alias=hostile, note=hostile)
    person.send("/jobs/1/pause", to="pause")
    for path in ("/audit", "/jobs/1", "/servers/1"):
        assert_harmless(person.page(path))


def test_it_needs_no_more_than_a_year_of_the_store(daemon: Daemon, person: Person) -> None:
    person.send("/jobs/1/pause", to="pause")
    daemon.store.prune_audit(daemon.clock.now + DAY)
    assert "Nobody has changed anything yet." in text(person.page("/audit").one("main"))
