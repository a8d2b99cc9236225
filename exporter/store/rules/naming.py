"""What the jobs of a server are called: no two share a name, for their series would be one.

A backup has the name that Duplicati gives it. So has a Sync job, unless a backup of the server is
called the same: then it is `NAME (sync)`, whichever of the two came first.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

from exporter.jobs.job import Job
from exporter.model import JobKind, short_name
from exporter.store.rules import read_queries, write_queries
from exporter.store.session import Session

_JOBS = """
SELECT id, kind, name, coalesce(reported_name, name) FROM jobs WHERE server_id = ? ORDER BY id"""
_CALL = "UPDATE jobs SET name = ?, reported_name = ? WHERE id = ?"
_TURN = "UPDATE jobs SET kind = ? WHERE id = ?"
_MARK = "(sync"
_SURELY_WHOLE = 60
"""Longer names may have been cut to what fits, with a hash that hides the mark."""


class _Named(NamedTuple):
    job_id: int
    kind: str
    name: str
    own_name: str


def may_be_given(name: str) -> bool:
    """Return whether a name looks like one that `settle` gives to a Sync job."""
    return _MARK in name or len(name) > _SURELY_WHOLE


def add(db: Session, server_id: int, own_name: str, kind: JobKind) -> list[Job]:
    """Create a job; return it, and after it the jobs that have another name for it.

    Needs a transaction.
    """
    new = write_queries.insert_job(db, server_id, f"\n{own_name}", kind)
    call(db, new.id, own_name)
    return sorted(settle(db, server_id), key=lambda job: job.id != new.id)


def turn(db: Session, job_id: int, kind: JobKind) -> None:
    """Make a job one of another kind. Needs a transaction."""
    db.execute(_TURN, (kind.value, job_id))


def call(db: Session, job_id: int, own_name: str) -> None:
    """Store what Duplicati calls a job; `settle` must follow. Needs a transaction."""
    db.execute(_CALL, (f"\n{job_id}", own_name, job_id))


def settle(db: Session, server_id: int) -> list[Job]:
    """Give each job of a server its name; return those that got another. Needs a transaction."""
    named = [_Named(*row) for row in db.execute(_JOBS, (server_id,)).fetchall()]
    wanted = _wanted(named)
    changed = [each for each in named if each.name != wanted[each.job_id]]
    for each in changed:
        call(db, each.job_id, each.own_name)  # two of them may swap their names
    for each in changed:
        name = wanted[each.job_id]
        reported = None if name == each.own_name else each.own_name
        db.execute(_CALL, (name, reported, each.job_id))
    found = (read_queries.job(db, each.job_id) for each in changed)
    return [job for job in found if job is not None]


def _wanted(named: Sequence[_Named]) -> dict[int, str]:
    """Return what each job is to be called, by its id."""
    backups = {each.job_id: each.own_name for each in named if each.kind == JobKind.BACKUP}
    taken, syncs = set(backups.values()), dict[int, str]()
    for each in named:
        if each.job_id not in backups:
            name = next(name for name in _candidates(each.own_name) if name not in taken)
            taken.add(name)
            syncs[each.job_id] = name
    return backups | syncs


def _candidates(own_name: str) -> Iterator[str]:
    yield own_name
    yield short_name(f"{own_name} {_MARK})")
    for number in count(2):
        yield short_name(f"{own_name} {_MARK} {number})")
