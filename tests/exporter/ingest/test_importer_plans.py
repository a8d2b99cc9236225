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


def test_a_later_plan_takes_the_place_of_a_start_that_passed_without_a_run(
    archive: StoreImporter, fleet: Fleet, clock: Clock
) -> None:
    """Duplicati says while a backup waits; else a start was passed over, as on battery."""
    (result,) = archive.import_reports([past(NOW - DAY)])
    archive.plan(result.job_id or 0, NOW, DAY)
    clock.now = NOW + 3 * HOUR
    assert [view.overdue(clock.now) for view in fleet.jobs()] == [True]
    archive.plan(result.job_id or 0, NOW + DAY, DAY)
    (view,) = fleet.jobs()
    assert view.expectation is not None
    assert (view.expectation.start, view.overdue(clock.now)) == (NOW + DAY, False)


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
