"""Runs that two jobs have both: one of them counts once the jobs are one."""

import pytest
from msgspec.structs import replace

from exporter.model import (
    BACKUP,
    LOGGED,
    PULLED,
    Counts,
    Delivery,
    Log,
    Machine,
    Report,
    Run,
    Status,
)
from exporter.model.listed import BackupList, ListedBackup
from exporter.reports import read_report
from exporter.store import RunFilter, Store
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.support.authors import BY
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report
from tests.support.stores import Database
from tests.support.strategies.state import by_runs, fold

BEGAN = NOW - DAY
POSTING, ASKED = ("nas", "m-1"), ("attic", "m-2")


def report(began: Millis, machine: tuple[str, str], status: str = "Success") -> bytes:
    server, machine_id = machine
    return duplicati_report(began=began, server=server, machine_id=machine_id, status=status)


def post(store: Store, began: Millis, machine: tuple[str, str] = POSTING, **told: str) -> None:
    deliver(store, report(began, machine, **told), received=began + 2 * MINUTE)


def pull(store: Store, began: Millis) -> None:
    fetch(store, report(began, ASKED), LOGGED)


def fetch(store: Store, body: bytes, source: str) -> None:
    read = read_report(body)
    fetched = replace(read, run=replace(read.run, source=source))
    began = read.run.began or NOW
    store.record_all([(fetched, Delivery(began + MINUTE, "collected", fetched=True))])


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
    post(store, other, ASKED, status="Warning")
    post(store, BEGAN + 5 * SECOND, ASKED)
    store.merge_servers(1, [2], BY)
    assert len(starts(store)) == runs + 1


def test_runs_of_two_backups_that_were_planned_for_the_same_time_both_stay(store: Store) -> None:
    """A script skipped both. One gets the name of the other later, and reports before the list."""

    def told(began: Millis, name: str, number: str) -> bytes:
        extra = {"backup-id": number, "destination-type": "s3"}
        return duplicati_report(began=began, backup=name, machine_id="m-1", extra=extra)

    def ask(names: dict[str, str]) -> None:
        backups = tuple(ListedBackup(key, name) for key, name in names.items())
        store.note_list(BackupList("https://nas.example:8200", "m-1", backups), NOW)

    names = {"DB-1": "Photos", "DB-2": "Mail"}
    for number, name in names.items():
        deliver(store, told(BEGAN, name, number), received=BEGAN + HOUR)
    ask(names)
    for number, name in names.items():
        fetch(store, told(BEGAN + HOUR, name, number), PULLED)
    deliver(store, told(BEGAN + 2 * HOUR, "Mail", "DB-1"), received=BEGAN + 3 * HOUR)
    ask({"DB-1": "Mail", "DB-2": "Pictures"})
    assert {job.name: job.state.total_runs for job in store.snapshot().jobs} == {
        "Mail": 3,
        "Pictures": 2,
    }


def test_what_stands_in_for_a_run_of_the_other_job_goes_with_the_next_report(
    store: Store, database: Database
) -> None:
    """It failed, its live reports came to one server, and its row was read from the other one."""
    post(store, BEGAN)
    pull(store, BEGAN + HOUR)
    died = BEGAN + 2 * HOUR
    run = Run(BACKUP, Status.FATAL, died + 5 * SECOND, None, None, Counts())
    store.record_placeholder(1, Report(Machine(), "Documents", run, Log(), {}), Delivery(NOW, "x"))
    row = report(died, ASKED, status="Fatal")
    fetch(store, row, LOGGED)
    store.merge_servers(2, [1], BY)
    fetch(store, row, LOGGED)
    known = [(BEGAN, None), (BEGAN + HOUR, LOGGED), (died, LOGGED)]
    assert starts(store) == known
    assert starts(database.reopen(store)) == known
