"""When a job is overdue that runs, hangs or has just ended."""

from exporter.model.live import (
    REPORT_TIMEOUT,
    STALL_AFTER,
)
from exporter.times import DAY, HOUR, MINUTE
from tests.support.daemon import NOW, Daemon
from tests.support.live import activity, tell
from tests.support.live_job import series, the_job
from tests.support.reports_builder import duplicati_report


def overdue_everywhere(daemon: Daemon) -> bool:
    """Tell whether the job is overdue, and see that every place says the same."""
    told: set[bool] = {
        the_job(daemon)["overdue"],
        daemon.get("/api/summary")["overdueBackups"] == 1,
        len(daemon.get("/api/jobs", overdue="true")["jobs"]) == 1,
        daemon.series()["duplistatus_overdue_backups"] == 1,
        series(daemon, "overdue") == 1,
    }
    assert len(told) == 1
    return told.pop()


DEADLINE = DAY + HOUR + MINUTE
"""Behind the start of a first run of a minute: the default interval, the tolerance, its length."""


def test_a_running_job_is_not_overdue_and_a_silent_one_is(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW))
    began = NOW + DAY
    for at in range(began, NOW + DEADLINE + HOUR + 1, 5 * MINUTE):
        daemon.clock.now = at
        tell(daemon, activity(began=began, at=at))
    assert not overdue_everywhere(daemon)
    silent = daemon.clock.now + STALL_AFTER
    daemon.clock.now = silent
    assert not overdue_everywhere(daemon)
    daemon.clock.now = silent + 1
    assert overdue_everywhere(daemon)
    daemon.upload(duplicati_report(began=began, duration=3 * HOUR))
    assert not overdue_everywhere(daemon)


def test_a_job_that_fell_silent_is_overdue_only_once_its_deadline_passed(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW))
    daemon.clock.now = NOW + DAY
    tell(daemon, activity(began=NOW + DAY, at=NOW + DAY))
    daemon.clock.now = NOW + DEADLINE
    assert series(daemon, "stalled") == 1
    assert not overdue_everywhere(daemon)
    daemon.clock.now = NOW + DEADLINE + 1
    assert overdue_everywhere(daemon)


def test_the_report_of_a_late_run_has_time_to_come(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW))
    ended = NOW + DEADLINE + HOUR
    daemon.clock.now = ended
    tell(daemon, activity(began=NOW + DAY, at=ended, status="Completed"))
    assert not overdue_everywhere(daemon)
    daemon.clock.now = ended + REPORT_TIMEOUT + 1
    assert overdue_everywhere(daemon)


def test_a_first_run_that_never_ends_becomes_overdue(daemon: Daemon) -> None:
    tell(daemon, activity(began=NOW, at=NOW))
    daemon.clock.now = NOW + DAY + HOUR
    assert not overdue_everywhere(daemon)
    daemon.clock.now += 1
    assert overdue_everywhere(daemon)
