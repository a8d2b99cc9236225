"""A run that was expected and never came is a gap: in the strip of a row, and in the table."""

from xml.etree.ElementTree import Element

from api.page.job import RUNS
from api.page.run_rows import ABSENCES
from exporter.model import Status
from exporter.times import DAY, HOUR, Millis
from tests.api.page.conftest import LAST, Look, change, daily
from tests.support.daemon import CREATED, Daemon
from tests.support.pages import Document, elements, text
from tests.support.recording import USUAL, record
from tests.support.reports_builder import duplicati_report


def nightly(daemon: Daemon, *days: int, last: Millis = LAST) -> None:
    """Record a run so many days before the last one, each."""
    for day in days:
        at = last - day * DAY
        daemon.upload(duplicati_report(began=at, next_scheduled=at + DAY, backup="Photos"))


def strip(page: Document) -> str:
    (found,) = page.all("svg", class_="strip")[:1]
    return found.attrib["aria-label"]


def rows(page: Document) -> list[Element]:
    return list(page.one("table", class_="history").iter("tr"))[1:]


def test_nights_without_a_run_are_cells_of_the_strip_and_rows_of_the_table(
    daemon: Daemon, look: Look
) -> None:
    nightly(daemon, 6, 5, 4, 1, 0)
    assert strip(look()) == "Last 5 runs: 5 success, 2 missed; the newest success"
    told = [text(row) for row in rows(look("/jobs/1"))]
    assert told[2:4] == [
        "expected 2026-01-13 08:30:00 UTC none came",
        "expected 2026-01-12 08:30:00 UTC none came",
    ]
    assert len(told) == 7


def test_a_job_that_is_overdue_has_its_gap_at_the_end(daemon: Daemon, look: Look) -> None:
    nightly(daemon, 2, 1, 0, last=LAST - 3 * DAY)
    assert strip(look()).endswith("; the newest success, then 3 missed")
    told = [text(row) for row in rows(look("/jobs/1"))]
    assert told[:3] == [
        "expected 2026-01-15 08:30:00 UTC none came",
        "expected 2026-01-14 08:30:00 UTC none came",
        "expected 2026-01-13 08:30:00 UTC none came",
    ]
    assert look("/jobs/1").all("path", class_="m-missed") != []


def test_of_a_long_absence_the_newest_are_listed_and_the_others_counted(
    daemon: Daemon, look: Look
) -> None:
    nightly(daemon, 20, 19, 1, 0)
    told = [text(row) for row in rows(look("/jobs/1")) if "data-missed" in row.attrib]
    assert len(told) == ABSENCES + 1
    assert told[0].startswith("expected 2026-01-13 ")
    assert told[-1] == "and 12 more before none came"


def test_what_was_missed_before_the_daemon_listened_is_not_told(daemon: Daemon, look: Look) -> None:
    early = (CREATED - LAST) // DAY - 5
    nightly(daemon, -early + 4, -early + 3, -early, last=LAST)
    page = look("/jobs/1")
    listed = [text(row) for row in rows(page) if "data-missed" in row.attrib]
    assert all("2026-" in each or "more" in each or "2025-12-1" in each for each in listed)
    assert not any("expected 2025-12-0" in each for each in listed)


def test_what_was_learned_lately_is_not_held_against_earlier_times(
    daemon: Daemon, look: Look
) -> None:
    for day in (34, 33, 30, 29, 26, 25, *range(24, -1, -1)):
        daemon.upload(duplicati_report(began=LAST - day * DAY, backup="Photos"))
    assert strip(look()) == "Last 30 runs: 30 success; the newest success"
    assert not [row for row in rows(look("/jobs/1")) if "data-missed" in row.attrib]


def test_a_paused_job_and_one_whose_schedule_is_off_miss_nothing(
    daemon: Daemon, look: Look
) -> None:
    nightly(daemon, 9, 8, 7, 5, 4)
    assert "missed" in strip(look())
    for settings in ({"paused": True}, {"paused": False, "schedule": "off"}):
        change(daemon, "Photos", **settings)
        assert "missed" not in strip(look())
        assert [row for row in rows(look("/jobs/1")) if "data-missed" in row.attrib] == []


def test_what_was_missed_during_a_pause_is_not_told_after_it(daemon: Daemon, look: Look) -> None:
    nightly(daemon, 9, 8, 7, 5, 4, 3, 2, 1, 0)
    change(daemon, "Photos", paused=True)
    change(daemon, "Photos", paused=False)
    assert "missed" not in strip(look())
    assert [row for row in rows(look("/jobs/1")) if "data-missed" in row.attrib] == []


def test_each_page_of_runs_has_what_was_missed_between_them(daemon: Daemon, look: Look) -> None:
    nightly(daemon, *range(RUNS + 7, RUNS + 3, -1), *range(RUNS + 2, -1, -1))
    first = look("/jobs/1")
    assert [row for row in rows(first) if "data-missed" in row.attrib] == []
    following = first.one("a", rel="next").attrib["href"].removeprefix("?cursor=")
    told = [text(row) for row in rows(look("/jobs/1", cursor=following))]
    missed = [each for each in told if "none came" in each]
    assert missed == ["expected 2025-12-23 08:30:00 UTC none came"]


def test_the_size_of_a_run_that_was_cut_short_is_marked_as_of_a_part(
    daemon: Daemon, look: Look
) -> None:
    daily(daemon, "Photos", data={"SizeOfExaminedFiles": USUAL // 4}, status="Fatal")
    (row,) = look().jobs().values()
    assert "\N{GREATER-THAN OR EQUAL TO} 2.33 GiB of a part" in text(row)
    newest, before, *_ = rows(look("/jobs/1"))
    (part,) = elements(newest, "small", class_="part")
    assert part.attrib["title"] == "The run was cut short: it counted only a part of the source."
    assert "of a part" not in text(before)


def test_a_run_that_counted_nothing_before_it_was_stopped_has_no_size(
    daemon: Daemon, look: Look
) -> None:
    daemon.upload(
        duplicati_report(began=LAST, data={"Interrupted": True, "SizeOfExaminedFiles": 0})
    )
    (run,) = rows(look("/jobs/1"))
    assert list(elements(run, "small", class_="part")) == []


def test_a_failure_and_a_test_before_the_last_run_are_told_on_the_page(
    daemon: Daemon, look: Look
) -> None:
    record(daemon, "Photos", LAST - HOUR, Status.ERROR, reason="no route")
    record(daemon, "Photos", LAST, Status.INTERRUPTED, reason="by hand")
    held = look("/jobs/1").one("p", id="sentence")
    told = {
        each.attrib["data-cause"]: text(each) for each in elements(held, "small", class_="reason")
    }
    assert told == {"failing": "no route", "interrupted": "by hand"}
