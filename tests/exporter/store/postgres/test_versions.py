"""An older daemon runs on beside a newer one, and is refused once the newer one needs more."""

import pytest
from msgspec.structs import replace

from exporter.jobs.state import JobState, pack
from exporter.model import JobKind
from exporter.model.audit import AuditFilter
from exporter.store import OutboxState, StoreError
from exporter.store.postgres import housekeeping, schema, writer
from exporter.times import DAY
from tests.support.authors import BY
from tests.support.daemon import NOW
from tests.support.process.waiting import eventually
from tests.support.replicas import Replicas, body, post
from tests.support.reports_builder import duplicati_report
from tests.support.strategies.state import by_runs
from tests.support.syncs import sync_report
from tests.support.watching import message, sent

pytestmark = pytest.mark.not_quick

TABLES = (
    "servers",
    "jobs",
    "runs",
    "logs",
    "commits",
    "writers",
    "machine_ids",
    "live_runs",
    "messages",
)


def test_columns_of_a_newer_version_do_not_disturb(replicas: Replicas) -> None:
    one = replicas.open()
    post(one, body(0))
    for table in TABLES:
        replicas.ask(f"ALTER TABLE {table} ADD COLUMN newer text")
    replicas.ask("CREATE TABLE newer_still (id bigint)")
    other = replicas.open()
    assert post(other, body(1)).new
    assert post(one, body(2)).new
    replicas.assert_whole()


def test_what_an_older_daemon_leaves_out_of_a_state_is_found_with_the_next_report(
    replicas: Replicas,
) -> None:
    store = replicas.open()
    *_, known = [post(store, with_free_space(day)).job.state for day in range(4)]
    older = pack(replace(known, destination=replace(known.destination, free=())))
    replicas.ask("UPDATE jobs SET state = %s, revision = revision + 1", older)
    after = post(replicas.open(), with_free_space(4)).job.state.destination
    assert after.free[:-1] == known.destination.free
    assert after.full_at is not None


def test_syncs_that_an_older_daemon_records_count_when_the_next_one_starts(
    replicas: Replicas,
) -> None:
    store = replicas.open()
    post(store, duplicati_report(began=NOW - 9 * DAY, backup="Mirror"))
    known = [post(store, sync_report(began=NOW - (8 - day) * DAY)).job for day in range(3)]
    replicas.ask("UPDATE runs SET job_id = (SELECT min(id) FROM jobs) WHERE id = 3")
    older = pack(known[0].state)
    replicas.ask("UPDATE jobs SET state = %s, revision = revision + 1 WHERE kind = 'sync'", older)
    newer = replicas.open()
    for each in (newer, store):
        states = {job.name: job.state for job in each.snapshot().jobs}
        assert states["Mirror (sync)"] == known[-1].state
        assert states["Mirror"].total_runs == 1
    replicas.assert_whole()


def test_a_job_that_an_older_daemon_knew_by_its_syncs_becomes_the_sync_job(
    replicas: Replicas,
) -> None:
    store = replicas.open()
    known = post(store, sync_report(began=NOW - DAY)).job
    older = "UPDATE jobs SET state = %s, kind = 'backup', revision = revision + 1"
    replicas.ask(older, pack(JobState()))
    (job,) = replicas.open().snapshot().jobs
    assert (job.id, job.kind) == (known.id, JobKind.SYNC)
    assert by_runs(job.state) == by_runs(known.state)
    assert post(store, sync_report(began=NOW)).job.state.total_runs == 2
    replicas.assert_whole()


def with_free_space(day: int) -> bytes:
    """Return the report of a day, on which less is free than on the one before."""
    space = {"FreeQuotaSpace": (9 - day) * 10**9, "TotalQuotaSpace": 10**10}
    return duplicati_report(began=NOW - (9 - day) * DAY, backend=space)


def test_a_newer_format_is_used_once_nobody_is_left_who_does_not_know_it(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "_EVERY_SECONDS", 0.1)
    old = replicas.open()
    for module in (housekeeping, writer):
        monkeypatch.setattr(module, "FORMAT", 2)
    new = replicas.open()
    replicas.ask("UPDATE leases SET until = '-infinity'")
    old.close()
    eventually(new.leads, "the new one leads")
    replicas.ask("UPDATE writers SET heard = '-infinity' WHERE format = 1")
    eventually(
        lambda: replicas.ask("SELECT value FROM meta WHERE key = 'format'") == [(2,)],
        "the format is raised",
    )
    monkeypatch.setattr(schema, "FORMAT", 1)
    with pytest.raises(StoreError, match="newer version"):
        replicas.open()


def test_a_newer_format_waits_for_an_older_daemon(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "_EVERY_SECONDS", 0.1)
    for module in (housekeeping, writer):
        monkeypatch.setattr(module, "FORMAT", 2)
    new = replicas.open()
    monkeypatch.setattr(writer, "FORMAT", 1)
    replicas.ask("UPDATE meta SET value = 1 WHERE key = 'format'")
    replicas.ask("UPDATE writers SET format = 1")
    assert new.leads()
    replicas.ask("UPDATE writers SET heard = '-infinity'")
    heard = "SELECT heard > '-infinity' FROM writers"
    eventually(lambda: replicas.ask(heard) == [(True,)], "the daemon is seen again")
    assert replicas.ask("SELECT value FROM meta WHERE key = 'format'") == [(1,)]


def test_a_database_of_the_code_before_is_upgraded(replicas: Replicas) -> None:
    """Without the steps since, and without what these added."""
    store = replicas.open()
    known = post(store, body(1)).job
    added = ("condition_changes", "alerts", "messages", "notification_marks", "audit")
    for statement in (
        *(f"DROP TABLE {table}" for table in added),
        "ALTER TABLE servers DROP COLUMN muted, DROP COLUMN tags, DROP COLUMN url",
        "DROP INDEX runs_of_syncs",
        "ALTER TABLE jobs DROP COLUMN muted, DROP COLUMN tags",
        "ALTER TABLE jobs DROP COLUMN kind, DROP COLUMN reported_name",
        "ALTER TABLE runs DROP COLUMN source",
        "DELETE FROM steps WHERE name NOT IN ('lock', 'reports')",
    ):
        replicas.ask(statement)
    upgraded = replicas.open()
    assert upgraded.outbox.load() == OutboxState(0, [], [], {})
    assert upgraded.outbox.changes() == []
    assert upgraded.audit(AuditFilter(), None, 10) == []
    upgraded.set_job(known.id, lambda settings: replace(settings, tags=("prod",)), BY)
    assert [entry.what for entry in upgraded.audit(AuditFilter(), None, 10)] == ["job.set"]
    assert sent(upgraded, "one") == [message("one", id=1)]
    assert post(upgraded, body(2)).job.id == known.id
    replicas.assert_whole()
