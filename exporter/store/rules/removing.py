"""Removing rows with all that belongs to them, without the database's own cascades.

Databases that spread tables over machines have no foreign keys between them.
"""

from collections.abc import Sequence

from exporter.store.session import Session

_OF_JOB = "(SELECT id FROM runs WHERE job_id = ?)"
_REMOVE_JOB = (
    f"DELETE FROM logs WHERE run_id IN {_OF_JOB}",  # noqa: S608 - constant
    f"DELETE FROM stand_ins WHERE run_id IN {_OF_JOB}",  # noqa: S608 - constant
    "DELETE FROM runs WHERE job_id = ?",
    "DELETE FROM live_runs WHERE job_id = ?",
    "DELETE FROM former_names WHERE job_id = ?",
    "DELETE FROM condition_changes WHERE job_id = ?",
    "DELETE FROM jobs WHERE id = ?",
)
_REMOVE_SERVER = (
    "DELETE FROM machine_ids WHERE server_id = ?",
    "DELETE FROM merged_identities WHERE server_id = ?",
    "DELETE FROM servers WHERE id = ?",
)
_OF_RUNS = (("logs", "run_id"), ("stand_ins", "run_id"), ("runs", "id"))


def remove_server(db: Session, server_id: int) -> None:
    """Remove a server with its jobs. Needs a transaction."""
    for (job_id,) in db.execute("SELECT id FROM jobs WHERE server_id = ?", (server_id,)).fetchall():
        remove_job(db, job_id)
    for statement in _REMOVE_SERVER:
        db.execute(statement, (server_id,))


def remove_job(db: Session, job_id: int) -> None:
    """Remove a job with its runs. Needs a transaction."""
    for statement in _REMOVE_JOB:
        db.execute(statement, (job_id,))


def remove_runs(db: Session, ids: Sequence[int]) -> None:
    """Remove runs with their log lines. Needs a transaction."""
    for table, column in _OF_RUNS:
        _remove(db, table, column, ids)


def remove_messages(db: Session, ids: Sequence[int]) -> None:
    """Remove the log lines of runs. Needs a transaction."""
    _remove(db, "logs", "run_id", ids)


def _remove(db: Session, table: str, column: str, ids: Sequence[int]) -> None:
    marks = ", ".join("?" * len(ids))
    db.execute(f"DELETE FROM {table} WHERE {column} IN ({marks})", tuple(ids))  # noqa: S608 - marks
