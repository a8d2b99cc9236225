"""How late a job is, is told alike by all that ask, also where live reports had excused it."""

from api.page.filters import in_order
from api.page.sorting import Sort
from exporter.conditions.evaluate import evaluate_all
from exporter.model.live import REPORT_TIMEOUT, STALL_AFTER
from exporter.times import DAY, HOUR, MINUTE, Millis, format_timestamp
from tests.support.daemon import NOW, Daemon
from tests.support.live import activity
from tests.support.pages import Document, text
from tests.support.reports_builder import duplicati_report

JOB = '{backup="Documents",server="nas",server_id="1"}'
BEGAN = NOW + DAY


def hear(daemon: Daemon, at: Millis, status: str = "Progress") -> None:
    daemon.clock.now = at
    body = activity(began=BEGAN, at=at, status=status)
    assert daemon.client.simulate_post("/api/activity", body=body).status_code == 202
    daemon.live_reports.run_once()


def told_deadline(daemon: Daemon) -> str:
    (job,) = daemon.get("/api/jobs")["jobs"]
    told: str = job["deadline"]
    assert daemon.series()[f"duplistatus_backup_deadline_timestamp_seconds{JOB}"] * 1000 == (
        daemon.fleet.jobs()[0].effective_deadline
    )
    return told


def test_a_run_that_fell_silent_makes_its_job_late_from_then_on(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW))
    for at in range(BEGAN, BEGAN + 6 * HOUR + 1, 5 * MINUTE):
        hear(daemon, at)
    silent = BEGAN + 6 * HOUR + STALL_AFTER
    daemon.clock.now = silent
    (job,) = daemon.get("/api/jobs")["jobs"]
    assert (job["overdue"], job["lateBySeconds"]) == (False, 0)
    assert told_deadline(daemon) == format_timestamp(silent)
    assert_late(daemon, silent)


def test_a_report_that_does_not_come_makes_its_job_late_from_when_it_was_due(
    daemon: Daemon,
) -> None:
    daemon.upload(duplicati_report(began=NOW))
    hear(daemon, BEGAN + 6 * HOUR, "Completed")
    assert_late(daemon, BEGAN + 6 * HOUR + REPORT_TIMEOUT)


def assert_late(daemon: Daemon, since: Millis) -> None:
    """See that all say that the job is late by fifty minutes."""
    daemon.clock.now = since + 50 * MINUTE
    (job,) = daemon.get("/api/jobs", overdue="true")["jobs"]
    assert (job["overdue"], job["lateBySeconds"]) == (True, 50 * 60)
    assert told_deadline(daemon) == job["deadline"] == format_timestamp(since)
    assert daemon.get("/api/summary")["overdueBackups"] == 1
    assert daemon.series()[f"duplistatus_backup_overdue{JOB}"] == 1
    page = Document(daemon.client.simulate_get("/jobs/1"))
    assert "overdue for 50 minutes" in page.sentence()
    assert text(page.one("p", id="schedule")).endswith("Late by 50 minutes.")
    (row,) = Document(daemon.client.simulate_get("/")).jobs().values()
    assert "late by 50 minutes" in text(row)


def test_the_longest_late_comes_first_counted_from_when_its_run_fell_silent(
    daemon: Daemon,
) -> None:
    daemon.upload(duplicati_report(began=NOW))
    daemon.upload(duplicati_report(began=NOW + HOUR, backup="Mail"))
    for at in range(BEGAN, BEGAN + 6 * HOUR + 1, 5 * MINUTE):
        hear(daemon, at)
    now = BEGAN + 9 * HOUR
    late = [view.job.name for view in daemon.fleet.overdue(now)]
    shown = [
        view.job.name
        for view in in_order(evaluate_all(daemon.fleet.jobs(), now), Sort(), grouped=False)
    ]
    assert late == shown == ["Mail", "Documents"]
