"""A page says once what a form has changed, to whom has changed it and to nobody else."""

import pytest

from api.page import notices
from api.session_cookie import NAME
from tests.api.page.conftest import daily
from tests.api.page.test_hostile import HOSTILE, assert_harmless
from tests.support.daemon import Daemon
from tests.support.pages import Document, text
from tests.support.signing_in import BROWSER, Person


@pytest.fixture
def person(daemon: Daemon) -> Person:
    daily(daemon, "Photos")
    return Person(daemon.client)


def look(daemon: Daemon, cookie: str, notice: str) -> Document:
    cookies = f"{NAME}={cookie}; {notices.NAME}={notice}"
    headers = {**BROWSER, "Cookie": cookies}
    return Document(daemon.client.simulate_get("/jobs/1", headers=headers))


def test_it_is_kept_by_the_browser_for_a_minute_or_until_it_is_told(person: Person) -> None:
    answer = person.send("/jobs/1/pause", to="pause")
    kept = answer.headers["set-cookie"]
    assert {"HttpOnly", "Max-Age=60", "Path=/", "SameSite=Strict"} <= {
        part.strip() for part in kept.split(";")
    }
    assert answer.headers["location"] == "/jobs/1", "nothing of it is in the address"
    cookies = f"{NAME}={person.cookie}; {notices.NAME}={answer.cookies[notices.NAME].value}"
    shown = person.client.simulate_get("/jobs/1", headers={**BROWSER, "Cookie": cookies})
    assert text(Document(shown).one("p", id="notice")).startswith("Paused")
    assert shown.cookies[notices.NAME].value == ""


def test_nobody_else_can_put_words_on_a_page(daemon: Daemon, person: Person) -> None:
    value = person.send("/jobs/1/pause", to="pause").cookies[notices.NAME].value
    assert look(daemon, person.cookie, value).all("p", id="notice")
    other = Person(daemon.client)
    words, _, signature = value.partition(".")
    for cookie, forged in (
        (other.cookie, value),
        ("", value),
        (person.cookie, f"{words[:-4]}QUJD.{signature}"),
        (person.cookie, words),
        (person.cookie, "x" * 3000),
        (person.cookie, ""),
    ):
        assert look(daemon, cookie, forged).all("p", id="notice") == []


def test_an_address_puts_no_words_on_a_page(daemon: Daemon, person: Person) -> None:
    headers = {**BROWSER, "Cookie": f"{NAME}={person.cookie}"}
    answer = daemon.client.simulate_get(
        "/jobs/1", params={"notice": "You won", "done": "You won"}, headers=headers
    )
    assert "You won" not in answer.text


@pytest.mark.parametrize("name", [*HOSTILE, "x" * 5000, "\N{GRINNING FACE}" * 900])
def test_a_name_in_it_may_hold_anything(daemon: Daemon, name: str) -> None:
    daily(daemon, name)
    person = Person(daemon.client)
    answer = person.send("/jobs/1/delete")
    assert len(answer.headers["set-cookie"]) < 4096
    page = person.follow(answer)
    assert_harmless(page)
    assert "was deleted with its runs" in text(page.one("p", id="notice"))
