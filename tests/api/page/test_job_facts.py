"""GET /jobs/{id}: why the last run ended so, second copies, and what a person is to do."""

import pytest

from exporter.model import (
    UNNAMED,
    Copying,
    CopyOutcome,
    Counts,
    Log,
    SecondCopy,
    Status,
)
from exporter.model.last_error import LastError
from exporter.times import DAY, HOUR, MINUTE
from tests.api.page.conftest import LAST, Look, daily
from tests.support.changes import changed
from tests.support.daemon import Daemon
from tests.support.pages import Document, elements, text
from tests.support.recording import record
from tests.support.reports_builder import duplicati_report

DAY_BEFORE = LAST - DAY
GIB = 1024**3


def facts(page: Document) -> dict[str, str]:
    known = page.one("dl", class_="facts")
    names = [text(each) for each in elements(known, "dt")]
    return dict(zip(names, map(text, elements(known, "dd")), strict=True))


def causes(page: Document) -> list[str]:
    """Return why each condition holds, below the title."""
    held = page.one("p", id="sentence")
    return [text(each) for each in elements(held, "small", class_="reason")]


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.SUCCESS])
def test_why_the_last_run_was_no_success_is_told_in_its_row_and_on_its_page(
    daemon: Daemon, look: Look, status: Status
) -> None:
    record(daemon, "Photos", LAST, status, reason="no <b>room</b>\N{RIGHT-TO-LEFT OVERRIDE} left")
    told = "no <b>room</b>\N{REPLACEMENT CHARACTER} left"
    (row,) = look().jobs().values()
    assert [text(each) for each in elements(row, "bdi")][-1] == told
    assert causes(look("/jobs/1"))[0] == told


def test_a_long_reason_is_cut_in_its_row_and_whole_on_its_page(daemon: Daemon, look: Look) -> None:
    record(daemon, "Photos", LAST, Status.ERROR, reason="x" * 1024)
    (row,) = look().jobs().values()
    assert len([text(each) for each in elements(row, "bdi")][-1]) == 160
    assert causes(look("/jobs/1")) == ["x" * 1024]


def test_a_success_needs_no_reason(daemon: Daemon, look: Look) -> None:
    record(daemon, "Photos", LAST, reason="nothing to tell")
    assert "nothing to tell" not in text(look().root)
    assert causes(look("/jobs/1")) == []


def test_what_is_known_of_the_space_at_the_destination_is_a_section_with_a_chart(
    daemon: Daemon, look: Look
) -> None:
    for day, free in enumerate((8, 10, 12, 14)):
        counts = Counts(quota_free_bytes=free * GIB, quota_total_bytes=100 * GIB)
        record(daemon, "Photos", LAST - day * DAY, counts=counts)
    page = look("/jobs/1")
    assert page.sentence().startswith("filling up")
    section = page.one("div", id="destination")
    assert space(page) == {
        "Free": "8.00 GiB found 2 hours ago",
        "Total": "100 GiB",
        "Used": "92.0 GiB, 92 %",
        "Growth": "2.00 GiB a day",
        "Full": "in 3 days (2026-01-19 08:30:00 UTC)",
    }
    (chart,) = elements(section, "svg", class_="chart")
    assert chart.attrib["aria-label"] == (
        "Free space, 4 runs from 2026-01-12 to 2026-01-15: 8.00 GiB to 14.0 GiB,"
        " the newest 8.00 GiB"
    )


@pytest.mark.parametrize(
    ("free", "total", "told"),
    [
        (50, -1, {"Total": "unknown", "Full": "not foreseeable"}),
        (-1, 80, {"Free": "unknown found 2 hours ago", "Total": "80 B"}),
        (0, 80, {"Free": "0 B found 2 hours ago", "Used": "80 B, 100 %"}),
        (1, 10**6, {"Used": "977 KiB, 99 %", "Growth": "not known: it takes three days"}),
    ],
)
def test_what_is_not_known_of_the_space_is_said(
    daemon: Daemon, look: Look, free: int, total: int, told: dict[str, str]
) -> None:
    record(daemon, "Photos", LAST, counts=Counts(quota_free_bytes=free, quota_total_bytes=total))
    assert space(look("/jobs/1")).items() >= told.items()


def test_a_destination_that_should_be_full_says_so(daemon: Daemon, look: Look) -> None:
    record(daemon, "Photos", LAST, counts=Counts(quota_free_bytes=0, quota_total_bytes=80))
    assert space(look("/jobs/1"))["Full"] == "by now (2026-01-15 08:30:00 UTC)"


def test_space_that_becomes_free_is_told(daemon: Daemon, look: Look) -> None:
    for day, free in enumerate((40, 30, 20, 10)):
        counts = Counts(quota_free_bytes=free * GIB, quota_total_bytes=100 * GIB)
        record(daemon, "Photos", LAST - day * DAY, counts=counts)
    known = space(look("/jobs/1"))
    assert known["Growth"] == "10.0 GiB more free a day"
    assert known["Full"] == "not foreseeable"


def test_a_destination_that_does_not_tell_its_space_has_no_section(
    daemon: Daemon, look: Look
) -> None:
    record(daemon, "Photos", LAST)
    assert text(look("/jobs/1").one("div", id="destination")) == ""


def space(page: Document) -> dict[str, str]:
    """Return what the section on the destination says."""
    (known,) = elements(page.one("div", id="destination"), "dl")
    names = [text(each) for each in elements(known, "dt")]
    return dict(zip(names, map(text, elements(known, "dd")), strict=True))


