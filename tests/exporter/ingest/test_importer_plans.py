"""Planned starts that come with an import, and what is expected of them."""

from exporter.fleet import Fleet
from exporter.ingest.importer import StoreImporter
from exporter.schedule import ScheduleSource
from exporter.times import DAY, HOUR
from tests.exporter.ingest.history import past
from tests.support.daemon import NOW, Clock


def test_a_plan_is_a_reported_expectation(archive: StoreImporter, fleet: Fleet) -> None:
    (result,) = archive.import_reports([past(NOW - HOUR)])
    archive.plan(result.job_id or 0, NOW + 2 * DAY, 3 * DAY)
    (view,) = fleet.jobs()
    assert view.expectation is not None
    assert view.expectation.source is ScheduleSource.REPORTED
    assert (view.expectation.start, view.expectation.interval) == (NOW + 2 * DAY, 3 * DAY)


def test_a_planned_start_that_passed_without_a_run_stays_expected(
    archive: StoreImporter, fleet: Fleet, clock: Clock
) -> None:
    """Duplicati plans on when a run could not even begin, and tells only of the next start."""
    (result,) = archive.import_reports([past(NOW - DAY)])
    archive.plan(result.job_id or 0, NOW, DAY)
    for days in (1, 2, 3):
        clock.now = NOW + days * DAY - HOUR
        archive.plan(result.job_id or 0, NOW + days * DAY, DAY)
        (view,) = fleet.jobs()
        assert view.expectation is not None
        assert view.expectation.start == NOW
        assert view.overdue(clock.now)


def test_a_planned_start_that_is_put_off_before_it_passes_is_expected_then(
    archive: StoreImporter, fleet: Fleet
) -> None:
    (result,) = archive.import_reports([past(NOW - DAY)])
    archive.plan(result.job_id or 0, NOW + HOUR, DAY)
    archive.plan(result.job_id or 0, NOW + 5 * HOUR, DAY)
    assert [view.expectation and view.expectation.start for view in fleet.jobs()] == [
        NOW + 5 * HOUR
    ]


def test_a_run_ends_the_waiting_for_a_planned_start_that_passed(
    archive: StoreImporter, fleet: Fleet, clock: Clock
) -> None:
    (result,) = archive.import_reports([past(NOW - DAY)])
    archive.plan(result.job_id or 0, NOW - HOUR, DAY)
    clock.now = NOW + 2 * HOUR
    archive.import_reports([past(NOW + HOUR)])
    archive.plan(result.job_id or 0, NOW + 23 * HOUR, DAY)
    assert [view.expectation and view.expectation.start for view in fleet.jobs()] == [
        NOW + 23 * HOUR
    ]


def test_behind_a_planned_run_the_next_is_expected_by_the_told_interval(
    archive: StoreImporter, fleet: Fleet
) -> None:
    (result,) = archive.import_reports([past(NOW - 9 * DAY)])
    archive.plan(result.job_id or 0, NOW - 6 * DAY, 3 * DAY)
    archive.import_reports([past(NOW - 6 * DAY)])
    (view,) = fleet.jobs()
    assert view.expectation is not None
    assert view.expectation.start == NOW - 3 * DAY
    assert view.overdue(NOW)
