"""GET /: one look says whether anything is wrong."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import pytest

from api.page.drawing.sparklines import RUNS
from api.page.filters import ROWS
from exporter.times import DAY, HOUR, MINUTE, format_timestamp
from tests.api.page.conftest import EVERY, LAST, Look, daily
from tests.support.daemon import NOW, Daemon
from tests.support.pages import Document, cell, condition, elements, text
from tests.support.reports_builder import duplicati_report


def names(page: Document) -> dict[str, str]:
    """Return the word for each job by its name."""
    return {text(next(elements(row, "bdi"))): condition(row) for row in page.jobs().values()}


def test_every_condition_has_its_row_the_worst_first(look_at_all: Look) -> None:
    assert list(names(look_at_all()).items()) == list(EVERY.items())


def test_the_sentence_tells_the_troubles(look_at_all: Look) -> None:
    page = look_at_all()
    assert page.sentence() == (
        "1 of 20 backups is overdue, 1 failed 2 hours ago, 1 failed verification, and 14 more"
    )
    assert text(page.one("title")) == f"(12) {page.sentence()} \N{EN DASH} duplistatus"
    assert page.one("p", id="sentence").attrib["data-worst"] == "overdue"


def test_the_sentence_tells_since_when_backups_fail(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos", status="Error")
    daily(daemon, "Mail", last=NOW - HOUR, status="Fatal")
    assert look().sentence() == "2 of 2 backups failed, the last 1 hour ago"
    assert look("/servers/1").sentence() == look().sentence()


def test_a_failure_by_a_clock_a_little_ahead_was_just_now(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=NOW + MINUTE, status="Error"))
    assert look().sentence() == "The only backup failed just now"


def test_all_are_fine_only_where_each_one_is(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos")
    daily(daemon, "Mail")
    assert look().sentence() == "All 2 backups are fine"
    daemon.clock.now += 2 * DAY
    assert look().sentence() == "2 of 2 backups are overdue"


@pytest.mark.parametrize("known", [["Photos"], []])
def test_where_no_report_can_be_stored_the_page_says_so_before_all_else(
    daemon: Daemon, look: Look, monkeypatch: pytest.MonkeyPatch, known: list[str]
) -> None:
    for name in known:
        daily(daemon, name)
    assert look().lines() == {}
    monkeypatch.setattr("exporter.store.sqlite.connection.MIN_FREE_BYTES", 2**62)
    told = text(look().lines()["storage"])
    assert told.startswith("Reports cannot be stored: the disk is full: make room on it.")
    assert text(look().one("title")).startswith("No report can be stored \N{EN DASH} ")


def test_a_job_that_could_not_be_judged_is_named_and_nothing_else_hides_it(
    daemon: Daemon, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily(daemon, "Photos")
    with monkeypatch.context() as patch:
        patch.setattr("exporter.fleet.evaluation.expect", lambda *_: 1 / 0)
        daily(daemon, "Mail")
    page = look()
    assert page.sentence() == "1 of 2 backups is fine, 1 could not be evaluated"
    assert page.count("unjudged") == 1
    assert text(page.lines()["unjudged"]).startswith("Mail of nas: not evaluated")


def test_a_row_tells_the_last_success_the_next_start_and_the_last_run(
    daemon: Daemon, look: Look
) -> None:
    daily(daemon, "Photos")
    (row,) = look().jobs().values()
    assert text(cell(row, "good")) == "1 hour ago"
    assert text(cell(row, "due")) == "in 22 hours"
    assert text(cell(row, "last")) == "1 min 9.31 GiB"
    (time,) = elements(cell(row, "good"), "time")
    assert time.attrib["title"] == "2026-01-15 08:31:00 UTC"


def test_an_overdue_row_tells_since_when_and_how_late(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos", last=LAST - 2 * DAY)
    (row,) = look().jobs().values()
    assert text(cell(row, "state")) == "overdue for 1 day"
    assert text(cell(row, "due")) == "1 day ago late by 1 day"


def test_a_failing_row_tells_since_when_and_how_often(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos", last=LAST - DAY, status="Error")
    daemon.upload(
        duplicati_report(began=LAST, backup="Photos", machine_id="id of nas", status="Fatal")
    )
    (row,) = look().jobs().values()
    assert text(cell(row, "state")) == "failing for 1 day failed 2 times in a row"


def test_what_holds_besides_the_worst_is_told_too(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos", last=LAST - 9 * DAY, status="Error")
    (row,) = look().jobs().values()
    assert text(cell(row, "state")).endswith("also failing, stale")


def test_a_running_row_tells_how_far_it_is(look_at_all: Look) -> None:
    rows = look_at_all().all("tr", data_condition="running")
    (progress,) = elements(rows[0], "progress")
    assert progress.attrib["value"] == "25"
    assert "processing files, 25 %, 977 KiB of 3.81 MiB, started 1 hour ago" in text(rows[0])


def test_the_drawings_say_in_words_what_they_show(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos", status="Error")
    labels = [svg.attrib["aria-label"] for svg in look().all("svg", role="img")]
    assert labels == [
        "Last 5 runs took 1 min to 1 min",
        "Last 5 runs: 4 success, 1 error; the newest error",
    ]


def test_only_backups_are_drawn(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos")
    daemon.upload(
        duplicati_report(
            began=LAST + MINUTE, backup="Photos", machine_id="id of nas", operation="Restore"
        )
    )
    strips = look().all("svg", class_="strip", role="img")
    assert [strip.attrib["aria-label"] for strip in strips] == [
        "Last 5 runs: 5 success; the newest success"
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "QUIET"}, ["quiet"]),
        ({"q": "laptop"}, ["absent", "quiet"]),
        ({"q": " "}, list(EVERY)),
        ({"status": "failing"}, ["broken"]),
        ({"status": "FINE", "server": "laptop"}, ["quiet"]),
        ({"server": "id of laptop"}, ["absent", "quiet"]),
        ({"q": "", "status": "", "server": "", "group": ""}, list(EVERY)),
        ({"q": "nobody's"}, []),
    ],
)
def test_the_address_says_which_jobs_are_shown(
    look_at_all: Look, asked: dict[str, str], found: list[str]
) -> None:
    page = look_at_all(**asked)
    assert list(names(page)) == found
    assert page.count("jobs") == len(EVERY)


def test_the_form_shows_what_was_asked(look_at_all: Look) -> None:
    page = look_at_all(q="a", status="fine", server="laptop", group="server")
    assert page.one("input", name="q").attrib["value"] == "a"
    chosen = [text(option) for option in page.all("option") if "selected" in option.attrib]
    assert chosen == ["fine", "laptop"]
    assert "checked" in page.one("input", name="group").attrib


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"status": "great"}, "Unknown status great; expected one of overdue,"),
        ({"server": "nobody"}, "No server, or more than one, is called nobody"),
        ({"server": "99"}, "No server, or more than one, is called 99"),
        ({"group": "moon"}, "Cannot group by moon, only by server"),
    ],
)
def test_a_wish_that_means_nothing_is_answered_kindly_and_shows_no_other_jobs(
    look_at_all: Look, asked: dict[str, str], told: str
) -> None:
    page = look_at_all(**asked)
    assert text(page.one("p", class_="fault")).startswith(told)
    assert page.ids() == []
    assert page.count("overdue") == 1


def test_grouped_by_server_the_worst_server_comes_first(look_at_all: Look) -> None:
    page = look_at_all(group="server")
    heads = [text(row) for row in page.all("tr", class_="group")]
    assert heads == ["laptop", "nas"]
    assert list(names(page))[:3] == ["absent", "quiet", "broken"]


@pytest.fixture
def many(daemon: Daemon) -> Daemon:
    for number in range(ROWS + 1):
        daemon.upload(duplicati_report(began=LAST, backup=f"job {number:03}"))
    overdue = duplicati_report(began=LAST - 9 * DAY, backup="the worst")
    daemon.upload(overdue)
    return daemon


@pytest.mark.usefixtures("many")
def test_more_jobs_than_a_page_holds_are_paged_worst_first_over_all(look: Look) -> None:
    first, second = look(q="o"), look(q="o", page=2)
    assert list(names(first))[:2] == ["the worst", "job 000"]
    assert list(names(second)) == ["job 199", "job 200"]
    assert first.one("a", rel="next").attrib["href"] == "?q=o&page=2"
    assert second.one("a", rel="prev").attrib["href"] == "?q=o"
    assert look(page=99).ids() == second.ids()
    assert look(page="x").ids() == first.ids()


def test_fifty_jobs_take_less_than_a_hundred_kilobytes(daemon: Daemon) -> None:
    sizes = []
    for name in ("a long name of a backup", "one more long name of a backup"):
        for day in range(RUNS):
            status = ("Success", "Warning", "Error", "Fatal")[day % 4]
            report = duplicati_report(
                began=LAST - day * DAY,
                duration=day * HOUR,
                status=status,
                backup=name * 10,
                server="a long name of a server" * 10,
            )
            daemon.upload(report)
        sizes.append(len(daemon.client.simulate_get("/").content))
    one, two = sizes
    assert one + 49 * (two - one) < 100_000


def test_of_very_many_servers_the_form_offers_no_list(daemon: Daemon, look: Look) -> None:
    for number in range(201):
        report = duplicati_report(began=LAST, server=f"s{number}", machine_id=str(number))
        daemon.upload(report)
    field = look(server="s7").one("input", name="server")
    assert field.attrib["value"] == "s7"


def test_the_page_says_of_when_it_is(look: Look) -> None:
    shown = look().one("time", data_now="")
    assert shown.attrib["datetime"] == format_timestamp(NOW)
    assert text(shown) == "2026-01-15 10:30:00 UTC"


def test_a_success_that_is_still_to_come_by_a_wrong_clock_is_not_told(
    daemon: Daemon, look: Look
) -> None:
    daemon.upload(duplicati_report(began=NOW + DAY, duration=HOUR))
    (row,) = look().jobs().values()
    assert text(cell(row, "good")) == "just now"


def test_nothing_holds_since_a_moment_that_is_still_to_come(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=LAST, duration=90 * DAY))
    daemon.upload(duplicati_report(began=LAST + HOUR, status="Error"))
    daemon.clock.now += 10 * DAY
    told = text(look("/jobs/1").one("p", id="sentence"))
    assert "stale" in told
    assert "since in" not in told


def test_the_counts_lead_to_what_they_count(look_at_all: Look) -> None:
    fleet, server = look_at_all(), look_at_all("/servers/1")
    links = [link.attrib["href"] for page in (fleet, server) for link in counted(page)]
    assert "/?status=failing" in links
    assert "/?status=overdue&server=1" in links


def counted(page: Document) -> Iterator[Element]:
    return elements(page.one("dl", id="counts"), "a")
