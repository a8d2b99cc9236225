"""Recording one report: its server, its job, its run, and the job's new state."""

from msgspec import Struct
from msgspec.structs import replace
from sqlite_utils import Database

from exporter.model import BACKUP, Delivery, Order, Rejected, Report, Server, StoredRun
from exporter.state import Job, JobState
from exporter.store import reading, rows
from exporter.store.changes import Recorded
from exporter.store.identity import describe, find_server
from exporter.times import MINUTE, SECOND, Millis

CLOCK_TOLERANCE: Millis = 5 * MINUTE
"""A report dated further ahead than this comes from a wrong clock and counts from its arrival."""

RETRY_WINDOW: Millis = 10 * MINUTE
"""How long the same report without a begin is a retry: four tries of 100 s and their pauses."""

REJECTED_KEPT = 200
REJECTED_BYTES = 64 * 1024

_INSERT_RUN = f"""
INSERT INTO runs (job_id, fingerprint, counted, {", ".join(rows.RUN_COLUMNS)})
VALUES ({", ".join("?" * (3 + len(rows.RUN_COLUMNS)))})"""  # noqa: S608 - constant
_SAME_BEGIN = """
SELECT id FROM runs WHERE job_id = :job AND started BETWEEN :second AND :second + 999
AND operation = :operation AND (began = :began OR began = :second OR :began = :second)
UNION ALL
SELECT id FROM runs WHERE job_id = :job AND began = :began AND began <> started
AND operation = :operation
LIMIT 1"""
_SAME_CONTENT = """
SELECT id FROM runs WHERE job_id = ? AND fingerprint = ? AND received >= ? LIMIT 1"""
_FAILURES_AFTER = """
SELECT count(*) FROM runs WHERE job_id = ? AND (started, id) > (?, ?)
AND operation = ? AND NOT dry_run AND status NOT IN ('success', 'warning')"""


class Entry(Struct, frozen=True):
    """A report made ready to be written, outside of the writer's thread."""

    report: Report
    delivery: Delivery
    counted: bytes | None
    log: bytes | None

    @classmethod
    def of(cls, report: Report, delivery: Delivery) -> "Entry":
        """Compress what is kept only to be shown again."""
        counted, log = rows.pack_counted(report.counted), rows.pack_log(report.log)
        return cls(report, delivery, counted, log)

    @property
    def started(self) -> Millis:
        """The moment the run counts from."""
        began, received = self.report.run.began, self.delivery.received
        if began is None or began > received + CLOCK_TOLERANCE:
            return received
        return began


def record(db: Database, entry: Entry) -> Recorded:
    """Write a report, unless its run is known. Needs a transaction."""
    report, delivery = entry.report, entry.delivery
    server = find_server(db, report.machine, delivery)
    job = _find_job(db, server.id, report.backup)
    known = _known_run(db, job, entry)
    if known is not None:
        return _recorded(entry, known, server, job, new=False)
    stored = _insert_run(db, job, entry)
    state = job.state.with_run(stored, lambda order: failures_after(db, job.id, order))
    db.execute("UPDATE jobs SET state = ? WHERE id = ?", (rows.pack_state(state), job.id))
    server = describe(db, server, report.machine, delivery, stored.started)
    changed = replace(job, state=state)
    return _recorded(entry, stored.id, server, changed, new=True)


def reject(db: Database, rejected: Rejected) -> None:
    """Keep what could not be understood, the newest of it. Needs a transaction."""
    values = (
        rejected.received,
        rejected.address,
        rejected.reason,
        rejected.content_type,
        rejected.size,
        rejected.body[:REJECTED_BYTES],
    )
    inserted = db.execute(
        "INSERT INTO rejected (received, address, reason, content_type, size, body)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        values,
    ).lastrowid
    db.execute("DELETE FROM rejected WHERE id <= ?", ((inserted or 0) - REJECTED_KEPT,))


def _recorded(entry: Entry, run_id: int, server: Server, job: Job, *, new: bool) -> Recorded:
    return Recorded(new, run_id, server, job, entry.report.machine.machine_id)


def _find_job(db: Database, server_id: int, name: str) -> Job:
    found = reading.job_named(db, server_id, name)
    if found is not None:
        return found
    state = JobState()
    inserted = db.execute(
        "INSERT INTO jobs (server_id, name, state) VALUES (?, ?, ?)",
        (server_id, name, rows.pack_state(state)),
    ).lastrowid
    return Job(inserted or 0, server_id, name, state)


def _known_run(db: Database, job: Job, entry: Entry) -> int | None:
    """Find the run a report tells of again.

    A run is known by its begin, and one without a begin by its content for a while. The text
    report cuts its begin to seconds, so a whole second also stands for any begin within it.
    """
    run = entry.report.run
    if run.began is None:
        since = entry.delivery.received - RETRY_WINDOW
        row = db.execute(_SAME_CONTENT, (job.id, entry.report.fingerprint, since)).fetchone()
        return None if row is None else row[0]
    began = {
        "job": job.id,
        "operation": run.operation,
        "began": run.began,
        "second": run.began - run.began % SECOND,
    }
    row = db.execute(_SAME_BEGIN, began).fetchone()
    return None if row is None else row[0]


def _insert_run(db: Database, job: Job, entry: Entry) -> StoredRun:
    run, received = entry.report.run, entry.delivery.received
    fingerprint = entry.report.fingerprint if run.began is None else None
    values = (job.id, fingerprint, entry.counted, entry.started, received, *rows.run_row(run))
    run_id = db.execute(_INSERT_RUN, values).lastrowid or 0
    if entry.log is not None:
        db.execute("INSERT INTO logs VALUES (?, ?)", (run_id, entry.log))
    return StoredRun(run_id, entry.started, received, run)


def failures_after(db: Database, job_id: int, order: Order) -> int:
    """Return how many backup runs of a job behind a place in their order failed."""
    found = db.execute(_FAILURES_AFTER, (job_id, *order, BACKUP)).fetchone()
    return int(found[0])
