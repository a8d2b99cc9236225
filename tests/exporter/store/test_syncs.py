"""A Sync job is a job of its own kind, beside a backup of the same name in whichever order."""

from collections.abc import Callable
from itertools import permutations
from typing import TypeAlias

import pytest
from msgspec.structs import replace

from exporter.jobs.job import Job
from exporter.model import Delivery, JobKind, Status
from exporter.model.live import LiveRun
from exporter.reports import read_live_status, read_report
from exporter.store import Recorded, RunFilter, Store
from exporter.times import DAY, HOUR
from tests.support.authors import BY
from tests.support.daemon import NOW, SENDER
from tests.support.deliver import deliver
from tests.support.live import activity
from tests.support.reports_builder import duplicati_report
from tests.support.stores import Database
from tests.support.syncs import BYTES, FILES, UPLOADED, sync_report

FIRST = NOW - 9 * DAY
BACKUP, SYNC = JobKind.BACKUP, JobKind.SYNC

Send: TypeAlias = Callable[[Store, int], Recorded]


def sync(store: Store, day: int, name: str = "Mirror", number: int = 50, **more: str) -> Recorded:
    extra = {"backup-id": f"DB-{number}", "destination-type": "file"}
    body = sync_report(began=FIRST + day * DAY, backup=name, extra=extra, **more)
    return deliver(store, body, received=FIRST + day * DAY + HOUR)


def backup(
    store: Store, day: int, name: str = "Mirror", number: int = 1, operation: str = "Backup"
) -> Recorded:
    extra = {"backup-id": f"DB-{number}", "destination-type": "s3"}
    body = duplicati_report(began=FIRST + day * DAY, backup=name, operation=operation, extra=extra)
    return deliver(store, body, received=FIRST + day * DAY + HOUR)


def jobs(store: Store) -> dict[str, Job]:
    return {job.name: job for job in store.snapshot().jobs}


