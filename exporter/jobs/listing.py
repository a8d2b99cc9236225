"""Which job each backup in a server's list is. Pure.

The server numbers its backups and never uses a number again, so a number that an earlier list had
is the same backup under whatever name. One whose number is new is the job of its name: backups are
deleted and made anew, and the job goes on.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from exporter.jobs.job import Job
from exporter.model import JobKind, is_unnamed
from exporter.model.listed import BackupList, Listed, ListedBackup
from exporter.times import Millis

_NUMBERED = re.compile(r"DB-[0-9]+", re.ASCII)


def is_numbered(backup_id: str) -> bool:
    """Return whether a server gave an id: the command line sends a hash."""
    return _NUMBERED.fullmatch(backup_id) is not None


def matched(
    jobs: Sequence[Job], listed: BackupList, apart: Collection[int]
) -> dict[int, ListedBackup]:
    """Return what each job is in the list, by its id; others are not in it, or cannot be told.

    Args:
        jobs: those of the server, as they are known.
        listed: all that it lists.
        apart: the jobs of which another one has the same number.
    """
    found: dict[int, ListedBackup] = {}
    told = _told_apart(listed.backups)
    for backup in told:
        job = _known_by_list(jobs, listed, backup) or _known_by_runs(jobs, listed, backup, apart)
        if job is not None:
            found[job.id] = backup
    known = {each.backup_id for each in found.values()}
    by_name = {(job.kind, job.own_name): job for job in jobs if job.id not in found}
    for backup in told:
        namesake = by_name.get((backup.kind, backup.name))
        if backup.backup_id not in known and namesake is not None:
            found[namesake.id] = backup
    return found


def after_list(
    job: Job, listed: BackupList, found: Mapping[int, ListedBackup], asked: Millis
) -> Listed | None:
    """Return what a job is by a list; as it was where the list tells nothing of it.

    Args:
        job: one of the server's.
        listed: all that the server lists; it lists something.
        found: what `matched` returned.
        asked: when the server was asked.
    """
    if job.id in found:
        return Listed(listed.address, listed.machine_id, found[job.id].backup_id)
    was = job.state.listed
    if was is None or (was.address, was.machine_id) != (listed.address, listed.machine_id):
        return was
    is_listed = any(each.backup_id == was.backup_id for each in listed.backups)
    gone = None if is_listed else was.gone or asked
    return Listed(was.address, was.machine_id, was.backup_id, gone)


def _told_apart(backups: Iterable[ListedBackup]) -> list[ListedBackup]:
    """Return the backups with a name of their own."""
    names = Counter((each.kind, each.name) for each in backups)
    return [
        each for each in backups if names[each.kind, each.name] == 1 and not is_unnamed(each.name)
    ]


def _known_by_list(jobs: Sequence[Job], listed: BackupList, backup: ListedBackup) -> Job | None:
    place = (listed.address, listed.machine_id, backup.backup_id)
    return _only(job for job in jobs if _place(job, backup.kind) == place)


def _place(job: Job, kind: JobKind) -> tuple[str, str, str] | None:
    was = job.state.listed
    if was is None or job.kind is not kind:
        return None
    return was.address, was.machine_id, was.backup_id


def _known_by_runs(
    jobs: Sequence[Job], listed: BackupList, backup: ListedBackup, apart: Collection[int]
) -> Job | None:
    """Return the job that was in no list so far, if its reports had the number."""
    return _only(
        job
        for job in jobs
        if job.identity is not None
        and (job.identity.machine_id, job.identity.backup_id, job.kind)
        == (listed.machine_id, backup.backup_id, backup.kind)
        and job.id not in apart
        and job.state.listed is None
    )


def _only(jobs: Iterable[Job]) -> Job | None:
    found = list(jobs)
    return found[0] if len(found) == 1 else None
