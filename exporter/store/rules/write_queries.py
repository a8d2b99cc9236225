"""The queries and small writes that recording a report needs."""

from collections.abc import Callable

from msgspec.structs import astuple

from exporter.jobs.folding import After, RunsAfter
from exporter.jobs.job import Identity, Job
from exporter.jobs.state import JobState
from exporter.model import JobKind, JobSettings, Order
from exporter.store.rules import rows
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.session import Session
from exporter.times import MINUTE, SECOND, Millis

RETRY_WINDOW: Millis = 10 * MINUTE
"""How long the same report without a start is a retry: four tries of 100 s and their pauses."""

_SAME_BEGIN = """
SELECT id FROM runs WHERE job_id = :job AND started BETWEEN :second AND :second + 999
AND operation = :operation AND (began = :began OR began = :second OR :began = :second)
UNION ALL
SELECT id FROM runs WHERE job_id = :job AND began = :began AND began <> started
AND operation = :operation
LIMIT 1"""
_SAME_CONTENT = """
SELECT id FROM runs WHERE job_id = ? AND fingerprint = ? AND coalesce(clock, received) >= ?
LIMIT 1"""
_RUNS_AFTER = f"""
SELECT count(*) FILTER (WHERE status NOT IN ('success', 'warning', 'interrupted')),
    count(*) FILTER (WHERE status = 'interrupted')
FROM runs WHERE job_id = ? AND (started, id) > (?, ?) AND {rows.COUNTS}"""  # noqa: S608 - constant
_NEWEST_BEGIN = """
SELECT coalesce((SELECT max(started) FROM runs WHERE job_id = :job), -1),
    coalesce((SELECT max(began) FROM runs WHERE job_id = :job AND began <> started), -1)"""
_INSERT_JOB = """
INSERT INTO jobs (server_id, name, state, kind) VALUES (?, ?, ?, ?) RETURNING id"""


def insert_job(db: Session, server_id: int, name: str, kind: JobKind = JobKind.BACKUP) -> Job:
    """Create a job that has no runs, under a name that no other has. Needs a transaction."""
    job = Job.of(0, server_id, name, JobState(), JobSettings())
    (job_id,) = db.execute(_INSERT_JOB, (server_id, name, job.packed, kind.value)).fetchone()
    return Job(job_id, server_id, name, job.packed, kind=kind)


def identify_job(db: Session, job_id: int, identity: Identity) -> None:
    """Store the ids by which Duplicati knows a job's backup. Needs a transaction."""
    db.execute(
        "UPDATE jobs SET machine_id = ?, backup_id = ?, destination_type = ? WHERE id = ?",
        (*astuple(identity), job_id),
    )


def known_run(db: Session, job: Job, prepared: PreparedReport) -> int | None:
    """Return the id of the run that a report repeats; None if the run is new.

    A run is known by its start, and one without a start by its content for a while. The text
    report cuts its start to seconds, so a whole second also matches any start within it.
    """
    run = prepared.report.run
    if run.began is None:
        delivery = prepared.delivery
        clock = delivery.received if delivery.clock is None else delivery.clock
        since = clock - RETRY_WINDOW
        row = db.execute(_SAME_CONTENT, (job.id, prepared.report.fingerprint, since)).fetchone()
        return None if row is None else row[0]
    began = {
        "job": job.id,
        "operation": run.operation,
        "began": run.began,
        "second": run.began - run.began % SECOND,
    }
    row = db.execute(_SAME_BEGIN, began).fetchone()
    return None if row is None else row[0]


def newest_begin(db: Session, job_id: int) -> Millis:
    """Return the latest time at which a run of a job started or counts from; -1 without runs."""
    started, began = db.execute(_NEWEST_BEGIN, {"job": job_id}).fetchone()
    return max(int(started), int(began))


def runs_after(database: Callable[[], Session], job_id: int) -> RunsAfter:
    """Return a function that counts the backup runs of a job after a place in their order."""

    def count(order: Order) -> After:
        found = database().execute(_RUNS_AFTER, (job_id, *order)).fetchone()
        return After(*found)

    return count


def names_id(db: Session, names: bytes) -> int:
    """Return the id of a list of names, created if missing. Needs a transaction."""
    db.execute("INSERT INTO counted_names (names) VALUES (?) ON CONFLICT DO NOTHING", (names,))
    found = db.execute("SELECT id FROM counted_names WHERE names = ?", (names,)).fetchone()
    return int(found[0])