def runs(store: Store) -> dict[str, list[int]]:
    """Return the days of the runs of each job."""
    found: dict[str, list[int]] = {name: [] for name in jobs(store)}
    names = {job.id: name for name, job in jobs(store).items()}
    for run in store.runs(RunFilter(), None, 100):
        found[names[run.job_id]].append((run.stored.started - FIRST) // DAY)
    return {name: sorted(days) for name, days in found.items()}


def kinds(store: Store) -> dict[str, JobKind]:
    return {name: job.kind for name, job in jobs(store).items()}


def test_a_sync_is_a_run_of_a_job_and_counts(store: Store) -> None:
    sync(store, 0, status="Fatal")
    job = sync(store, 1).job
    assert (job.name, job.kind) == ("Mirror", SYNC)
    state = job.state
    assert state.runs == (1, 0, 0, 1, 0, 0)
    assert state.uploaded_bytes == 2 * UPLOADED
    assert state.last_complete is not None
    assert (state.last_complete.examined_files, state.last_complete.examined_bytes) == (
        FILES,
        BYTES,
    )
    assert state.destination.stored is None


def test_a_backup_of_the_same_name_is_another_job_in_whichever_order(database: Database) -> None:
    sent: list[tuple[Send, int]] = [(sync, 0), (backup, 1), (sync, 2), (backup, 3)]
    for order in permutations(sent):
        store = database.open()
        for send, day in order:
            send(store, day)
        assert kinds(store) == {"Mirror": BACKUP, "Mirror (sync)": SYNC}
        assert runs(store) == {"Mirror": [1, 3], "Mirror (sync)": [0, 2]}
        assert [job.state.total_runs for job in store.snapshot().jobs] == [2, 2]
        for job in store.snapshot().jobs:
            store.delete_job(job.id, BY)
        database.close(store)


def test_those_who_follow_learn_the_name_of_the_other_job(store: Store) -> None:
    first = sync(store, 0)
    second = backup(store, 1)
    assert [(job.id, job.name) for job in second.change.jobs] == [
        (second.job.id, "Mirror"),
        (first.job.id, "Mirror (sync)"),
    ]
    assert sync(store, 2).job.name == "Mirror (sync)"


def test_it_is_known_after_a_restart(store: Store, database: Database) -> None:
    sync(store, 0)
    backup(store, 1)
    store = database.reopen(store)
    sync(store, 2)
    assert runs(store) == {"Mirror": [1], "Mirror (sync)": [0, 2]}


def test_a_run_is_recorded_once(store: Store) -> None:
    sync(store, 0)
    backup(store, 0)
    again = sync(store, 0)
    assert not again.new
    assert jobs(store)["Mirror (sync)"].state.total_runs == 1


def test_the_name_is_free_again_when_the_backup_is_gone(store: Store) -> None:
    kept = sync(store, 0).job.id
    store.delete_job(backup(store, 1).job.id, BY)
    assert {name: job.id for name, job in jobs(store).items()} == {"Mirror": kept}
    assert sync(store, 2).job.id == kept


def test_the_name_is_free_again_when_the_backup_is_renamed(store: Store) -> None:
    sync(store, 0)
    backup(store, 1)
    backup(store, 2, "Photos")
    assert kinds(store) == {"Photos": BACKUP, "Mirror": SYNC}
    sync(store, 3)
    assert runs(store) == {"Photos": [1, 2], "Mirror": [0, 3]}


def test_a_renamed_sync_job_goes_on(store: Store) -> None:
    known = sync(store, 0).job.id
    backup(store, 1, "Photos")
    renamed = sync(store, 2, "Photos").job
    assert (renamed.id, renamed.name, renamed.formerly) == (known, "Photos (sync)", ("Mirror",))
    store.separate_job(known, BY)
    assert runs(store) == {"Photos": [1], "Mirror": [0], "Photos (sync)": [2]}
    assert kinds(store)["Mirror"] is SYNC


def test_a_backup_and_a_sync_never_become_one_by_their_number(store: Store) -> None:
    sync(store, 0, "Mirror", number=7)
    backup(store, 1, "Photos", number=7)
    assert kinds(store) == {"Mirror": SYNC, "Photos": BACKUP}


def test_names_that_look_like_given_ones_stay_apart(store: Store) -> None:
    sync(store, 0, number=50)
    sync(store, 1, "Mirror (sync)", number=51)
    backup(store, 2, number=1)
    backup(store, 3, "Mirror (sync)", number=2)
    assert runs(store) == {
        "Mirror": [2],
        "Mirror (sync)": [3],
        "Mirror (sync 2)": [0],
        "Mirror (sync) (sync)": [1],
    }
    assert sync(store, 4, number=50).job.name == "Mirror (sync 2)"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_another_operation_belongs_to_the_job_that_there_is(
    store: Store, order: tuple[int, int]
) -> None:
    for day in order:
        if day:
            backup(store, 1, operation="Restore")
        else:
            sync(store, 0)
    assert runs(store) == {"Mirror": [0, 1]}
    assert kinds(store) == {"Mirror": SYNC}
    assert jobs(store)["Mirror"].state.total_runs == 1


def test_merged_servers_keep_both_kinds_of_a_name(store: Store) -> None:
    target = sync(store, 0).server.id
    other = duplicati_report(began=FIRST + DAY, backup="Mirror", machine_id="m-2", server="old")
    source = deliver(store, other, received=NOW).server.id
    deliver(
        store,
        sync_report(began=FIRST + 2 * DAY, machine_id="m-2", server="old"),
        received=NOW,
    )
    store.merge_servers(target, [source], BY)
    assert runs(store) == {"Mirror": [1], "Mirror (sync)": [0, 2]}
    assert jobs(store)["Mirror (sync)"].state.total_runs == 2


def test_a_live_sync_makes_a_job(store: Store) -> None:
    backup(store, 0)
    report = read_live_status(activity(began=NOW, at=NOW, backup="Mirror", operation="Sync"))
    job_id = store.resolve_job(report, Delivery(NOW, SENDER))
    assert jobs(store)["Mirror (sync)"].id == job_id
    assert sync(store, 8).job.id == job_id


def test_a_job_that_runs_its_first_backup_stays_one(store: Store) -> None:
    report = read_live_status(activity(began=NOW, at=NOW, backup="Mirror", operation="Backup"))
    job_id = store.resolve_job(report, Delivery(NOW, SENDER))
    if store.hear(job_id, report.activity, NOW) is None:  # a file hears in memory
        store.keep_live([(job_id, LiveRun.first(report.activity, NOW))])
    sync(store, 0)
    assert kinds(store) == {"Mirror": BACKUP, "Mirror (sync)": SYNC}


def test_a_dry_run_of_a_sync_never_counts(store: Store) -> None:
    report = read_report(sync_report(began=FIRST))
    dry = replace(report, run=replace(report.run, dry_run=True))
    recorded = store.record(dry, Delivery(NOW, SENDER))
    assert recorded.job.kind is SYNC
    assert recorded.job.state.last is None


def test_the_counts_of_a_span_have_syncs(store: Store) -> None:
    job_id = sync(store, 0).job.id
    (counts,) = store.run_counts(FIRST, NOW)
    assert (counts.job_id, counts.runs, counts.uploaded_bytes) == (job_id, 1, UPLOADED)
    found = store.newest_backups([job_id], 3)
    assert [run.status for run in found[job_id]] == [Status.SUCCESS]
