"""Backups that were renamed in Duplicati: the job goes on under its new name.

Duplicati's server numbers its backups, `DB-2`, keeps the number when one is renamed and never uses
it again. Machines that were cloned send the same numbers, so a run under the old name that starts
after the first one under the new name shows that there are two jobs. Reports may come in any order:
a name whose runs all started before those that are known is a former one.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from exporter.jobs.job import Job
from exporter.jobs.listing import is_numbered
from exporter.model import JobKind
from exporter.store.rules import naming, read_queries
from exporter.store.rules.sender import Sender
from exporter.store.session import Answer, Session
from exporter.times import SECOND, Millis

_MAX_FORMER_NAMES = 50
"""Of a job; the oldest ones are forgotten. Nobody renames a backup so often, a program might."""

_SAME_IDENTITY = """
SELECT id FROM jobs WHERE server_id = :server AND NOT apart
AND machine_id = :machine_id AND backup_id = :backup_id
AND coalesce(kind = :kind, TRUE) AND coalesce(destination_type = :destination_type, TRUE)"""
_FORMERLY = """
SELECT former_names.job_id, former_names.renamed FROM former_names
JOIN jobs ON jobs.id = former_names.job_id WHERE jobs.server_id = ? AND former_names.name = ?
AND jobs.kind = ? ORDER BY former_names.renamed"""
_SAME_NUMBER = """
SELECT id FROM jobs WHERE server_id = :server AND NOT apart AND backup_id = :backup_id
AND coalesce(kind = :kind, TRUE) AND coalesce(destination_type = :destination_type, TRUE)
AND EXISTS (SELECT 1 FROM runs WHERE job_id = jobs.id AND started BETWEEN :first AND :last)"""
_FORGET_FORMER = "DELETE FROM former_names WHERE job_id = ? AND name = ?"
_HAS_BEGIN = "SELECT 1 FROM runs WHERE job_id = ? AND started BETWEEN ? AND ? LIMIT 1"
_SET_APART = "UPDATE jobs SET apart = TRUE WHERE id = ?"
_PUT_FORMER = """
INSERT INTO former_names (job_id, name, renamed) VALUES (?, ?, ?)
ON CONFLICT (job_id, name) DO UPDATE SET renamed = excluded.renamed"""
_SURPLUS = """
DELETE FROM former_names WHERE job_id = :job AND name NOT IN (
    SELECT name FROM former_names WHERE job_id = :job ORDER BY renamed DESC, name LIMIT :most)"""


def find_renamed(db: Session, server_id: int, sender: Sender) -> list[Job]:
    """Return the renamed job of a sender, if no job has the backup's name now; nothing without one.

    It is a job that had this name when the run started, or one that goes on under this name. The
    second is renamed here, and its last former name says so; other jobs that have another name by
    that come after it. Needs a transaction.
    """
    was_called = _formerly_called(db, server_id, sender)
    if was_called is not None:
        return [was_called]
    job, began = _same_backup(db, server_id, sender), sender.began
    if job is None or began is None:
        return []
    if _goes_on(job, sender):
        return _renamed(db, job, sender.backup, began)
    until = _former_until(db, job, sender)
    return [] if until is None else [_with_former(db, job, sender.backup, until)]


def called_so_before(db: Session, job: Job, sender: Sender) -> Job | None:
    """Return the job that had the name of `job` when a run started that `job` does not have.

    Machines that were cloned or merged may have used the name all along. So the returned job must
    have the run, or be known by the machine and the number of the sender.
    """
    second = (sender.began or 0) // SECOND * SECOND
    if _has_run(db, job, (second, second + SECOND - 1)):
        return None
    found, identity = _formerly_called(db, job.server_id, sender), sender.identity
    if found is None or _has_run(db, found, (second, second + SECOND - 1)):
        return found
    if found.identity is None or identity is None:
        return None
    same = replace(found.identity, destination_type=identity.destination_type) == identity
    return found if same else None


def rename_all(
    db: Session, server_id: int, renamed: Sequence[tuple[Job, str]], until: Millis
) -> list[Job]:
    """Give jobs of a server new names at once: some may swap theirs. Needs a transaction.

    Args:
        db: the session.
        server_id: their server.
        renamed: each job as it was, with what Duplicati calls it now.
        until: until when their runs may have come under the old names.

    Returns:
        All jobs that have another name by that.
    """
    for job, name in renamed:
        naming.call(db, job.id, name)
    others = naming.settle(db, server_id)
    for job, name in renamed:
        db.execute(_FORGET_FORMER, (job.id, name))
        _with_former(db, job, job.own_name, until)
    return others


def is_former_name(db: Session, server_id: int, sender: Sender) -> bool:
    """Return whether a job of a server was renamed from the name that a sender gives."""
    return _former_jobs(db, server_id, sender).fetchone() is not None


def set_apart(db: Session, job: Job) -> None:
    """Keep a new job separate from those that had its name before. Needs a transaction."""
    former = (job.server_id, job.own_name, job.kind.value)
    namesakes = db.execute(_FORMERLY, former).fetchall()
    for job_id in (job.id, *(job_id for job_id, _ in namesakes)) if namesakes else ():
        db.execute(_SET_APART, (job_id,))


def _formerly_called(db: Session, server_id: int, sender: Sender) -> Job | None:
    began = sender.began
    for job_id, renamed in _former_jobs(db, server_id, sender):
        if began is not None and began < renamed:
            job = read_queries.job(db, job_id)
            if job is not None and not _is_another(job, sender):
                return job
    return None


def _is_another(job: Job, sender: Sender) -> bool:
    """Return whether the server of a listed job numbers the sender's backup otherwise."""
    was, identity = job.state.listed, sender.identity
    if was is None or identity is None or was.machine_id != identity.machine_id:
        return False
    return is_numbered(identity.backup_id) and identity.backup_id != was.backup_id


