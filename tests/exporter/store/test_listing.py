import random

import pytest

from exporter.model import Rejected, Status
from exporter.store import RunFilter, Store
from exporter.times import DAY, HOUR, MINUTE
from tests.support.daemon import NOW, SENDER
from tests.support.deliver import deliver
from tests.support.process.waiting import eventually
from tests.support.reports_builder import duplicati_report

BEGAN = NOW - DAY


def rejected(number: int, body: bytes = b"{}") -> Rejected:
    return Rejected(NOW + number, SENDER, f"reason {number}", "text/plain", len(body), body)


@pytest.fixture
def two_servers(store: Store) -> Store:
    for n, status in enumerate(["Success", "Warning", "Error"]):
        deliver(store, duplicati_report(began=BEGAN + n * HOUR, status=status))
    deliver(store, duplicati_report(began=BEGAN + 3 * HOUR, machine_id="m-2", server="laptop"))
    deliver(store, duplicati_report(began=BEGAN + 4 * HOUR, operation="Restore"))
    return store


@pytest.mark.parametrize(
    ("chosen", "hours"),
    [
        (RunFilter(), [4, 3, 2, 1, 0]),
        (RunFilter(server_id=1), [4, 2, 1, 0]),
        (RunFilter(server_id=2), [3]),
        (RunFilter(server_id=3), []),
        (RunFilter(job_id=2), [3]),
        (RunFilter(status=Status.ERROR), [2]),
        (RunFilter(operation="Restore"), [4]),
        (RunFilter(operation="Backup", server_id=1), [2, 1, 0]),
        (RunFilter(since=BEGAN + HOUR), [4, 3, 2, 1]),
        (RunFilter(until=BEGAN + HOUR), [0]),
        (RunFilter(since=BEGAN + HOUR, until=BEGAN + 3 * HOUR), [2, 1]),
    ],
)
def test_runs_are_listed_newest_first_as_filtered(
    two_servers: Store, chosen: RunFilter, hours: list[int]
) -> None:
    found = two_servers.runs(chosen, None, 100)
    assert [(run.stored.started - BEGAN) // HOUR for run in found] == hours


def test_a_page_continues_after_the_last_run_also_among_equal_starts(store: Store) -> None:
    for number in range(7):
        deliver(store, duplicati_report(began=BEGAN, backup=f"b{number}"))
    whole = [run.stored.order for run in store.runs(RunFilter(), None, 100)]
    paged: list[tuple[int, int]] = []
    while page := store.runs(RunFilter(), paged[-1] if paged else None, 3):
        paged += [run.stored.order for run in page]
    assert paged == whole
    assert len(set(paged)) == 7


def test_there_is_no_run_with_an_id_that_was_never_assigned(store: Store) -> None:
    assert store.run(1) is None


def test_what_could_not_be_understood_is_kept_newest_first(store: Store) -> None:
    for number in range(3):
        store.reject(rejected(number))
    kept = store.rejected(None, 10)
    assert [entry.reason for entry in kept] == ["reason 2", "reason 1", "reason 0"]
    assert [entry.reason for entry in store.rejected(kept[0].id, 1)] == ["reason 1"]
    assert kept[0].received == NOW + 2
    assert kept[0].address == SENDER
    assert kept[0].content_type == "text/plain"


def test_only_the_newest_two_hundred_rejected_bodies_are_kept(store: Store) -> None:
    for number in range(205):
        store.reject(rejected(number))
    kept = store.rejected(None, 1000)
    assert [entry.reason for entry in kept] == [f"reason {n}" for n in range(204, 4, -1)]


def test_only_the_first_64_kib_of_a_rejected_body_are_kept_and_its_size(
    store: Store,
) -> None:
    body = bytes(range(256)) * 300
    store.reject(rejected(0, body))
    (kept,) = store.rejected(None, 10)
    assert kept.body == body[: 64 * 1024]
    assert kept.size == len(body)


def test_a_probe_changes_no_report(two_servers: Store) -> None:
    before = two_servers.snapshot()
    two_servers.check_writable()
    assert two_servers.snapshot() == before


def test_the_size_of_the_database_grows_with_what_it_holds(store: Store) -> None:
    empty, body = store.size_bytes(), random.Random(1).randbytes(64 * 1024)
    for number in range(20):
        store.reject(rejected(number, body))
    eventually(lambda: store.size_bytes() > empty + 20 * 64 * 1024, "it has grown")


def test_the_newest_backups_of_jobs_are_returned_oldest_first(two_servers: Store) -> None:
    deliver(two_servers, duplicati_report(began=BEGAN + 5 * HOUR, data={"Dryrun": True}))
    found = two_servers.newest_backups([2, 1, 7], 2)
    shown = {
        job_id: [((run.started - BEGAN) // HOUR, run.status, run.duration) for run in runs]
        for job_id, runs in found.items()
    }
    assert shown == {
        1: [(1, Status.WARNING, MINUTE), (2, Status.ERROR, MINUTE)],
        2: [(3, Status.SUCCESS, MINUTE)],
        7: [],
    }


def test_of_no_jobs_there_are_no_backups(store: Store) -> None:
    assert store.newest_backups([], 30) == {}
