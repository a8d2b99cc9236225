"""People see which message waits, since when and why, and what became of the others."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

import pytest
from falcon import testing
from msgspec.structs import replace

from api.app import create_app
from exporter.model.notifications import Message, MessageOutcome
from exporter.notifications.deliveries import LATE, Deliveries
from exporter.times import MINUTE, Millis, format_timestamp
from tests.api.page.conftest import LAST, Look
from tests.api.page.test_hostile import HOSTILE, assert_harmless
from tests.api.resources.test_badges import FLEET, words
from tests.support.daemon import NOW, Daemon
from tests.support.messages import REFUSED, DeadOutbox, ended, put, tried, waiting
from tests.support.pages import Document, elements, text
from tests.support.reports_builder import duplicati_report

PATH = "/notifications"


def listed(page: Document) -> list[Element]:
    return [row for row in page.all("tr") if "data-message" in row.attrib]


def links(page: Document) -> list[str | None]:
    return [link.attrib.get("href") for link in elements(page.one("footer"), "a")]


def test_where_nobody_is_told_nothing_is_said_of_it(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=LAST))
    page = look()
    assert page.lines() == {}
    assert PATH not in links(page)
    assert "Nobody was told anything." in text(look(PATH).one("main"))


def test_the_foot_leads_there_once_there_is_a_channel_or_a_message(
    daemon: Daemon, look: Look
) -> None:
    daemon.configure("phone")
    assert PATH in links(look())
    daemon.configure()
    assert PATH not in links(look())
    put(daemon.outbox, ended("phone", NOW, MessageOutcome.SENT))
    assert PATH in links(look())


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (tried, REFUSED),
        (waiting, "no attempt has ended yet"),
    ],
)
def test_the_overview_tells_of_a_message_that_waits_for_an_hour(
    daemon: Daemon, look: Look, make: Callable[[str, Millis], Message], told: str
) -> None:
    put(daemon.outbox, make("phone", NOW - LATE + 1))
    assert look().lines() == {}
    daemon.clock.now += 1
    line = look().lines()["notifications"]
    assert text(line).startswith("A message to phone has been waiting since 2026-01-15 09:30:00")
    assert f": {told}." in text(line)
    assert next(elements(line, "time")).attrib["datetime"] == format_timestamp(NOW - LATE + 1)
    assert [link.attrib["href"] for link in elements(line, "a")] == [PATH]


def test_the_one_that_waits_longest_is_named_and_the_other_channels_are_counted(
    daemon: Daemon, look: Look
) -> None:
    ages = {"phone": LATE, "monday": 2 * LATE, "mail": 3 * LATE, "fresh": MINUTE}
    put(daemon.outbox, *(tried(channel, NOW - age) for channel, age in ages.items()))
    line = text(look().lines()["notifications"])
    assert line.startswith("A message to mail has been waiting")
    assert "The same holds for 2 other channels." in line


def test_all_fine_is_not_said_while_a_message_waits(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=LAST))
    put(daemon.outbox, tried("phone", NOW - LATE))
    assert look().sentence() == "The only backup reported fine, but messages are not delivered"
    assert words(daemon, FLEET) == ("backups", "messages not delivered")


def test_the_list_tells_of_each_what_became_of_it(daemon: Daemon, look: Look) -> None:
    put(
        daemon.outbox,
        ended("phone", NOW - 3 * LATE, MessageOutcome.GIVEN_UP),
        ended("monday", NOW - 2 * LATE, MessageOutcome.SENT),
        replace(tried("phone", NOW - LATE), next_attempt=NOW + 20 * MINUTE),
        waiting("phone", NOW),
    )
    fresh, late, sent, given_up = listed(look(PATH))
    assert ["data-open" in each.attrib for each in (fresh, late, sent, given_up)] == [
        False,
        True,
        False,
        True,
    ]
    assert "waiting" in text(fresh)
    assert "0 attempts" in text(fresh)
    assert all(
        each in text(late) for each in ("waiting", "2 attempts, the next in 20 minutes", REFUSED)
    )
    assert all(each in text(sent) for each in ("monday", "sent 1 hour ago", "3 attempts"))
    assert "given up 2 hours ago" in text(given_up)
    assert not [each for each in (fresh, given_up) if "the next" in text(each)]
    assert text(next(elements(late, "pre"))) == "Photos of nas is overdue Last success: never"


def test_the_list_has_pages(daemon: Daemon, look: Look) -> None:
    put(daemon.outbox, *(waiting("phone", NOW) for _ in range(51)))
    first = look(PATH)
    (link,) = [each for each in first.all("a") if each.attrib.get("rel") == "next"]
    second = look(PATH, cursor=link.attrib["href"].removeprefix("?cursor="))
    numbers = [int(row.attrib["data-message"]) for page in (first, second) for row in listed(page)]
    assert numbers == list(range(51, 0, -1))
    assert not [each for each in second.all("a") if each.attrib.get("rel") == "next"]


@pytest.mark.parametrize("text_", HOSTILE)
def test_a_message_and_its_error_are_text_and_bounded(
    daemon: Daemon, look: Look, text_: str
) -> None:
    long = text_ * 500
    made = tried("phone", NOW - LATE, long)
    put(daemon.outbox, replace(made, channel=text_, title=long, text=long))
    for path in ("/", PATH):
        page = look(path)
        assert_harmless(page)
        assert len(text(page.one("main"))) < 5000


def test_a_database_that_is_away_is_said(daemon: Daemon) -> None:
    services = daemon.services._replace(deliveries=Deliveries(DeadOutbox(), ["phone"]))
    client = testing.TestClient(create_app(services))
    assert client.simulate_get(PATH).status_code == 503
    assert list(Document(client.simulate_get("/")).lines()) == ["storage"]
