"""Runs that only a pull tells of, in each store: their report and their live reports."""

import pytest
from msgspec.structs import replace

from exporter.model import PULLED, Delivery, Report, Status
from exporter.model.last_error import LastError
from exporter.reports import read_report
from exporter.store import RunFilter, Store
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report

BEGAN: Millis = NOW - DAY
DIED: Millis = BEGAN + 2 * MINUTE


def pulled(began: Millis = BEGAN, ended: Millis = DIED, status: str = "Fatal") -> Report:
    body = duplicati_report(began=began, duration=ended - began, status=status)
    report = read_report(body)
    return replace(report, run=replace(report.run, source=PULLED, duration=None))


def live(began: Millis) -> Report:
    """Return what stands in for the report of a run that failed by its live reports."""
    return read_report(duplicati_report(began=began, duration=None, status="Fatal"))


def pull(store: Store, report: Report, received: Millis = DIED) -> bool:
    (recorded,) = store.record_all([(report, Delivery(received, "collected", fetched=True))])
    return recorded.new


def known_job(store: Store) -> int:
    return deliver(store, duplicati_report(began=BEGAN - DAY), received=BEGAN - DAY).job.id


def statuses(store: Store) -> list[tuple[Status, str | None]]:
    runs = [each.stored.run for each in store.runs(RunFilter(), None, 100)]
    return [(run.status, run.source) for run in runs]


GOOD = (Status.SUCCESS, None)


def test_a_death_that_live_reports_told_of_is_the_pulled_one(store: Store) -> None:
    job_id = known_job(store)
    placed = store.record_placeholder(job_id, live(BEGAN + 70 * SECOND), Delivery(NOW, "live"))
    assert placed is not None
    assert not pull(store, pulled())
    assert statuses(store) == [(Status.FATAL, None), GOOD]


def test_it_is_the_same_when_the_pull_was_first(store: Store) -> None:
    job_id = known_job(store)
    assert pull(store, pulled())
    for began in (BEGAN - SECOND, BEGAN + 70 * SECOND, DIED):
        assert store.record_placeholder(job_id, live(began), Delivery(NOW, "live")) is None
    assert statuses(store) == [(Status.FATAL, PULLED), GOOD]
    later = store.record_placeholder(job_id, live(DIED + HOUR), Delivery(NOW, "live"))
    assert later is not None


def test_a_run_that_seemed_skipped_died_after_all(store: Store) -> None:
    known_job(store)
    skipped = pulled(ended=BEGAN)
    skipped = replace(skipped, run=replace(skipped.run, status=Status.INTERRUPTED))
    assert pull(store, skipped, BEGAN)
    assert pull(store, pulled())
    assert not pull(store, skipped, BEGAN)
    assert statuses(store) == [(Status.FATAL, PULLED), GOOD]
    (job,) = store.snapshot().jobs
    assert (job.state.interrupted_runs, job.state.consecutive_failures) == (0, 1)


def test_a_good_run_that_began_then_is_the_planned_one(store: Store) -> None:
    known_job(store)
    assert pull(store, pulled())
    deliver(store, duplicati_report(began=BEGAN + 5 * SECOND), received=NOW)
    assert not pull(store, pulled())
    assert statuses(store) == [GOOD, GOOD]
    (job,) = store.snapshot().jobs
    assert (job.state.total_runs, job.state.consecutive_failures) == (2, 0)


def test_a_dry_run_and_another_operation_replace_nothing(store: Store) -> None:
    known_job(store)
    pull(store, pulled())
    deliver(store, duplicati_report(began=BEGAN, data={"Dryrun": True}), received=NOW)
    deliver(store, duplicati_report(began=BEGAN, operation="Test"), received=NOW)
    assert statuses(store).count((Status.FATAL, PULLED)) == 1


def test_an_error_is_kept_until_a_run_explains_it(store: Store) -> None:
    job_id = known_job(store)
    error = LastError(DIED, "no")
    store.note_error(job_id, error)
    assert store.snapshot().jobs[0].state.last_error == error
    pull(store, pulled())
    assert store.snapshot().jobs[0].state.last_error == error
    store.note_error(job_id, error)
    assert store.snapshot().jobs[0].state.last_error is None


@pytest.mark.parametrize("skew", [0, -2 * HOUR, 2 * HOUR])
@pytest.mark.parametrize("apart", [-2 * MINUTE, -MINUTE, MINUTE, 2 * MINUTE])
def test_an_error_by_a_wrong_clock_is_of_the_death_whose_report_came_then(
    store: Store, skew: Millis, apart: Millis
) -> None:
    job_id = known_job(store)
    died = duplicati_report(began=BEGAN + skew, duration=None, status="Fatal")
    deliver(store, died, received=DIED)
    error = LastError(DIED + skew + apart, "no")
    store.note_error(job_id, error, skew)
    known = store.snapshot().jobs[0].state.last_error is None
    assert known == (abs(apart) <= MINUTE)


@pytest.mark.parametrize("skew", [0, -2 * HOUR, 2 * HOUR])
def test_the_end_of_a_death_is_by_the_same_clock_as_its_error(store: Store, skew: Millis) -> None:
    job_id = known_job(store)
    length = DIED - BEGAN
    died = duplicati_report(began=BEGAN + skew, duration=length, status="Fatal")
    deliver(store, died, received=NOW)
    store.note_error(job_id, LastError(DIED + skew, "no"), skew)
    assert store.snapshot().jobs[0].state.last_error is None


@pytest.mark.parametrize("skew", [0, -2 * HOUR, 2 * HOUR])
def test_an_error_while_a_run_that_failed_live_went_on_is_its_death(
    store: Store, skew: Millis
) -> None:
    job_id = known_job(store)
    store.record_placeholder(job_id, live(BEGAN + skew), Delivery(DIED + 10 * MINUTE, "live"))
    for after, known in ((9 * MINUTE, True), (HOUR, False), (-HOUR, False)):
        error = LastError(DIED + skew + after, "no")
        store.note_error(job_id, error, skew)
        assert (store.snapshot().jobs[0].state.last_error is None) == known
