from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from exporter.jobs.job import Job
from exporter.model import JobSettings, Server
from exporter.store import RunFilter, Store, UnknownIdError
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.authors import BY
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import documented_report, duplicati_report, exception_report
from tests.support.stores import Database
from tests.support.strategies.state import by_runs, fold

BEGAN = NOW - DAY
ADDRESS = "192.0.2.99"


def report(
    n: Millis, *, backup: str = "Documents", status: str = "Success", old: bool = False
) -> bytes:
    """Build a report of the server nas, or of the old one that will be merged into it."""
    server, machine_id = ("old", "m-2") if old else ("nas", "m-1")
    return duplicati_report(
        began=BEGAN + n * HOUR,
        server=server,
        machine_id=machine_id,
        backup=backup,
        status=status,
        next_scheduled=BEGAN + (n + 5) * HOUR,
        data={"SizeOfExaminedFiles": 100 + n},
        backend={"BytesUploaded": 10},
        lines=("a line",),
    )


class Two(NamedTuple):
    """Server 1, nas, with Documents and Mail; server 2, old, with Documents and Photos."""

    store: Store
    nas: int
    old: int


@pytest.fixture
def two(store: Store) -> Two:
    nas = deliver(store, report(0), received=NOW - HOUR).server.id
    deliver(store, report(2, status="Error"), received=NOW - HOUR)
    deliver(store, report(0, backup="Mail"), received=NOW - HOUR)
    old = deliver(store, report(1, status="Fatal", old=True)).server.id
    deliver(store, report(3, status="Fatal", old=True))
    deliver(store, report(1, backup="Photos", old=True))
    return Two(store, nas, old)


def jobs(store: Store) -> dict[tuple[int, str], Job]:
    return {(job.server_id, job.name): job for job in store.snapshot().jobs}


def server(store: Store, server_id: int) -> Server:
    (found,) = (each for each in store.snapshot().servers if each.id == server_id)
    return found


def run_ids(store: Store, job: Job) -> list[int]:
    return sorted(run.stored.id for run in store.runs(RunFilter(job_id=job.id), None, 1000))


def count(database: Database, table: str) -> int:
    ((number,),) = database.rows(f"SELECT count(*) FROM {table}")
    return int(number)


def test_jobs_of_one_name_join_their_runs_and_counters(two: Two) -> None:
    before = jobs(two.store)
    kept, gone = before[two.nas, "Documents"], before[two.old, "Documents"]
    ids = sorted(run_ids(two.store, kept) + run_ids(two.store, gone))
    two.store.merge_servers(two.nas, [two.old], BY)
    after = jobs(two.store)[two.nas, "Documents"]
    assert after.id == kept.id
    assert run_ids(two.store, after) == ids
    assert after.state.runs == (1, 0, 1, 2, 0, 0)
    assert after.state.uploaded_bytes == 40
    assert after.state.consecutive_failures == 3
    assert run_ids(two.store, replace(gone)) == []


def test_a_joined_job_is_what_all_its_runs_add_up_to(two: Two) -> None:
    two.store.merge_servers(two.nas, [two.old], BY)
    for job in two.store.snapshot().jobs:
        runs = two.store.runs(RunFilter(job_id=job.id), None, 1000)
        assert by_runs(job.state) == fold(run.stored for run in runs)


def test_jobs_that_only_the_source_has_move_with_their_ids_and_runs(two: Two) -> None:
    moved = jobs(two.store)[two.old, "Photos"]
    ids = run_ids(two.store, moved)
    two.store.merge_servers(two.nas, [two.old], BY)
    after = jobs(two.store)
    assert after[two.nas, "Photos"] == replace(moved, server_id=two.nas)
    assert run_ids(two.store, moved) == ids
    assert {owner for owner, _ in after} == {two.nas}


def test_what_a_person_set_for_the_jobs_of_the_target_stays(two: Two) -> None:
    before, kept = jobs(two.store), JobSettings("every 2h", HOUR, paused=True)
    two.store.set_job(before[two.nas, "Documents"].id, lambda _: kept, BY)
    two.store.set_job(before[two.old, "Documents"].id, lambda _: JobSettings("off"), BY)
    two.store.merge_servers(two.nas, [two.old], BY)
    assert jobs(two.store)[two.nas, "Documents"].settings == kept


