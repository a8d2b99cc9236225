"""What pages say of muted jobs and servers."""

from exporter.times import DAY
from tests.api.page.conftest import LAST, Look, change, daily
from tests.support.changes import changed
from tests.support.daemon import Daemon
from tests.support.pages import cell, condition, elements, text


def test_a_muted_row_tells_until_when(look_at_all: Look) -> None:
    (row,) = look_at_all(status="muted").jobs().values()
    assert text(cell(row, "state")) == "muted until 2026-01-18 10:30:00 UTC"


def test_the_trouble_of_a_muted_job_is_shown_after_all_other_and_not_told_as_trouble(
    daemon: Daemon, look: Look
) -> None:
    daily(daemon, "Photos", last=LAST - 2 * DAY)
    daily(daemon, "Mail", status="Error")
    daily(daemon, "Music")
    change(daemon, "Photos", muteFor="3d")
    page = look()
    assert [(text(next(elements(row, "bdi"))), condition(row)) for row in page.jobs().values()] == [
        ("Mail", "failing"),
        ("Photos", "overdue"),
        ("Music", "fine"),
    ]
    assert page.sentence() == "1 of 3 backups failed 2 hours ago, 1 is muted"
    assert (page.count("overdue"), page.count("muted")) == (1, 1)
    assert [
        each.attrib["data-holds"] for each in page.all("div") if "data-holds" in each.attrib
    ] == ["failing"]
    row = page.jobs()[1]
    assert text(cell(row, "state")).endswith("also muted until 2026-01-18 10:30:00 UTC")
    change(daemon, "Mail", muteFor="3d")
    assert look().sentence() == "1 of 3 backups is fine, 2 are muted"
    assert look().one("p", id="sentence").attrib["data-worst"] == "fine"


def test_a_muted_job_says_until_when(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos", status="Error")
    change(daemon, "Photos", muteFor="3d")
    page = look("/jobs/1")
    (muted,) = page.all("span", data_holds="muted")
    assert text(muted) == "muted until 2026-01-18 10:30:00 UTC"
    assert next(elements(muted, "time")).attrib["title"] == "in 3 days"
    assert page.sentence().startswith("failing for 2 hours")
    daemon.clock.now += 3 * DAY
    assert "muted" not in look("/jobs/1").sentence()


def test_a_muted_server_says_until_when(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos")
    changed(daemon, "PATCH", "/api/servers/1", {"muteFor": "3d"})
    page = look("/servers/nas")
    assert text(page.one("p", id="muted")) == "Muted until 2026-01-18 10:30:00 UTC."
    assert page.sentence() == "The only backup is fine, 1 is muted"
    daemon.clock.now += 3 * DAY
    assert look("/servers/nas").all("p", id="muted") == []
