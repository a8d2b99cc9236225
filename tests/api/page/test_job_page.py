"""GET /jobs/{id}: how a backup is, when it is due and why, and what its runs did."""

import pytest

from api.page.job import RUNS
from api.page.run_rows import LINES
from exporter.times import DAY, HOUR, MINUTE, format_timestamp
from tests.api.page.conftest import EVERY, LAST, Look, change, daily
from tests.support.daemon import NOW, Daemon
from tests.support.pages import Document, elements, text
from tests.support.recording import USUAL
from tests.support.reports_builder import duplicati_report


def runs(page: Document) -> list[int]:
    return [int(row.attrib["data-run"]) for row in page.all("tr") if "data-run" in row.attrib]


SAID = {"damaged": "verification failed", "second_copy": "second copy", "off": "schedule off"}


def test_every_job_of_the_overview_has_its_page(look_at_all: Look) -> None:
    for job_id, name, held in zip(look_at_all().ids(), EVERY, EVERY.values(), strict=True):
        page = look_at_all(f"/jobs/{job_id}")
        assert text(page.one("h1")) == name
        assert page.one("div", id="head").attrib["data-condition"] == held
        assert page.sentence().startswith(SAID.get(held, held))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            {},
            (
                "Expected Friday 16 January 2026, 08:30 UTC, "
                "1 d after its last start, the usual pause of its last 5 runs; "
                "overdue after Friday 16 January 2026, 09:31 UTC, "
                "which allows for 1 min for the run and 1 h of tolerance."
            ),
        ),
        (
            {"schedule": "every 12h", "tolerance": "30m"},
            (
                "Expected Thursday 15 January 2026, 20:30 UTC, "
                "12 h after its last start, as configured; "
                "overdue after Thursday 15 January 2026, 21:01 UTC, "
                "which allows for 1 min for the run and 30 min of tolerance."
            ),
        ),
        (
            {"schedule": "cron 0 3 * * * Europe/Berlin"},
            (
                "Expected Friday 16 January 2026, 02:00 UTC, "
                "by the calendar 0 3 * * * (Europe/Berlin), as configured; "
                "overdue after Friday 16 January 2026, 03:01 UTC, "
                "which allows for 1 min for the run and 1 h of tolerance."
            ),
        ),
        (
            {"paused": True},
            (
                "Expected Friday 16 January 2026, 08:30 UTC, "
                "1 d after its last start, the usual pause of its last 5 runs; "
                "it is paused, so a missing run is not reported."
            ),
        ),
        (
            {"schedule": "off"},
            "Not monitored: its schedule is off.",
        ),
    ],
)
def test_the_schedule_and_where_it_comes_from_are_told_in_words(
    daemon: Daemon, look: Look, settings: dict[str, object], told: str
) -> None:
    daily(daemon, "Photos")
    if settings:
        change(daemon, "Photos", **settings)
    assert text(look("/jobs/1").one("p", id="schedule")) == told


def test_the_schedule_of_duplicati_itself_is_told_as_its_own(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=LAST, next_scheduled=LAST + DAY))
    told = text(look("/jobs/1").one("p", id="schedule"))
    assert told.startswith("Expected Friday 16 January 2026, 08:30 UTC, as Duplicati planned it")


def test_one_run_teaches_no_schedule(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=LAST))
    told = text(look("/jobs/1").one("p", id="schedule"))
    assert "1 d after its last start, the default until more is known" in told


def test_a_deadline_says_that_the_tolerance_is_in_it(look_at_all: Look) -> None:
    (job_id,) = [each for each, row in look_at_all(q="begun").jobs().items()]
    told = text(look_at_all(f"/jobs/{job_id}").one("p", id="schedule"))
    assert told.endswith("10:30 UTC, which allows for 1 h of tolerance.")


def test_an_overdue_job_tells_how_late_it_is(look_at_all: Look) -> None:
    (job_id,) = [each for each, row in look_at_all(q="absent").jobs().items()]
    page = look_at_all(f"/jobs/{job_id}")
    assert page.sentence() == (
        "overdue for 1 day (2026-01-14 09:31:00 UTC) expected 2026-01-14 08:30:00 UTC, none came"
    )
    assert text(page.one("p", id="schedule")).endswith("Late by 1 day.")


