"""Live runs on disk, and placeholder runs until the report comes."""

import pytest

from exporter.model import BACKUP, Counts, Delivery, Log, Machine, Report, Run, Status
from exporter.model.live import LiveReport, LiveRun, LiveStatus, Progress
from exporter.store import Recorded, RunFilter, Store
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.authors import BY
from tests.support.daemon import NOW, SENDER
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report
from tests.support.stores import Database
from tests.support.strategies.state import activity_of, by_runs, fold

BEGAN = NOW - DAY


def live_report(machine_id: str = "m-1", backup: str = "Documents") -> LiveReport:
    return LiveReport(Machine(machine_id, "nas"), backup, activity_of(BEGAN, BEGAN))


def place(store: Store, machine_id: str = "m-1") -> int:
    return store.resolve_job(live_report(machine_id), Delivery(NOW, SENDER))


def record_placeholder(store: Store, job_id: int, began: Millis = BEGAN) -> Recorded | None:
    run = Run(BACKUP, Status.FATAL, began, None, None, Counts())
    report = Report(Machine(), "Documents", run, Log(), {})
    return store.record_placeholder(job_id, report, Delivery(NOW, "live"))


def keep(store: Store, job_id: int, run: LiveRun) -> None:
    """Store a live run: a daemon alone saves it regularly, one of several at each live report."""
    if store.sharing() is None:
        store.keep_live([(job_id, run)])
    else:
        store.hear(job_id, run.activity, run.heard)


def assert_state_is_that_of_the_runs(store: Store) -> None:
    for job in store.snapshot().jobs:
        runs = [each.stored for each in store.runs(RunFilter(job_id=job.id), None, 1000)]
        assert by_runs(job.state) == fold(sorted(runs, key=lambda stored: stored.id))


def test_a_job_is_made_once_and_found_again(store: Store) -> None:
    assert (place(store), place(store)) == (1, 1)
    assert deliver(store, duplicati_report(began=BEGAN)).job.id == 1
    assert place(store) == 1


def test_the_newest_live_run_of_a_job_is_kept_and_goes_with_the_job(store: Store) -> None:
    job_id = place(store)
    first = LiveRun.first(activity_of(BEGAN, BEGAN), BEGAN)
    second = first.with_report(activity_of(NOW, NOW), NOW)
    keep(store, job_id, first)
    keep(store, job_id, second)
    keep(store, 99, second)
    assert store.live_runs() == [(job_id, second)]
    store.delete_job(job_id, BY)
    assert store.live_runs() == []


def test_a_live_run_that_cannot_be_read_is_left_out(store: Store, database: Database) -> None:
    run = LiveRun.first(activity_of(BEGAN, BEGAN), BEGAN)
    jobs = [place(store, machine_id) for machine_id in ("m-1", "m-2")]
    for job_id in jobs:
        keep(store, job_id, run)
    database.execute("UPDATE live_runs SET run = ? WHERE job_id = ?", (b"\xc1", jobs[0]))
    assert store.live_runs() == [(jobs[1], run)]


@pytest.mark.parametrize("status", ["Fatal", "Error", "Warning"])
@pytest.mark.parametrize("later", [0, 1, 3])
def test_a_report_takes_the_place_of_what_stood_in_for_it(
    store: Store, status: str, later: int
) -> None:
    for day in (3, 2):
        deliver(store, duplicati_report(began=BEGAN - day * DAY))
    assert record_placeholder(store, place(store)) is not None
    assert_state_is_that_of_the_runs(store)
    for hour in range(1, later + 1):
        deliver(store, duplicati_report(began=BEGAN + hour * HOUR, status="Error"))
    assert deliver(store, duplicati_report(began=BEGAN + MINUTE, status=status)).new
    assert len(store.runs(RunFilter(), None, 1000)) == 3 + later
    assert_state_is_that_of_the_runs(store)


def test_there_is_no_placeholder_for_a_report_that_is_there(store: Store) -> None:
    job_id = deliver(store, duplicati_report(began=BEGAN - MINUTE)).job.id
    assert record_placeholder(store, job_id) is None
    assert record_placeholder(store, job_id + 1) is None


def test_a_report_of_another_run_replaces_nothing(store: Store) -> None:
    assert record_placeholder(store, place(store)) is not None
    deliver(store, duplicati_report(began=BEGAN + MINUTE + 1))
    deliver(store, duplicati_report(began=BEGAN, operation="Restore"))
    assert len(store.runs(RunFilter(), None, 1000)) == 3


def test_a_report_finds_what_stood_in_for_it_after_a_merge(store: Store) -> None:
    deliver(store, duplicati_report(began=BEGAN - DAY, machine_id="m-2", server="attic"))
    assert record_placeholder(store, place(store)) is not None
    store.merge_servers(1, [2], BY)
    deliver(store, duplicati_report(began=BEGAN))
    assert len(store.runs(RunFilter(), None, 1000)) == 2
    assert_state_is_that_of_the_runs(store)


def test_a_live_run_is_kept_as_it_was_reported(store: Store) -> None:
    activity = LiveStatus(
        BACKUP,
        BEGAN,
        BEGAN,
        ended=True,
        failed=True,
        progress=Progress("a", 0.1, 1, 2, 3, 4, 5),
        error="no route",
        lines=("one", "two"),
        backup_id="DB-1",
        destination_type="s3",
    )
    keep(store, place(store), LiveRun(activity, BEGAN, NOW))
    assert store.live_runs() == [(1, LiveRun(activity, BEGAN, NOW))]


def test_the_newest_live_run_of_two_jobs_that_become_one_is_kept(
    store: Store, database: Database
) -> None:
    jobs = [place(store, machine_id) for machine_id in ("m-1", "m-2")]
    older, newer = (LiveRun.first(activity_of(at, at), at) for at in (BEGAN, NOW))
    keep(store, jobs[0], older)
    keep(store, jobs[1], newer)
    store.merge_servers(1, [2], BY)
    assert store.live_runs() == [(jobs[0], newer)]
    assert database.reopen(store).live_runs() == [(jobs[0], newer)]
