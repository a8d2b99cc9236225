import threading
from concurrent.futures import ThreadPoolExecutor

from exporter.fleet import Fleet
from exporter.model import Delivery
from exporter.reports import read_report
from exporter.store import Recorded, Store
from exporter.times import MINUTE
from tests.support.daemon import NOW, SENDER
from tests.support.reports_builder import duplicati_report
from tests.support.stores import Database

THREADS = 16
EACH = 12
SERVERS = 5
STATUSES = ("Success", "Warning", "Error")


def body(thread: int, number: int) -> bytes:
    """Build a report of one of few jobs, so that many threads use the same one."""
    at = thread * EACH + number
    server = f"s{at % SERVERS}"
    began = NOW - 1000 * MINUTE + at * MINUTE
    return duplicati_report(
        began=began, server=server, machine_id=server, status=STATUSES[at % len(STATUSES)]
    )


def record_all(store: Store) -> list[Recorded]:
    together = threading.Barrier(THREADS)

    def send(thread: int) -> list[Recorded]:
        together.wait()
        return [
            store.record(read_report(body(thread, number)), Delivery(NOW, SENDER))
            for number in range(EACH)
        ]

    with ThreadPoolExecutor(THREADS) as pool:
        return [recorded for sent in pool.map(send, range(THREADS)) for recorded in sent]


def test_reports_from_many_threads_are_all_recorded_once_and_add_up(
    store: Store, fleet: Fleet
) -> None:
    recorded = record_all(store)
    assert len({each.run_id for each in recorded}) == THREADS * EACH
    assert all(each.new for each in recorded)
    totals = fleet.totals(NOW)
    assert (totals.servers, totals.jobs) == (SERVERS, SERVERS)
    assert (totals.completed, totals.failed) == (128, 64)
    assert {job.state.total_runs for job in store.snapshot().jobs} == {38, 39}
    assert [view.job for view in fleet.jobs()] == list(store.snapshot().jobs)


def test_each_acknowledged_report_is_seen_by_others_at_once(
    store: Store, database: Database
) -> None:
    seen: list[bool] = []

    def send(thread: int) -> None:
        for number in range(4):
            report = read_report(body(thread, number))
            run_id = store.record(report, Delivery(NOW, SENDER)).run_id
            seen.append(bool(database.rows("SELECT 1 FROM runs WHERE id = ?", (run_id,))))

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, range(THREADS)))
    assert seen == [True] * (THREADS * 4)


def test_the_same_report_from_many_threads_at_once_is_one_run(store: Store, fleet: Fleet) -> None:
    together = threading.Barrier(THREADS)
    report = read_report(body(0, 0))

    def send(_: int) -> Recorded:
        together.wait()
        return store.record(report, Delivery(NOW, SENDER))

    with ThreadPoolExecutor(THREADS) as pool:
        recorded = list(pool.map(send, range(THREADS)))
    assert len({each.run_id for each in recorded}) == 1
    assert sum(each.new for each in recorded) == 1
    assert fleet.totals(NOW).completed == 1
