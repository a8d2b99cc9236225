"""Runs that two jobs have both: one of them counts once the jobs are one."""

import pytest
from msgspec.structs import replace

from exporter.model import LOGGED, Delivery
from exporter.reports import read_report
from exporter.store import RunFilter, Store
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.support.authors import BY
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report
from tests.support.strategies.state import by_runs, fold

BEGAN = NOW - DAY
POSTED, PULLED = ("nas", "m-1"), ("attic", "m-2")


def report(began: Millis, machine: tuple[str, str], status: str = "Success") -> bytes:
    server, machine_id = machine
    return duplicati_report(began=began, server=server, machine_id=machine_id, status=status)


def post(store: Store, began: Millis, machine: tuple[str, str] = POSTED, **told: str) -> None:
    deliver(store, report(began, machine, **told), received=began + 2 * MINUTE)


def pull(store: Store, began: Millis) -> None:
    read = read_report(report(began, PULLED))
    logged = replace(read, run=replace(read.run, source=LOGGED))
    store.record_all([(logged, Delivery(began + MINUTE, "collected", fetched=True))])


def starts(store: Store) -> list[tuple[Millis, str | None]]:
    """Return the runs of the one job, whose state is that of them."""
    (job,) = store.snapshot().jobs
    runs = [each.stored for each in store.runs(RunFilter(job_id=job.id), None, 9)]
    assert by_runs(job.state) == fold(sorted(runs, key=lambda stored: stored.id))
    return sorted((run.started, run.run.source) for run in runs)


@pytest.mark.parametrize(("target", "source"), [(1, 2), (2, 1)])
def test_a_run_that_was_posted_and_pulled_counts_once_when_servers_merge(
    store: Store, target: int, source: int
) -> None:
    for hours in range(1, 4):
        post(store, BEGAN + hours * HOUR)
    for hours in range(3):
        pull(store, BEGAN + hours * HOUR + (321 if hours == 2 else 0))
    store.merge_servers(target, [source], BY)
    logged, *posted = starts(store)
    assert logged == (BEGAN, LOGGED)
    assert posted == [(BEGAN + hours * HOUR, None) for hours in range(1, 4)]


@pytest.mark.parametrize(
    ("one", "other", "runs"),
    [(BEGAN, BEGAN, 2), (BEGAN + 321, BEGAN + 321, 1), (BEGAN, BEGAN + 321, 2)],
)
def test_two_that_were_posted_are_the_same_only_to_the_millisecond(
    store: Store, one: Millis, other: Millis, runs: int
) -> None:
    post(store, one)
    post(store, other, PULLED, status="Warning")
    post(store, BEGAN + 5 * SECOND, PULLED)
    store.merge_servers(1, [2], BY)
    assert len(starts(store)) == runs + 1
