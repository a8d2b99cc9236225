"""The list of a server's backups, in each store: what was renamed, and what is gone."""

from typing import Any

from exporter.model import JobKind
from exporter.model.listed import BackupList, ListedBackup
from exporter.store import Recorded, RunFilter, Store
from exporter.times import DAY, HOUR, Millis
from tests.support.authors import BY
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report
from tests.support.stores import Database

FIRST = NOW - 9 * DAY
NAS = "https://nas.example:8200"


def send(store: Store, day: int, backup: str, backup_id: str | None, **more: Any) -> Recorded:  # noqa: ANN401 - of a report
    began = FIRST + day * DAY
    extra = {"backup-id": backup_id, "destination-type": "s3"}
    body = duplicati_report(began=began, backup=backup, machine_id="m-1", extra=extra, **more)
    return deliver(store, body, received=began + HOUR)


def ask(
    store: Store,
    names: dict[str, str],
    *,
    day: int = 8,
    address: str = NAS,
    machine_id: str = "m-1",
    syncs: tuple[str, ...] = (),
) -> None:
    """Let a server list backups, each name by its number."""
    backups = tuple(
        ListedBackup(key, name, JobKind.SYNC if key in syncs else JobKind.BACKUP)
        for key, name in names.items()
    )
    store.note_list(BackupList(address, machine_id, backups), FIRST + day * DAY)