@pytest.mark.parametrize(
    ("kept", "gone", "later"),
    [(None, None, None), (NOW, None, NOW), (None, NOW, NOW), (NOW, NOW - DAY, NOW), (1, 2, 2)],
)
def test_of_the_mutes_of_what_is_merged_the_later_remains(
    two: Two, kept: Millis | None, gone: Millis | None, later: Millis | None
) -> None:
    before = jobs(two.store)
    for server_id, until in ((two.nas, kept), (two.old, gone)):
        two.store.set_job(before[server_id, "Documents"].id, partial(replace, muted=until), BY)
        two.store.set_server(server_id, partial(replace, muted=until), BY)
    two.store.merge_servers(two.nas, [two.old], BY)
    assert server(two.store, two.nas).muted == later
    assert jobs(two.store)[two.nas, "Documents"].settings.muted == later
    assert jobs(two.store)[two.nas, "Photos"].settings.muted is None


def test_a_merged_server_is_gone_and_the_target_keeps_its_name_and_newest_report(two: Two) -> None:
    before = server(two.store, two.nas)
    two.store.merge_servers(two.nas, [two.old], BY)
    assert two.store.snapshot().servers == (replace(before, last_report=NOW),)


def test_several_servers_merge_at_once(two: Two) -> None:
    third = deliver(two.store, documented_report(began=BEGAN, server="third", backup="Documents"))
    two.store.merge_servers(two.nas, [third.server.id, two.old], BY)
    assert {owner for owner, _ in jobs(two.store)} == {two.nas}
    assert jobs(two.store)[two.nas, "Documents"].state.total_runs == 5


def test_a_chain_of_merges_leads_later_reports_to_its_end(two: Two) -> None:
    third = deliver(two.store, documented_report(began=BEGAN, server="third"))
    two.store.merge_servers(two.old, [third.server.id], BY)
    two.store.merge_servers(two.nas, [two.old], BY)
    for body in (report(9, old=True), documented_report(began=BEGAN + HOUR, server="third")):
        assert deliver(two.store, body).server.id == two.nas


Build = Callable[[Millis], bytes]
IDENTITIES: dict[str, Build] = {
    "by machine-id": lambda n: report(n, old=True),
    "by machine-id under a new name": lambda n: duplicati_report(
        began=BEGAN + n * HOUR, server="renamed", machine_id="m-2"
    ),
    "by name": lambda n: documented_report(began=BEGAN + n * HOUR, server="old"),
    "by name without any time": lambda _: exception_report(server="old"),
}


@pytest.mark.parametrize("identity", IDENTITIES)
def test_later_reports_of_a_merged_server_land_in_the_target_and_do_not_rename_it(
    two: Two, identity: str
) -> None:
    two.store.merge_servers(two.nas, [two.old], BY)
    recorded = deliver(two.store, IDENTITIES[identity](9), received=NOW + DAY)
    assert recorded.server.id == two.nas
    assert (recorded.server.name, recorded.server.machine_id) == ("nas", "m-1")
    assert len(two.store.snapshot().servers) == 1


def anonymous(n: Millis) -> bytes:
    return duplicati_report(began=BEGAN + n * HOUR, server=None, machine_id=None)


def test_later_reports_of_a_merged_address_land_in_the_target_and_do_not_rename_it(
    two: Two,
) -> None:
    source = deliver(two.store, anonymous(0), sender=ADDRESS).server
    two.store.merge_servers(two.nas, [source.id], BY)
    recorded = deliver(two.store, anonymous(1), sender=ADDRESS, received=NOW + DAY)
    assert (recorded.server.id, recorded.server.name) == (two.nas, "nas")
    assert deliver(two.store, anonymous(2), sender="192.0.2.1").server.id != two.nas


def test_a_target_known_by_address_keeps_its_name_when_a_machine_is_merged_into_it(
    two: Two,
) -> None:
    target = deliver(two.store, anonymous(0), sender=ADDRESS).server
    two.store.merge_servers(target.id, [two.old], BY)
    recorded = deliver(two.store, report(9, old=True))
    assert (recorded.server.id, recorded.server.name) == (target.id, ADDRESS)
    assert deliver(two.store, anonymous(1), sender=ADDRESS).server.id == target.id


def test_a_machine_id_that_comes_to_a_merged_server_known_by_name_only_lands_in_the_target(
    two: Two,
) -> None:
    source = deliver(two.store, documented_report(began=BEGAN, server="by name")).server
    two.store.merge_servers(two.nas, [source.id], BY)
    upgraded = duplicati_report(began=BEGAN + DAY, server="by name", machine_id="m-9")
    recorded = deliver(two.store, upgraded)
    assert (recorded.server.id, recorded.server.name) == (two.nas, "nas")


