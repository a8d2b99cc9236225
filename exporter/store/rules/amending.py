"""Adding to a stored run what a second report of it has more."""

from exporter.jobs.folding import rebuilt
from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import StoredRun, fuller_log
from exporter.store.rules import read_queries, rows, write_queries
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.session import Session
from exporter.store.values import StoredDetail

_COLUMNS = rows.RUN_COLUMNS[2:]
_UPDATE = f"UPDATE runs SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE id = ?"  # noqa: S608 - constant
_COUNTED = "UPDATE runs SET names_id = ?, counted = ? WHERE id = ?"
_LOG = """
INSERT INTO logs (run_id, log) VALUES (?, ?)
ON CONFLICT (run_id) DO UPDATE SET log = excluded.log"""


def amend(db: Session, known: StoredDetail, stored: StoredRun, prepared: PreparedReport) -> None:
    """Store what is new in a run, in its numbers and in its log. Needs a transaction."""
    if stored != known.stored:
        db.execute(_UPDATE, (*rows.run_row(stored.run), stored.id))
    _amend_counted(db, known, prepared)
    _amend_log(db, known, prepared)


def _amend_counted(db: Session, known: StoredDetail, prepared: PreparedReport) -> None:
    reported = prepared.report.counted
    if not reported.keys() <= known.counted.keys():
        names, counted = rows.pack_counted({**reported, **known.counted})
        db.execute(_COUNTED, (write_queries.names_id(db, names), counted, known.stored.id))


def _amend_log(db: Session, known: StoredDetail, prepared: PreparedReport) -> None:
    log = fuller_log(known.log, prepared.report.log)
    packed = None if log == known.log else rows.pack_log(log)
    if packed is not None:
        db.execute(_LOG, (known.stored.id, packed))


def rebuilt_state(db: Session, job: Job, known: StoredRun) -> JobState:
    """Return a job's rebuilt state, after a second report changed how a run of it ended.

    Args:
        db: holds the run as it is now.
        job: with the state as it was stored.
        known: the run as it was.
    """
    runs = read_queries.runs_of(db, job.id)
    before = [known if each.id == known.id else each for each in runs]
    return rebuilt(job.state, before, runs)
