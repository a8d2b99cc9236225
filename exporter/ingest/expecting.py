"""Lets a person say which backups are expected, by the names of server and backup.

A name is that of the server in reports, its alias or its machine-id; of several servers with that
name the one is meant that has such a backup, else the one that reported last, as with a report. A
backup that was renamed is the one that it is now. So what is expected becomes no second job beside
the one that reports.
"""

from typing import NamedTuple

from exporter.fleet import Fleet
from exporter.jobs.job import Job
from exporter.model import Machine, Server
from exporter.model.audit import Author
from exporter.model.declared import Declaration, Declared
from exporter.store import Store
from exporter.times import Millis


class Expected(NamedTuple):
    """An expected job by its id; `new` is false for one that was declared or had a run before."""

    job_id: int
    new: bool


def expect_job(store: Store, fleet: Fleet, server: str, backup: str, by: Author) -> Expected:
    """Let a backup be expected from now on, unless a run of it is known or it was declared before.

    Raises:
        LimitReachedError: its server or job is new and exceeds a limit.
        StoreUnavailableError: the store does not answer.
    """
    known = _server_called(fleet, server, backup)
    job = None if known is None else fleet.job_called(known.id, backup)
    if job is not None and not _is_to_declare(job, by):
        return Expected(job.id, new=False)
    declared = store.declare_job(
        Declaration(
            machine=Machine(name=None if known else server),
            backup=backup if job is None else job.own_name,
            declared=Declared(by.at),
            kind=None if job is None else job.kind,
            server_id=None if known is None else known.id,
        ),
        by,
    )
    return Expected(declared.job.id, declared.new)


def _server_called(fleet: Fleet, text: str, backup: str) -> Server | None:
    """Return the server that a person means who names a backup of it."""
    return max(fleet.find_servers(text), key=lambda each: _rank(fleet, each, backup), default=None)


def _rank(fleet: Fleet, server: Server, backup: str) -> tuple[bool, bool, Millis, int]:
    """Return by what a server is preferred to others of its name."""
    job = fleet.job_called(server.id, backup)
    has_run = job is not None and job.state.is_backup
    return has_run, job is not None, server.last_report, -server.id


def _is_to_declare(job: Job, by: Author) -> bool:
    """Return whether no run of a job is known, and it is not declared, or by a clock ahead."""
    state = job.state
    if state.is_backup:
        return False
    return state.declared is None or state.declared.since > by.at