def _former_jobs(db: Session, server_id: int, sender: Sender) -> Answer:
    kind = sender.kind or JobKind.BACKUP
    return db.execute(_FORMERLY, (server_id, sender.backup, kind.value))


def _same_backup(db: Session, server_id: int, sender: Sender) -> Job | None:
    """Return the one job of a machine's number; Duplicati's API reports other machine-ids."""
    identity = sender.identity
    if identity is None or not is_numbered(identity.backup_id):
        return None
    first, last = _same_begin(sender)
    values = {
        "server": server_id,
        "machine_id": identity.machine_id,
        "backup_id": identity.backup_id,
        "destination_type": identity.destination_type,
        "kind": None if sender.kind is None else sender.kind.value,
        "first": first,
        "last": last,
    }
    found = db.execute(_SAME_IDENTITY, values).fetchall()
    if not found and sender.delivery.fetched:
        found = db.execute(_SAME_NUMBER, values).fetchall()
    return read_queries.job(db, found[0][0]) if len(found) == 1 else None


def _same_begin(sender: Sender) -> tuple[Millis, Millis]:
    """Return the first and last start that a stored run of this sender's report may have.

    A fetched report may be of a run that a text reported, in whole seconds. Machines that were
    cloned may start in the same second: for a posted report only the exact start shows the run.
    """
    began = sender.began or 0
    second = began - began % SECOND
    return (second, second + SECOND - 1) if sender.delivery.fetched else (began, began)


def _goes_on(job: Job, sender: Sender) -> bool:
    """Return whether a run under another name follows the last one of a job.

    Duplicati's own server reports all runs with the present name: then the same run as the last
    known one shows it as well.
    """
    began, last = sender.began, job.state.last
    if began is None:
        return False
    first, end = _same_begin(sender)
    if sender.delivery.fetched and last is not None and first <= last.started <= end:
        return True
    is_later = last is None or last.started < began
    return is_later and sender.backup not in job.formerly


def _former_until(db: Session, job: Job, sender: Sender) -> Millis | None:
    """Return until when a job had another name; None if a run shows that it never had it.

    Either the run started before all that is known of the job, or it is known under the new name.
    """
    began, first = sender.began or 0, job.state.first_start
    if first is not None and began < first and sender.backup not in job.formerly:
        return first
    is_exact = sender.delivery.fetched or began % SECOND
    known = is_exact and _has_run(db, job, _same_begin(sender))
    return began + 1 if known else None


def _has_run(db: Session, job: Job, between: tuple[Millis, Millis]) -> bool:
    return db.execute(_HAS_BEGIN, (job.id, *between)).fetchone() is not None


def _renamed(db: Session, job: Job, name: str, began: Millis) -> list[Job]:
    last = job.state.last
    renamed = began if last is None else max(began, last.started + 1)
    naming.call(db, job.id, name)
    others = [each for each in naming.settle(db, job.server_id) if each.id != job.id]
    db.execute(_FORGET_FORMER, (job.id, name))
    return [_with_former(db, job, job.own_name, renamed), *others]


def _with_former(db: Session, job: Job, name: str, until: Millis) -> Job:
    """Record that a job had a name until a time; return the job as it is now."""
    db.execute(_PUT_FORMER, (job.id, name, until))
    db.execute(_SURPLUS, {"job": job.id, "most": _MAX_FORMER_NAMES})
    return read_queries.job(db, job.id) or job
