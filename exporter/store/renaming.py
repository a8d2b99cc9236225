"""Backups that were renamed in Duplicati: the job goes on under its new name.

Duplicati's server numbers its backups, `DB-2`, keeps the number when one is renamed and never uses
it again. Machines that were cloned send the same numbers, so a run under the old name that begins
after the first one under the new name shows that there are two jobs.
"""

import re

from msgspec.structs import replace
from sqlite_utils import Database

from exporter.jobs.folding import rebuilt
from exporter.jobs.job import Job
from exporter.store import reading, recording
from exporter.store.changes import Change
from exporter.store.errors import UnknownIdError
from exporter.store.sender import Sender
from exporter.times import SECOND, Millis

_NUMBERED = re.compile(r"DB-[0-9]+", re.ASCII)
_SAME_IDENTITY = """
SELECT id FROM jobs WHERE server_id = :server AND NOT apart
AND machine_id = :machine_id AND backup_id = :backup_id
AND coalesce(destination_type = :destination_type, TRUE)
AND NOT EXISTS (SELECT 1 FROM former_names WHERE job_id = jobs.id AND former_names.name = :name)"""
_FORMERLY = """
SELECT former_names.job_id, former_names.renamed FROM former_names
JOIN jobs ON jobs.id = former_names.job_id WHERE jobs.server_id = ? AND former_names.name = ?
ORDER BY former_names.renamed"""
_HAS_BEGIN = """
SELECT 1 FROM runs WHERE job_id = :job AND started BETWEEN :second AND :second + 999 LIMIT 1"""
_SET_APART = "UPDATE jobs SET apart = 1 WHERE id = ?"
_LAST_RENAMING = """
SELECT name, renamed FROM former_names WHERE job_id = ? ORDER BY renamed DESC LIMIT 1"""


def find_renamed(db: Database, server_id: int, sender: Sender) -> Job | None:
    """Return the job of a sender whose backup no job is called now; None where there is none.

    It is one that was called so when the run began, or one that goes on under this name, which it
    then has: its last former name tells. Needs a transaction.
    """
    was_called = _formerly_called(db, server_id, sender)
    if was_called is not None:
        return was_called
    job = _same_backup(db, server_id, sender)
    if job is None or not _goes_on(db, job, sender):
        return None
    return _renamed(db, job, sender.backup, sender.began or 0)


def set_apart(db: Database, job: Job) -> None:
    """Let a new job never be taken for one that had its name before. Needs a transaction."""
    namesakes = db.execute(_FORMERLY, (job.server_id, job.name)).fetchall()
    apart = [(job.id,), *((job_id,) for job_id, _ in namesakes)] if namesakes else []
    db.conn.executemany(_SET_APART, apart)


def separate(db: Database, job_id: int) -> Change:
    """Undo the last renaming of a job: its runs since become those of a job of their own.

    Needs a transaction.

    Raises:
        UnknownIdError: there is no such job, or it was never renamed.
    """
    job, renaming = reading.job(db, job_id), db.execute(_LAST_RENAMING, (job_id,)).fetchone()
    if job is None:
        raise UnknownIdError("Job not found")
    if renaming is None:
        raise UnknownIdError("The job was never renamed")
    old_name, renamed = renaming
    known = reading.runs_of(db, job_id)
    db.execute("DELETE FROM former_names WHERE job_id = ? AND name = ?", (job_id, old_name))
    db.execute("UPDATE jobs SET name = ?, apart = 1 WHERE id = ?", (old_name, job_id))
    new = recording.insert_job(db, job.server_id, job.name)
    db.execute(_SET_APART, (new.id,))
    moving = "UPDATE runs SET job_id = ? WHERE job_id = ? AND started >= ?"
    db.execute(moving, (new.id, job_id, renamed))
    changed = [job.with_state(rebuilt(job.state, known, reading.runs_of(db, job_id)))]
    changed.append(new.with_state(rebuilt(new.state, [], reading.runs_of(db, new.id))))
    for each in changed:
        db.execute("UPDATE jobs SET state = ? WHERE id = ?", (each.packed, each.id))
    return Change(jobs=tuple(job for each in changed if (job := reading.job(db, each.id))))


def _formerly_called(db: Database, server_id: int, sender: Sender) -> Job | None:
    began = sender.began
    for job_id, renamed in db.execute(_FORMERLY, (server_id, sender.backup)):
        if began is not None and began < renamed:
            return reading.job(db, job_id)
    return None


def _same_backup(db: Database, server_id: int, sender: Sender) -> Job | None:
    identity = sender.identity
    if identity is None or _NUMBERED.fullmatch(identity.backup_id) is None:
        return None
    values = {
        "server": server_id,
        "machine_id": identity.machine_id,
        "backup_id": identity.backup_id,
        "destination_type": identity.destination_type,
        "name": sender.backup,
    }
    found = db.execute(_SAME_IDENTITY, values).fetchall()
    return reading.job(db, found[0][0]) if len(found) == 1 else None


def _goes_on(db: Database, job: Job, sender: Sender) -> bool:
    """Tell whether a run under another name follows the last one of a job.

    What Duplicati's own server tells bears the present name throughout: there a run that is known
    shows it as well.
    """
    began, last = sender.began, job.state.last
    if began is None:
        return False
    if last is None or last.started < began:
        return True
    return sender.delivery.fetched and _knows(db, job, began)


def _knows(db: Database, job: Job, began: Millis) -> bool:
    values = {"job": job.id, "second": began - began % SECOND}
    return db.execute(_HAS_BEGIN, values).fetchone() is not None


def _renamed(db: Database, job: Job, name: str, began: Millis) -> Job:
    last = job.state.last
    renamed = began if last is None else max(began, last.started + 1)
    db.execute("INSERT INTO former_names VALUES (?, ?, ?)", (job.id, job.name, renamed))
    db.execute("UPDATE jobs SET name = ? WHERE id = ?", (name, job.id))
    return replace(job, name=name, formerly=(*job.formerly, job.name))
