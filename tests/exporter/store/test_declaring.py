"""A job that is declared before any run of it is known."""

from collections.abc import Callable
from itertools import permutations

import msgspec
import pytest

from exporter.jobs.job import Job
from exporter.jobs.state import JobState, pack, unpack
from exporter.limits import Limits
from exporter.model import JobKind, Machine, Server
from exporter.model.audit import AuditFilter
from exporter.model.declared import Declaration, Declared, DeclaredBy
from exporter.store import DeclaredJob, LimitReachedError, Recorded, Store, UnknownIdError
from exporter.times import DAY, HOUR
from tests.support.authors import BY
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import documented_report, duplicati_report
from tests.support.stores import Database
from tests.support.syncs import sync_report

SINCE = NOW - 9 * DAY
DECLARED = Declared(SINCE)
PLANNED = Declared(SINCE, DeclaredBy.REPORTED, SINCE + DAY, DAY)


def declare(
    store: Store,
    server: str = "nas",
    backup: str = "Documents",
    declared: Declared = DECLARED,
) -> DeclaredJob:
    return store.declare_job(Declaration(Machine(name=server), backup, declared), BY)


def listed(
    store: Store, backup: str = "Documents", number: int = 3, kind: JobKind = JobKind.BACKUP
) -> DeclaredJob:
    """Declare a job as a pull does, whose machine-id is another one than reports have."""
    machine = Machine(machine_id="pulled-1", name="nas")
    given = Declaration(machine, backup, PLANNED, kind, backup_id=f"DB-{number}")
    return store.declare_job(given, None)


def jobs(store: Store) -> list[Job]:
    return list(store.snapshot().jobs)


def servers(store: Store) -> list[Server]:
    return list(store.snapshot().servers)


REPORTS: dict[str, Callable[[Store], Recorded]] = {
    "Duplicati's JSON": lambda store: deliver(
        store, duplicati_report(began=NOW - HOUR, server="nas", machine_id="m-1")
    ),
    "Duplicati's JSON without a machine-id": lambda store: deliver(
        store, duplicati_report(began=NOW - HOUR, server="nas", machine_id=None)
    ),
    "a name in the URL": lambda store: deliver(
        store,
        duplicati_report(began=NOW - HOUR, server="elsewhere", machine_id="m-1"),
        server="nas",
    ),
    "the documented shape": lambda store: deliver(
        store, documented_report(began=NOW - HOUR, server="nas", backup="Documents")
    ),
    "a Sync": lambda store: deliver(
        store, sync_report(began=NOW - HOUR, backup="Documents", server="nas", machine_id="m-1")
    ),
}


def test_server_and_job_are_made_once(database: Database) -> None:
    store = database.open()
    made = declare(store)
    assert made.new
    assert (made.server.name, made.server.last_report) == ("nas", 0)
    assert (made.job.name, made.job.kind) == ("Documents", JobKind.BACKUP)
    again = declare(store, declared=Declared(NOW))
    assert (again.new, again.job) == (False, made.job)
    assert database.reopen(store).snapshot().jobs == (made.job,)


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_the_first_report_of_that_name_is_of_this_job(
    store: Store, report: Callable[[Store], Recorded]
) -> None:
    made = declare(store)
    recorded = report(store)
    assert (recorded.server.id, recorded.job.id) == (made.server.id, made.job.id)
    assert not recorded.job.state.is_expected
    assert len(servers(store)) == len(jobs(store)) == 1


def test_a_known_server_gets_the_job_by_its_id(store: Store) -> None:
    known = deliver(store, duplicati_report(began=SINCE, server="nas", machine_id="m-1")).server
    given = Declaration(Machine(), "Photos", Declared(NOW), server_id=known.id)
    made = store.declare_job(given, BY)
    assert (made.server.id, made.job.name, made.new) == (known.id, "Photos", True)
    recorded = deliver(store, duplicati_report(began=NOW - HOUR, backup="Photos", machine_id="m-1"))
    assert recorded.job.id == made.job.id