def test_the_moments_of_a_job_lie_beside_its_last_success(daemon: Daemon, look: Look) -> None:
    counts, compacted = Counts(retry_attempts=3), LAST + MINUTE
    record(daemon, "Photos", LAST, counts=counts, newest_version=DAY_BEFORE, compacted=compacted)
    record(daemon, "Photos", DAY_BEFORE, operation="Restore")
    told = facts(look("/jobs/1"))
    assert told["Newest version"] == "1 day ago (2026-01-14 08:30:00 UTC)"
    assert told["Last compact"] == "1 hour ago (2026-01-15 08:31:00 UTC)"
    assert told["Last restore"] == "1 day ago (2026-01-14 08:31:00 UTC)"
    assert told["Transfers retried"] == "3"


def test_an_error_that_is_of_no_run_is_told_with_its_time(daemon: Daemon, look: Look) -> None:
    record(daemon, "Photos", LAST)
    assert "Duplicati's last error" not in facts(look("/jobs/1"))
    daemon.store.note_error(1, LastError(LAST + MINUTE, "no <b>such</b> file"))
    told = facts(look("/jobs/1"))["Duplicati's last error"]
    assert told == "no <b>such</b> file 1 hour ago (2026-01-15 08:31:00 UTC)"


def test_runs_that_were_stopped_are_counted_with_since_when(daemon: Daemon, look: Look) -> None:
    record(daemon, "Photos", DAY_BEFORE)
    for hour in (5, 4, 3):
        record(daemon, "Photos", LAST - hour * HOUR, Status.INTERRUPTED)
    page = look("/jobs/1")
    since = "interrupted for 7 hours (2026-01-15 03:30:00 UTC), 3 times in a row"
    assert page.sentence() == since
    assert (page.count("interrupted"), page.count("error")) == (3, 0)
    assert facts(page)["Interrupted in a row"] == "3"
    (row,) = look().jobs().values()
    assert "interrupted 3 times in a row" in text(row)


COPY = SecondCopy("file:///mnt/it's", DAY_BEFORE + MINUTE, Status.WARNING, 2, 4096, 1)


def test_second_copies_are_told_with_how_to_forget_one(daemon: Daemon, look: Look) -> None:
    record(daemon, "Photos", DAY_BEFORE, copying=Copying(CopyOutcome.COPIED, (COPY,)))
    for hour in (1, 0):
        missed = Copying(CopyOutcome.MISSED)
        record(daemon, "Photos", LAST - hour * HOUR, copying=missed)
    page = look("/jobs/1")
    (row,) = [each for each in page.all("tr") if "data-copy-to" in each.attrib]
    assert text(row) == (
        "file:///mnt/it's 1 day ago 2026-01-14 08:31:00 UTC warning 1 failed verification "
        "2 files, 4.00 KiB duplistatus job forget-copy 1 'file:///mnt/it'\"'\"'s'"
    )
    assert "The last 2 runs missed a second copy." in text(page.root)
    assert page.sentence().startswith("second copy missing for 3 hours (")
    assert causes(page) == ["none to file:///mnt/it's for 1 day"]


def test_a_job_without_second_copies_tells_of_none(daemon: Daemon, look: Look) -> None:
    record(daemon, "Photos", LAST)
    assert "second copies" not in text(look("/jobs/1").root).lower()


def test_a_job_whose_reports_name_no_backup_tells_what_to_do(daemon: Daemon, look: Look) -> None:
    record(daemon, UNNAMED, LAST)
    page = look("/jobs/1")
    told = text(page.one("p", class_="hint"))
    assert "--backup-name=NAME" in told
    assert "?backup=NAME" in told
    assert "duplistatus job clear 1" in told
    assert page.sentence().startswith("unnamed for 2 hours")


def test_a_renamed_backup_tells_what_it_was_called(daemon: Daemon, look: Look) -> None:
    for began, name in ((DAY_BEFORE, "Photos"), (LAST, "Pictures")):
        extra = {"backup-id": "DB-1"}
        daemon.upload(duplicati_report(began=began, backup=name, extra=extra))
    page = look("/jobs/1")
    assert text(page.one("h1")) == "Pictures"
    assert facts(page)["Formerly"].startswith("Photos renamed in Duplicati;")
    assert "duplistatus job separate 1" in facts(page)["Formerly"]


def test_what_of_a_run_could_not_be_read_is_told_beside_it(daemon: Daemon, look: Look) -> None:
    run = record(daemon, "Photos", LAST, log=Log(details=("Data.Duration: is not a duration",)))
    details = look("/jobs/1").one("details", id=f"unread-{run}")
    assert [text(each) for each in elements(details, "li")] == ["Data.Duration: is not a duration"]


def test_its_tags_and_those_of_its_server_lead_to_what_has_them(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos")
    assert "Tags" not in text(look("/jobs/1").one("dl", class_="facts"))
    changed(daemon, "PATCH", "/api/jobs/1", {"tags": ["photos"]})
    changed(daemon, "PATCH", "/api/servers/1", {"tags": ["a+b"]})
    links = {text(each): each.attrib["href"] for each in look("/jobs/1").all("a")}
    assert (links["photos"], links["a+b"]) == ("/?tag=photos", "/?tag=a%2Bb")
    links = {text(each): each.attrib["href"] for each in look("/servers/1").all("a")}
    assert links["a+b"] == "/?tag=a%2Bb"
