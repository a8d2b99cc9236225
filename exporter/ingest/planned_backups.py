"""Backups that a server plans and of which no run is known: they are expected from now on."""

import contextlib
from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from exporter.model import Machine, is_unnamed
from exporter.model.declared import Declaration, Declared, DeclaredBy
from exporter.model.listed import BackupList, ListedBackup
from exporter.store import DeclaredJob, LimitReachedError, Store, UnknownIdError
from exporter.times import Millis


class ListOutcome(Struct, frozen=True):
    """What became of a list: the backups that are expected now, and why others are not.

    `job_ids` are those of planned backups, by the ids of the backups, and `server_id` that of their
    server.
    """

    expected: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    server_id: int | None = None
    job_ids: Mapping[str, int] = MappingProxyType({})


def expect_planned(store: Store, listed: BackupList, asked: Millis) -> ListOutcome:
    """Let the planned backups of a list be expected, before or after their first run.

    Args:
        store: has the jobs; one that is missing is created.
        listed: the list, with plans where a backup has no known run.
        asked: when the server was asked, by the daemon's clock.

    Raises:
        StoreUnavailableError: the database is unavailable.
    """
    expected, refused = list[str](), list[str]()
    server_id, job_ids = None, dict[str, int]()
    for backup in listed.backups:
        if backup.planned is None or is_unnamed(backup.name):
            continue
        try:
            declared = store.declare_job(_declaration(listed, backup, asked), None)
        except LimitReachedError as error:
            refused.append(f"{backup.name}: {error}; it is not monitored before its first run")
            continue
        expected += [backup.name] if declared.new else []
        server_id, job_ids[backup.backup_id] = declared.server.id, declared.job.id
        _plan(store, declared, backup, asked)
    return ListOutcome(tuple(expected), tuple(refused), server_id, job_ids)


def _declaration(listed: BackupList, backup: ListedBackup, asked: Millis) -> Declaration:
    return Declaration(
        machine=Machine(listed.machine_id, listed.machine_name, os=listed.os),
        backup=backup.name,
        declared=Declared(asked, DeclaredBy.REPORTED, backup.planned, backup.interval),
        kind=backup.kind,
        backup_id=backup.backup_id,
        destination_type=backup.destination_type,
    )


def _plan(store: Store, declared: DeclaredJob, backup: ListedBackup, asked: Millis) -> None:
    """Store the plan of a job that was posted and that its server remembers no run of."""
    if backup.planned is not None and declared.job.state.is_backup:
        with contextlib.suppress(UnknownIdError):
            store.plan_job(declared.job.id, backup.planned, backup.interval, asked)
