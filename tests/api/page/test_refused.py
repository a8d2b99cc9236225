"""People see what was refused, why, and that not all is known to be fine."""

import pytest

from exporter.times import DAY, HOUR
from tests.api.page.conftest import LAST, Look
from tests.api.resources.test_badges import FLEET, words
from tests.support.daemon import SENDER, Daemon
from tests.support.pages import elements, text
from tests.support.reports_builder import duplicati_report

BROKEN = b'{"backup": {"name": "Photos"}}'
EVIL = b"<script>alert(1)</script>\x00\x1b[31m\xe2\x80\xae" + b"<b>" * 5000


def take(daemon: Daemon, backup: str = "Documents", began: int = LAST) -> None:
    daemon.upload(duplicati_report(began=began, backup=backup))


def test_where_nothing_was_refused_nothing_is_said(daemon: Daemon, look: Look) -> None:
    take(daemon)
    assert look().lines() == {}
    assert "Nothing was refused." in text(look("/refused").one("main"))


def test_the_overview_counts_names_and_leads_there(daemon: Daemon, look: Look) -> None:
    take(daemon)
    for _ in range(2):
        daemon.post(BROKEN)
    told = look().lines()["refused"]
    assert "2 reports were refused in the last 24 hours, with none accepted" in text(told)
    assert "of them" not in text(told)
    assert SENDER in text(told)
    assert "server.name: is required" in text(told)
    assert [link.attrib["href"] for link in elements(told, "a")] == ["/refused"]


@pytest.mark.parametrize(
    ("backups", "sentence"),
    [
        ([], "No backup has reported yet, but 1 report was refused"),
        (["a"], "The only backup reported fine, but 1 report was refused"),
        (["a", "b", "c"], "All 3 backups reported fine, but 1 report was refused"),
    ],
)
def test_all_fine_is_not_said_meanwhile(
    daemon: Daemon, look: Look, backups: list[str], sentence: str
) -> None:
    for backup in backups:
        take(daemon, backup)
    daemon.post(BROKEN)
    page = look()
    assert page.sentence() == sentence
    assert page.one("p", id="sentence").attrib["data-worst"] == ""
    assert words(daemon) == ("backups", "1 refused")
    if backups:
        assert look("/servers/1").sentence() == sentence
        assert words(daemon, "/api/badge/1.svg") == ("nas", "1 refused")
    take(daemon, "a", LAST + HOUR)
    assert look().sentence().endswith("fine")
    assert words(daemon, FLEET) == ("backups", "all fine")
    assert "1 report was refused in the last 24 hours" in text(look().lines()["settled"])


def test_troubles_are_told_before_it(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=LAST, status="Error"))
    daemon.post(BROKEN)
    assert look().sentence().startswith("The only backup failed")
    assert look().sentence().endswith(", 1 report was refused")
    assert words(daemon) == ("backups", "1 failing, 1 refused")


def test_after_a_day_it_is_no_longer_told(daemon: Daemon, look: Look) -> None:
    take(daemon)
    daemon.post(BROKEN)
    daemon.clock.now += DAY
    assert look().lines() == {}
    assert "it no longer counts" in text(look("/refused").one("main"))


def test_who_connects_the_first_machine_learns_that_its_report_was_refused(
    daemon: Daemon, look: Look
) -> None:
    assert "No report has come yet" in text(look().one("section"))
    daemon.post(b"message=The+backup+has+ended", sender="192.0.2.9")
    page = look()
    assert "No report has come yet" not in text(page.root)
    assert "No report was accepted yet" in text(page.one("section"))
    assert "192.0.2.9" in text(page.lines()["settled"])
    assert page.sentence() == "No backup has reported yet"


def test_the_list_tells_of_each_whether_it_counts(daemon: Daemon, look: Look) -> None:
    daemon.post(b"hello", sender="192.0.2.9")
    daemon.post(BROKEN)
    take(daemon)
    daemon.post(BROKEN)
    rows = [text(row) for row in look("/refused").all("tr") if "data-refused" in row.attrib]
    assert "it counts" in rows[0]
    assert "A report of this sender was accepted" in rows[1]
    assert "It does not count" in rows[2]
    assert [SENDER in row for row in rows] == [True, True, False]


def test_what_came_is_shown_as_text_and_bounded(daemon: Daemon, look: Look) -> None:
    daemon.post(EVIL)
    page = look("/refused")
    assert page.all("script")[0].attrib == {"src": "/page.js", "defer": ""}
    assert len(page.all("script")) == 1
    shown = text(page.one("pre"))
    assert shown.startswith("<script>alert(1)</script>\ufffd")
    assert len(shown) <= 2000
    assert "Only the beginning is shown" in text(page.one("main"))


def test_the_list_has_pages(daemon: Daemon, look: Look) -> None:
    for number in range(51):
        daemon.post(b"junk %d" % number)
    first = look("/refused")
    (link,) = [each for each in first.all("a") if each.attrib.get("rel") == "next"]
    cursor = link.attrib["href"].removeprefix("?cursor=")
    second = look("/refused", cursor=cursor)
    numbers = [
        int(row.attrib["data-refused"])
        for page in (first, second)
        for row in page.all("tr")
        if "data-refused" in row.attrib
    ]
    assert numbers == list(range(51, 0, -1))
    assert not [each for each in second.all("a") if each.attrib.get("rel") == "next"]


def test_many_are_told_as_at_least_so_many(daemon: Daemon, look: Look) -> None:
    for number in range(201):
        daemon.post(b"junk %d" % number)
    assert "200 reports or more were refused" in text(look().lines()["settled"])
