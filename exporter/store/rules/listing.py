"""What the list of a server's backups says of its jobs: renamed ones, and those that are gone.

An empty list says nothing: a server that listed backups before has a fault then.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from msgspec.structs import replace

from exporter.jobs.folding import rebuilt
from exporter.jobs.job import Job
from exporter.jobs.listing import after_list, is_numbered, matched
from exporter.model import short_name
from exporter.model.listed import BackupList, ListedBackup
from exporter.store.changes import Change
from exporter.store.rules import doubles, read_queries, removing, renaming, write_queries
from exporter.store.scope import Scope
from exporter.store.session import Session
from exporter.times import Millis

_SERVER = "SELECT server_id FROM machine_ids WHERE machine_id = ?"
_APART = "SELECT id FROM jobs WHERE server_id = ? AND apart"
_OF_ANOTHER = "SELECT 1 FROM runs WHERE job_id = ? AND backup_id = ? LIMIT 1"
_MOVE = "UPDATE runs SET job_id = ? WHERE job_id = ? AND backup_id = ?"
_SAVE = "UPDATE jobs SET state = ? WHERE id = ?"


class _Renaming(NamedTuple):
    """A job, its new name, and the job that has this name until now."""

    job: Job
    backup: ListedBackup
    namesake: Job | None


def scope_of(db: Session, listed: BackupList, asked: Millis) -> Scope | None:
    """Return what a list changes; None where it says nothing that is not known."""
    jobs, found = _known(db, listed)
    servers = {job.server_id for job in jobs if _is_changed(job, listed, found, asked)}
    return Scope(servers=tuple(servers), structural=True) if servers else None


def _servers_of(db: Session, listed: BackupList) -> tuple[int, ...]:
    """Return the server of a list; none if it is not known."""
    row = db.execute(_SERVER, (listed.machine_id,)).fetchone()
    return () if row is None else (row[0],)


def note_list(db: Session, listed: BackupList, asked: Millis) -> Change:
    """Apply the list of a server's backups. Needs a transaction.

    Args:
        db: the session.
        listed: all that the server lists.
        asked: when it was asked, by the daemon's clock.
    """
    jobs, found = _known(db, listed)
    changed = [job.id for job in jobs if _is_changed(job, listed, found, asked)]
    renamed = _renamings(jobs, found)
    removed = [each.id for each in _misplaced(db, renamed, found)]
    names = [(each.job, each.backup.name) for each in renamed]
    names += _out_of_the_way(jobs, renamed, {*found, *removed})
    others = renaming.rename_all(db, jobs[0].server_id, names, asked) if names else []
    for job_id in changed:
        job = read_queries.job(db, job_id)
        if job is not None:
            state = job.state.with_listed(after_list(job, listed, found, asked))
            db.execute(_SAVE, (job.with_state(state).packed, job_id))
            _identify(db, job, found.get(job_id))
    touched = {*changed, *(job.id for job, _ in names), *(job.id for job in others)}
    touched |= {each.namesake.id for each in renamed if each.namesake is not None}
    now = [read_queries.job(db, job_id) for job_id in sorted(touched - {*removed})]
    return Change(jobs=tuple(filter(None, now)), removed_jobs=tuple(removed))


def _known(db: Session, listed: BackupList) -> tuple[list[Job], Mapping[int, ListedBackup]]:
    """Return the jobs of a server and which backup each is; none where the list says nothing."""
    servers = _servers_of(db, listed)
    if not servers or not listed.backups:
        return [], {}
    jobs = list(read_queries.jobs_of(db, servers[0]))
    apart = {job_id for (job_id,) in db.execute(_APART, servers).fetchall()}
    return jobs, matched(jobs, listed, apart)


def _is_changed(
    job: Job, listed: BackupList, found: Mapping[int, ListedBackup], asked: Millis
) -> bool:
    backup = found.get(job.id)
    is_renamed = backup is not None and backup.name != job.own_name
    return is_renamed or after_list(job, listed, found, asked) != job.state.listed


def _renamings(jobs: Sequence[Job], found: Mapping[int, ListedBackup]) -> list[_Renaming]:
    """Return the jobs with another name in the list.

    Left out are those whose name has a job that no server numbered: reports under this name are
    of that one as well, and only a person can tell them apart. So are those whose name has a job
    that is listed and left out itself.
    """
    named = {(job.kind, job.own_name): job for job in jobs}
    wanted = [
        _Renaming(job, backup, named.get((job.kind, backup.name)))
        for job in jobs
        if (backup := found.get(job.id)) is not None and backup.name != job.own_name
    ]
    while True:
        moving = {each.job.id for each in wanted}
        free = [each for each in wanted if _can_leave(each.namesake, moving, found)]
        if len(free) == len(wanted):
            return free
        wanted = free


def _can_leave(namesake: Job | None, moving: set[int], listed: Collection[int]) -> bool:
    """Return whether a job can leave its name to another one."""
    if namesake is None or namesake.id in moving:
        return True
    if namesake.id in listed:
        return False
    was, identity = namesake.state.listed, namesake.identity
    return was is not None or (identity is not None and is_numbered(identity.backup_id))


def _misplaced(
    db: Session, renamed: Sequence[_Renaming], found: Mapping[int, ListedBackup]
) -> Iterator[Job]:
    """Move runs that came under a new name to their job; yield jobs that had no others.

    A report counts for the job of its name, and this was another job until now.
    """
    for each in renamed:
        namesake, backup_id = each.namesake, each.backup.backup_id
        if namesake is None or not db.execute(_OF_ANOTHER, (namesake.id, backup_id)).fetchone():
            continue
        _move(db, namesake, each.job, backup_id)
        if namesake.id not in found and not read_queries.runs_of(db, namesake.id):
            removing.remove_job(db, namesake.id)
            yield namesake


def _move(db: Session, source: Job, target: Job, backup_id: str) -> None:
    """Move the runs of a backup from a job to another one."""
    target, source = doubles.remove(db, _present(db, target), _present(db, source))
    known = [(each, read_queries.runs_of(db, each.id)) for each in (source, target)]
    db.execute(_MOVE, (target.id, source.id, backup_id))
    for job, runs in known:
        state = rebuilt(job.state, runs, read_queries.runs_of(db, job.id))
        db.execute(_SAVE, (job.with_state(state).packed, job.id))


def _present(db: Session, job: Job) -> Job:
    return read_queries.job(db, job.id) or job


def _identify(db: Session, job: Job, backup: ListedBackup | None) -> None:
    """Give a job its number: the newest report of its name may have been another's."""
    known = job.identity
    if backup is None or known is None or not is_numbered(known.backup_id):
        return
    if known.backup_id != backup.backup_id:
        write_queries.identify_job(db, job.id, replace(known, backup_id=backup.backup_id))


def _out_of_the_way(
    jobs: Sequence[Job], renamed: Sequence[_Renaming], staying: set[int]
) -> list[tuple[Job, str]]:
    """Return the jobs that leave their name to another one, each with its new name."""
    taken = {job.own_name for job in jobs} | {each.backup.name for each in renamed}
    moved: list[tuple[Job, str]] = []
    for each in renamed:
        namesake = each.namesake
        if namesake is not None and namesake.id not in staying:
            name = next(name for name in _marked(namesake.own_name) if name not in taken)
            taken.add(name)
            moved.append((namesake, name))
    return moved


def _marked(name: str) -> Iterator[str]:
    yield short_name(f"{name} (deleted)")
    for number in count(2):
        yield short_name(f"{name} (deleted {number})")
