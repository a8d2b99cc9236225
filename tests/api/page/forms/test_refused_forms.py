"""Refused reports that are cleared on their page."""

from tests.support.daemon import Daemon
from tests.support.pages import text
from tests.support.signing_in import Person


def refused(daemon: Daemon) -> list[int]:
    return [each["id"] for each in daemon.get("/api/rejected")["rejected"]]


def test_one_is_cleared(household: Daemon, person: Person) -> None:
    page = person.follow(person.send("/refused/clear", id="1"))
    assert text(page.one("p", id="notice")) == "The refused report was cleared."
    assert refused(household) == [2]


def test_all_are_cleared(household: Daemon, person: Person) -> None:
    asked = text(person.page("/refused/clear-all").one("div", class_="lost"))
    assert asked.startswith("This removes 2 refused reports, with what came.")
    answer = person.send("/refused/clear-all", newest="2")
    told = text(person.follow(answer).one("p", id="notice"))
    assert (answer.headers["location"], told) == ("/refused", "2 refused reports were cleared.")
    assert refused(household) == []
    assert "Nothing was refused." in text(person.page("/refused/clear-all").one("main"))


def test_what_was_refused_after_the_question_stays(household: Daemon, person: Person) -> None:
    form = person.page("/refused/clear-all").one("input", name="newest")
    household.post(b"a third one")
    page = person.follow(person.send("/refused/clear-all", newest=form.attrib["value"]))
    assert "another report was refused meanwhile" in text(page.one("p", id="notice"))
    assert refused(household) == [3, 2, 1]


def test_what_was_cleared_is_at_once_no_trouble_any_more(household: Daemon, person: Person) -> None:
    household.post(b'{"Data": {"MainOperation": "Backup"}, "Extra": {"backup-name": "cut off')
    assert household.get("/api/status")["daemon"]
    person.send("/refused/clear-all", newest="3")
    assert household.get("/api/status")["daemon"] == []
