"""Reports that come while the notifier works."""

import pytest

from exporter.fleet.watching import ChangedJobs, JobWatch
from exporter.model import JobSettings, Status
from exporter.notifications import notifier
from exporter.times import HOUR, MINUTE
from tests.exporter.notifications.test_notifier import ERROR, OK, words, world
from tests.exporter.notifications.world import World, read


def report_before_the_jobs_are_taken(of: World, *statuses: Status) -> None:
    """Let reports come after the notes were read and before the jobs are taken."""
    take = of.fleet.take_changed

    def taking(watch: JobWatch) -> ChangedJobs:
        of.fleet.take_changed = take  # type: ignore[method-assign] # once
        for status in statuses:
            of.report(1, status)
        return take(watch)

    of.fleet.take_changed = taking  # type: ignore[method-assign] # see above


def test_a_report_that_comes_between_is_read_soon() -> None:
    of = world(OK)
    of.report(2, OK)
    report_before_the_jobs_are_taken(of, ERROR, OK)
    of.step()
    assert of.outbox.rows
    assert of.notifier.changed
    assert words(of.pass_time(MINUTE)) == [("failing", "past")]


def test_it_looks_no_more_once_all_is_read() -> None:
    of = world(OK)
    of.report(1, OK)
    of.step()
    of.step()
    assert not of.notifier.changed


def test_no_muted_job_is_told_before_all_notes_were_read(monkeypatch: pytest.MonkeyPatch) -> None:
    of = world(ERROR)
    of.set(1, JobSettings(schedule="off", paused=True))
    of.step()
    of.now += 30 * HOUR
    of.report(2, ERROR)
    monkeypatch.setattr(notifier, "MOST_CHANGES", 1)
    of.start()
    of.now += MINUTE
    of.pass_time(MINUTE)
    told = [told for message in of.outbox.all.values() for told in read(message)]
    assert [each.happening for each in told if each.subject == "job:1"] == ["began"]