def test_a_server_that_is_gone_is_none(store: Store) -> None:
    with pytest.raises(UnknownIdError):
        store.declare_job(Declaration(Machine(), "Photos", Declared(NOW), server_id=9), BY)
    assert jobs(store) == []


@pytest.mark.parametrize(
    "body",
    [
        duplicati_report(began=SINCE, backup="Documents", server="nas", machine_id="m-1"),
        sync_report(began=SINCE, backup="Documents", server="nas", machine_id="m-1"),
    ],
)
def test_a_job_with_a_run_stays_as_it_is(store: Store, body: bytes) -> None:
    known = deliver(store, body).job
    made = declare(store)
    assert (made.new, made.job) == (False, known)
    assert store.audit(AuditFilter(), None, 9) == []


def test_only_what_a_person_declares_is_in_the_audit(store: Store) -> None:
    made = declare(store)
    declare(store)
    listed(store, "Photos")
    (entry,) = store.audit(AuditFilter(), None, 9)
    assert (entry.what, entry.server, entry.job, entry.job_id) == (
        "job.expect",
        "nas",
        "Documents",
        made.job.id,
    )


def test_a_listed_backup_is_of_the_machine_that_posts_in_whichever_order(
    database: Database,
) -> None:
    sent: list[Callable[[Store], object]] = [
        listed,
        declare,
        lambda store: deliver(
            store, duplicati_report(began=NOW - HOUR, server="nas", machine_id="m-1")
        ),
    ]
    for order in permutations(sent):
        store = database.open()
        for send in order:
            send(store)
        (job,) = jobs(store)
        assert len(servers(store)) == 1
        assert job.state.total_runs == 1
        store.delete_server(job.server_id, BY)
        database.close(store)


def test_a_listed_backup_is_none_that_a_sync_of_its_name_may_become(store: Store) -> None:
    made = listed(store)
    synced = deliver(
        store, sync_report(began=NOW - HOUR, backup="Documents", server="nas", machine_id="m-1")
    )
    assert synced.job.id != made.job.id
    assert {job.name: job.kind for job in jobs(store)} == {
        "Documents": JobKind.BACKUP,
        "Documents (sync)": JobKind.SYNC,
    }


def test_a_listed_one_has_its_number_and_its_plan(store: Store) -> None:
    made = listed(store)
    assert made.job.identity is not None
    assert made.job.identity.backup_id == "DB-3"
    store.plan_job(made.job.id, SINCE + 3 * DAY, DAY, SINCE + HOUR)
    (job,) = jobs(store)
    assert job.state.declared == Declared(SINCE, DeclaredBy.REPORTED, SINCE + 3 * DAY, DAY)


def test_limits_hold_and_leave_nothing(database: Database) -> None:
    store = database.open(Limits(max_servers=1, max_jobs=1))
    declare(store)
    for server, backup in (("nas", "Photos"), ("other", "Documents")):
        with pytest.raises(LimitReachedError):
            declare(store, server, backup)
    assert [job.name for job in jobs(store)] == ["Documents"]
    assert len(servers(store)) == 1


def test_names_are_stored_as_those_of_reports(store: Store) -> None:
    name = "x" * 300 + "\0"
    made = declare(store, backup=name)
    body = documented_report(began=NOW - HOUR, server="nas", backup=name)
    assert deliver(store, body).job.id == made.job.id


def test_merged_servers_keep_what_is_expected(store: Store) -> None:
    one, other = declare(store), declare(store, "nas2")
    store.merge_servers(one.server.id, [other.server.id], BY)
    (job,) = jobs(store)
    assert job.state.declared == Declared(SINCE)
    assert declare(store, "nas2").job.id == job.id


def test_a_state_from_before_there_were_declarations_is_read_and_the_other_way_round() -> None:
    state = JobState(declared=PLANNED)
    values = msgspec.msgpack.decode(pack(state))
    before = JobState.__struct_fields__.index("declared")
    assert unpack(msgspec.msgpack.encode(values[:before])) == JobState()
    assert unpack(msgspec.msgpack.encode([*values, "of a newer version"])) == state