def runs(store: Store) -> dict[str, list[int]]:
    """Return the days on which each job ran."""
    names = {job.id: job.name for job in store.snapshot().jobs}
    found: dict[str, list[int]] = {name: [] for name in names.values()}
    for run in reversed(store.runs(RunFilter(), None, 100)):
        found[names[run.job_id]].append((run.stored.started - FIRST) // DAY)
    return found


def gone(store: Store) -> dict[str, Millis | None]:
    return {job.name: job.state.gone for job in store.snapshot().jobs}


def formerly(store: Store) -> dict[str, tuple[str, ...]]:
    return {job.name: job.formerly for job in store.snapshot().jobs}


def test_another_name_of_a_number_renames_its_job_at_once(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    ask(store, {"DB-1": "Pictures"})
    assert formerly(store) == {"Pictures": ("Photos",)}
    send(store, 1, "Photos", "DB-1")  # a retry of before
    send(store, 9, "Pictures", "DB-1")
    assert runs(store) == {"Pictures": [0, 1, 9]}


def test_it_is_known_after_a_restart(store: Store, database: Database) -> None:
    send(store, 0, "Photos", "DB-1")
    ask(store, {"DB-1": "Photos", "DB-2": "Mail"})
    store = database.reopen(store)
    ask(store, {"DB-1": "Pictures"})
    store = database.reopen(store)
    ask(store, {"DB-3": "Else"}, day=9)
    store = database.reopen(store)
    assert formerly(store) == {"Pictures": ("Photos",)}
    assert gone(store) == {"Pictures": FIRST + 9 * DAY}


def test_two_swap_their_names(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    send(store, 0, "Mail", "DB-2")
    ask(store, {"DB-1": "Photos", "DB-2": "Mail"}, day=1)
    ids = {job.name: job.id for job in store.snapshot().jobs}
    ask(store, {"DB-1": "Mail", "DB-2": "Photos"}, day=2)
    assert {job.name: job.id for job in store.snapshot().jobs} == {
        "Mail": ids["Photos"],
        "Photos": ids["Mail"],
    }
    send(store, 3, "Mail", "DB-1")
    send(store, 4, "Photos", "DB-2")
    assert runs(store) == {"Mail": [0, 3], "Photos": [0, 4]}


def test_a_name_whose_job_cannot_take_its_own_stays_with_it(store: Store) -> None:
    """A backup without a number has the name that one backup of the list gave up its own for."""
    send(store, 0, "Photos", "DB-1")
    send(store, 0, "Mail", "DB-2")
    ask(store, {"DB-1": "Photos", "DB-2": "Mail"}, day=1)
    send(store, 2, "By hand", None)
    ask(store, {"DB-1": "Mail", "DB-2": "By hand"}, day=3)
    assert runs(store) == {"Photos": [0], "Mail": [0], "By hand": [2]}
    assert set(gone(store).values()) == {None}


def test_runs_that_came_before_the_list_move_to_their_job(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    send(store, 1, "Mail", "DB-2")
    ask(store, {"DB-1": "Photos", "DB-2": "Mail"}, day=1)
    send(store, 3, "Mail", "DB-1")
    send(store, 4, "Photos", "DB-2")
    ask(store, {"DB-1": "Mail", "DB-2": "Photos"}, day=5)
    assert runs(store) == {"Mail": [0, 3], "Photos": [1, 4]}
    states = {job.name: job.state.total_runs for job in store.snapshot().jobs}
    identities = {job.name: job.identity for job in store.snapshot().jobs}
    assert states == {"Mail": 2, "Photos": 2}
    assert {name: each and each.backup_id for name, each in identities.items()} == {
        "Mail": "DB-1",
        "Photos": "DB-2",
    }


def test_the_name_of_one_that_was_deleted_goes_to_another(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    send(store, 0, "Mail", "DB-2")
    ask(store, {"DB-1": "Photos", "DB-2": "Mail"}, day=1)
    ask(store, {"DB-1": "Mail"}, day=2)
    assert gone(store) == {"Mail": None, "Mail (deleted)": FIRST + 2 * DAY}
    send(store, 3, "Mail", "DB-1")
    assert runs(store) == {"Mail": [0, 3], "Mail (deleted)": [0]}


def test_one_that_was_made_anew_under_its_name_goes_on(store: Store) -> None:
    old = send(store, 0, "Photos", "DB-1")
    ask(store, {"DB-1": "Photos"}, day=1)
    ask(store, {"DB-3": "Photos"}, day=2)
    send(store, 3, "Photos", "DB-3")
    ask(store, {"DB-3": "Pictures"}, day=4)
    assert runs(store) == {"Pictures": [0, 3]}
    assert gone(store) == {"Pictures": None}
    assert [job.id for job in store.snapshot().jobs] == [old.job.id]


def test_a_new_one_takes_the_name_that_another_had(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    ask(store, {"DB-1": "Photos"}, day=1)
    ask(store, {"DB-1": "Pictures", "DB-2": "Photos"}, day=4)
    send(store, 3, "Photos", "DB-2")  # late
    send(store, 2, "Photos", "DB-1")  # late
    assert runs(store) == {"Pictures": [0, 2], "Photos": [3]}


def test_a_job_of_another_machine_id_with_the_new_name_is_joined(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    ask(store, {"DB-1": "Photos"}, day=1)
    send(store, 0, "Other", None)
    send(store, 3, "Pictures", "DB-1")
    ask(store, {"DB-1": "Pictures"}, day=4)
    assert runs(store)["Pictures"] == [0, 3]


def test_one_that_is_no_longer_listed_is_gone_until_it_is(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    send(store, 0, "Mail", "DB-2")
    ask(store, {"DB-1": "Photos", "DB-2": "Mail"}, day=1)
    assert gone(store) == {"Photos": None, "Mail": None}
    for day in (2, 3):
        ask(store, {"DB-2": "Mail"}, day=day)
        assert gone(store) == {"Photos": FIRST + 2 * DAY, "Mail": None}
    ask(store, {"DB-1": "Photos", "DB-2": "Mail"}, day=4)
    assert gone(store) == {"Photos": None, "Mail": None}


def test_an_empty_list_says_nothing(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    ask(store, {"DB-1": "Photos"}, day=1)
    ask(store, {}, day=2)
    assert gone(store) == {"Photos": None}


def test_one_that_no_list_had_is_never_gone(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    send(store, 0, "Etc", "0b5d5b1c6a3f4c0e8a92")
    send(store, 0, "Mail", "DB-2")
    for day in (1, 2):
        ask(store, {"DB-1": "Photos"}, day=day)
    assert gone(store) == {"Photos": None, "Etc": None, "Mail": None}


def test_lists_of_other_machines_and_addresses_say_nothing_of_it(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    ask(store, {"DB-1": "Photos"}, day=1)
    ask(store, {"DB-9": "Films"}, day=2, machine_id="m-2")
    ask(store, {"DB-9": "Films"}, day=2, address="https://clone.example:8200")
    assert gone(store) == {"Photos": None}


def test_a_clone_renames_no_job_of_the_other(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    ask(store, {"DB-1": "Photos"}, day=1)
    ask(store, {"DB-1": "Films"}, day=2, address="https://clone.example:8200")
    assert formerly(store) == {"Photos": ()}


def test_a_run_that_began_later_shows_that_it_still_exists(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    ask(store, {"DB-1": "Photos", "DB-2": "Mail"}, day=1)
    ask(store, {"DB-2": "Mail"}, day=2)
    send(store, 1, "Photos", "DB-1")
    assert gone(store) == {"Photos": FIRST + 2 * DAY}
    send(store, 3, "Photos", "DB-1")
    assert gone(store) == {"Photos": None}


def test_a_name_that_two_have_tells_neither(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    ask(store, {"DB-1": "Photos"}, day=1)
    ask(store, {"DB-1": "Films", "DB-2": "Films"}, day=2)
    assert gone(store) == {"Photos": None}
    ask(store, {"DB-2": "Films"}, day=3)
    assert gone(store) == {"Photos": FIRST + 3 * DAY}


def test_a_sync_and_a_backup_are_told_apart(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    send(store, 1, "Mirror", "DB-2", operation="Sync")
    ask(store, {"DB-1": "Photos", "DB-2": "Mirror"}, day=2, syncs=("DB-2",))
    ask(store, {"DB-1": "Pictures", "DB-2": "Pictures"}, day=3, syncs=("DB-2",))
    assert formerly(store) == {"Pictures": ("Photos",), "Pictures (sync)": ("Mirror",)}
    ask(store, {"DB-1": "Pictures"}, day=4)
    assert gone(store) == {"Pictures": None, "Pictures (sync)": FIRST + 4 * DAY}


def test_jobs_of_the_command_line_keep_their_names(store: Store) -> None:
    send(store, 0, "Photos", "DB-1")
    send(store, 1, "Etc", "0b5d5b1c6a3f4c0e8a92")
    ask(store, {"DB-1": "Etc"}, day=2)
    assert formerly(store) == {"Photos": (), "Etc": ()}


def test_a_list_of_an_unknown_server_is_left(store: Store) -> None:
    ask(store, {"DB-1": "Photos"})
    assert store.snapshot().jobs == ()


def test_a_merged_server_keeps_what_was_listed(store: Store) -> None:
    one = send(store, 0, "Photos", "DB-1")
    ask(store, {"DB-1": "Photos"}, day=1)
    body = duplicati_report(began=FIRST, server="b", backup="Photos", machine_id="m-2")
    other = deliver(store, body, received=FIRST)
    store.merge_servers(other.server.id, [one.server.id], BY)
    ask(store, {"DB-2": "Mail"}, day=2)
    assert list(gone(store).values()) == [FIRST + 2 * DAY]
