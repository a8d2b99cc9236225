"""Runs that only a pull tells of, in each store: their report and their live reports."""

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