def test_runs_are_counted_by_status(daemon: Daemon, look: Look) -> None:
    daily(daemon, "Photos", status="Fatal")
    page = look("/jobs/1")
    counted = {name: page.count(name) for name in ("success", "warning", "error", "fatal")}
    assert counted == {"success": 4, "warning": 0, "error": 0, "fatal": 1}


def test_the_charts_are_of_size_and_duration_and_say_so_in_words(
    daemon: Daemon, look: Look
) -> None:
    daily(daemon, "Photos", data={"SizeOfExaminedFiles": USUAL // 5})
    labels = [svg.attrib["aria-label"] for svg in look("/jobs/1").all("svg", class_="chart")]
    assert labels == [
        (
            "Source size, 5 runs from 2026-01-11 to 2026-01-15: 1.86 GiB to 9.31 GiB, "
            "the newest 1.86 GiB"
        ),
        "Duration, 5 runs from 2026-01-11 to 2026-01-15: 1 min to 1 min, the newest 1 min",
    ]


def test_runs_lie_newest_first_and_older_ones_on_further_pages(daemon: Daemon, look: Look) -> None:
    ids = [
        daemon.upload(duplicati_report(began=LAST - hour * HOUR))["backupId"]
        for hour in range(RUNS + 2)
    ]
    first = look("/jobs/1")
    assert runs(first) == ids[:RUNS]
    following = first.one("a", rel="next").attrib["href"].removeprefix("?cursor=")
    second = look("/jobs/1", cursor=following)
    assert runs(second) == ids[RUNS:]
    assert second.all("a", rel="next") == []


def test_other_operations_and_dry_runs_are_listed_as_such(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=LAST))
    daemon.upload(duplicati_report(began=LAST + MINUTE, operation="Restore"))
    daemon.upload(duplicati_report(began=LAST + 2 * MINUTE, data={"Dryrun": True}))
    rows = [text(row) for row in look("/jobs/1").all("tr") if "data-run" in row.attrib]
    assert "success Dry run" in rows[0]
    assert "success Restore" in rows[1]
    assert "success 1 min" in rows[2]


def test_what_a_stopped_run_did_not_look_at_is_not_shown_as_nothing(
    daemon: Daemon, look: Look
) -> None:
    unseen = {"KnownFileSize": 0, "BackupListCount": 0, "LastBackupDate": "0001-01-01T00:00:00"}
    for at, backend in ((LAST, {**unseen, "KnownFileSize": 5}), (LAST + MINUTE, unseen)):
        daemon.upload(duplicati_report(began=at, data={"Interrupted": True}, backend=backend))
    rows = [text(row) for row in look("/jobs/1").all("tr") if "data-run" in row.attrib]
    assert ["0 B" in row for row in rows] == [False, False]
    assert ["5 B" in row for row in rows] == [False, True]


def test_of_a_log_the_worst_lines_are_shown_and_where_the_rest_is(
    daemon: Daemon, look: Look
) -> None:
    lines = (
        *(f"2026-01-15 08:30:00Z - [Information-Duplicati.Main]: line {n}" for n in range(30)),
        "2026-01-15 08:31:00Z - [Warning-Duplicati.Main]: a file is locked",
        "2026-01-15 08:31:00Z - [Error-Duplicati.Main]: " + "no route " * 100,
    )
    run = daemon.upload(duplicati_report(began=LAST, lines=lines))["backupId"]
    details = look("/jobs/1").one("details", id=f"log-{run}")
    (summary,) = elements(details, "summary")
    assert text(summary) == f"{LINES} lines of 32"
    shown = [text(line) for line in elements(details, "li")]
    assert len(shown) == LINES
    assert "a file is locked" in shown[-2]
    assert shown[-1].startswith("error")
    assert len(shown[-1]) < 600
    (link,) = elements(details, "a")
    assert link.attrib["href"] == f"/api/backups/{run}"


def test_a_run_without_a_log_leads_to_all_that_is_known(daemon: Daemon, look: Look) -> None:
    run = daemon.upload(duplicati_report(began=LAST))["backupId"]
    page = look("/jobs/1")
    assert page.all("details") == []
    assert page.one("a", href=f"/api/backups/{run}") is not None


def test_a_job_that_only_began_says_what_is_known(look_at_all: Look) -> None:
    (job_id,) = look_at_all(status="waiting").ids()
    page = look_at_all(f"/jobs/{job_id}")
    assert page.sentence() == "waiting for the first run"
    assert "No runs are stored." in text(page.root)
    assert format_timestamp(NOW)