def test_the_same_run_sent_again_after_a_merge_is_known(two: Two) -> None:
    two.store.merge_servers(two.nas, [two.old], BY)
    assert not deliver(two.store, report(1, status="Fatal", old=True)).new
    assert not deliver(two.store, report(0)).new


def test_a_deleted_server_takes_its_jobs_runs_and_logs_with_it(
    two: Two, database: Database
) -> None:
    two.store.delete_server(two.old, BY)
    assert [each.id for each in two.store.snapshot().servers] == [two.nas]
    assert two.store.snapshot().machine_ids == (("m-1", two.nas),)
    assert {owner for owner, _ in jobs(two.store)} == {two.nas}
    assert (count(database, "runs"), count(database, "logs")) == (3, 3)


def test_a_deleted_job_takes_its_runs_and_logs_with_it(two: Two, database: Database) -> None:
    job = jobs(two.store)[two.nas, "Documents"]
    two.store.delete_job(job.id, BY)
    assert (two.nas, "Documents") not in jobs(two.store)
    assert len(two.store.snapshot().servers) == 2
    assert (count(database, "runs"), count(database, "logs")) == (4, 4)


def test_what_is_deleted_and_reports_again_starts_with_new_ids(two: Two) -> None:
    job = jobs(two.store)[two.nas, "Documents"]
    two.store.delete_job(job.id, BY)
    again = deliver(two.store, report(0))
    assert (again.new, again.server.id) == (True, two.nas)
    assert again.job.id > job.id
    two.store.delete_server(two.nas, BY)
    assert deliver(two.store, report(0)).server.id > two.old


def test_a_merge_target_that_is_deleted_takes_the_merged_names_with_it(two: Two) -> None:
    two.store.merge_servers(two.nas, [two.old], BY)
    two.store.delete_server(two.nas, BY)
    assert deliver(two.store, report(9, old=True)).server.name == "old"


UNKNOWN: dict[str, Callable[[Store], None]] = {
    "set server": lambda store: store.set_server(99, lambda each: each, BY),
    "set job": lambda store: store.set_job(99, lambda each: each, BY),
    "delete server": lambda store: store.delete_server(99, BY),
    "delete job": lambda store: store.delete_job(99, BY),
    "merge into it": lambda store: store.merge_servers(99, [1], BY),
    "merge from it": lambda store: store.merge_servers(1, [99], BY),
    "merge from a known one and it": lambda store: store.merge_servers(1, [2, 99], BY),
    "merge twice from one": lambda store: store.merge_servers(1, [2, 2], BY),
}


def all_runs(store: Store) -> Sequence[object]:
    return store.runs(RunFilter(), None, 1000)


@pytest.mark.parametrize("change", UNKNOWN)
def test_an_unknown_id_changes_nothing(two: Two, change: str) -> None:
    before = two.store.snapshot(), all_runs(two.store)
    with pytest.raises(UnknownIdError, match="not found"):
        UNKNOWN[change](two.store)
    assert (two.store.snapshot(), all_runs(two.store)) == before
    assert deliver(two.store, report(9, old=True)).server.id == two.old


def change_all(two: Two, settings: JobSettings) -> None:
    """Set, merge and delete something of everything."""
    known = jobs(two.store)
    two.store.set_server(two.nas, lambda each: replace(each, alias="Cellar", note="ä"), BY)
    two.store.set_job(known[two.old, "Photos"].id, lambda _: settings, BY)
    two.store.merge_servers(two.nas, [two.old], BY)
    two.store.delete_job(known[two.nas, "Mail"].id, BY)


def test_everything_that_was_changed_survives_a_restart(two: Two, database: Database) -> None:
    settings = JobSettings("cron 0 3 * * 1-5 Europe/Berlin", 90 * MINUTE, paused=True)
    change_all(two, settings)
    before = two.store.snapshot()
    again = database.reopen(two.store)
    assert again.snapshot() == before
    assert sorted(jobs(again)) == [(two.nas, "Documents"), (two.nas, "Photos")]
    assert jobs(again)[two.nas, "Photos"].settings == settings
    assert (server(again, two.nas).alias, server(again, two.nas).note) == ("Cellar", "ä")
    assert deliver(again, report(9, old=True)).server.id == two.nas
