"""Live runs on disk, and the placeholder runs for reports that did not come."""

import logging
from collections.abc import Iterable, Iterator

import msgspec

from exporter.jobs.job import Job
from exporter.logs import log_fields
from exporter.model import JobKind, Run, StoredRun, kind_of
from exporter.model.live import RUN_MATCH_TOLERANCE, LiveRun, later_run
from exporter.store.rules import read_queries
from exporter.store.session import Row, Session
from exporter.times import Millis

_KEEP = """
INSERT INTO live_runs (job_id, run)
SELECT :job, :run WHERE EXISTS (SELECT 1 FROM jobs WHERE id = :job)
ON CONFLICT (job_id) DO UPDATE SET run = excluded.run"""
_KEPT = "SELECT job_id, run FROM live_runs"
_REPORTED = """
SELECT id FROM runs WHERE job_id = :job AND started BETWEEN :first AND :last
AND operation = :operation
UNION ALL
SELECT id FROM runs WHERE job_id = :job AND began BETWEEN :first AND :last AND began <> started
AND operation = :operation
LIMIT 1"""
_PLACEHOLDER = """
SELECT runs.id FROM stand_ins JOIN runs ON runs.id = stand_ins.run_id
WHERE runs.job_id = :job AND runs.began BETWEEN :first AND :last AND runs.operation = :operation
AND runs.source IS NULL
LIMIT 1"""
_WITH_PLACEHOLDER = "SELECT DISTINCT job_id FROM stand_ins JOIN runs ON runs.id = stand_ins.run_id"

_log = logging.getLogger(__name__)

_decoder = msgspec.msgpack.Decoder(LiveRun)


def keep(db: Session, runs: Iterable[tuple[int, LiveRun]]) -> None:
    """Store the newest live run of jobs, except of jobs that are gone. Needs a transaction."""
    for job_id, run in runs:
        db.execute(_KEEP, {"job": job_id, "run": msgspec.msgpack.encode(run)})


def find(db: Session, job_id: int) -> LiveRun | None:
    """Return the newest live run of a job; None without one that can be read."""
    found = db.execute(f"{_KEPT} WHERE job_id = ?", (job_id,)).fetchall()
    return next((run for _, run in decoded(found)), None)


def join(db: Session, job_id: int, whole_id: int) -> None:
    """Keep the newest live run of a job that becomes part of another one. Needs a transaction."""
    newest = later_run(find(db, whole_id), find(db, job_id))
    if newest is not None:
        keep(db, [(whole_id, newest)])


def runs_backup(db: Session, job_id: int) -> bool:
    """Return whether the newest live run of a job is a backup."""
    run = find(db, job_id)
    return run is not None and kind_of(run.activity.operation) is JobKind.BACKUP


def kept(db: Session) -> Iterator[tuple[int, LiveRun]]:
    """Yield the newest live run of each job that had one; what cannot be read is left out."""
    yield from decoded(db.execute(_KEPT).fetchall())


def decoded(found: Iterable[Row]) -> Iterator[tuple[int, LiveRun]]:
    """Yield the live runs of rows with a job's id and its run, except those that cannot be read."""
    for job_id, packed in found:
        try:
            yield job_id, _decoder.decode(packed)
        except msgspec.MsgspecError as error:
            # The next live report replaces it, so the daemon can start without it.
            _log.warning("a live run cannot be read: %s", error, extra=log_fields(job_id=job_id))


def is_reported(db: Session, job: Job, run: Run) -> bool:
    """Return whether a report of a run was recorded."""
    return db.execute(_REPORTED, _place(job, run)).fetchone() is not None


def find_placeholder(db: Session, job: Job, run: Run) -> StoredRun | None:
    """Return the placeholder of a run; None if there is none."""
    row = db.execute(_PLACEHOLDER, _place(job, run)).fetchone()
    found = None if row is None else read_queries.run(db, row[0])
    return None if found is None else found.stored


def jobs_with_placeholder(db: Session) -> set[int]:
    """Return the jobs that have a placeholder run."""
    return {row[0] for row in db.execute(_WITH_PLACEHOLDER)}


def _place(job: Job, run: Run) -> dict[str, object]:
    began: Millis = run.began or 0
    span = {"first": began - RUN_MATCH_TOLERANCE, "last": began + RUN_MATCH_TOLERANCE}
    return {"job": job.id, "operation": run.operation, **span}
