"""Texts as every database can hold them: a NUL in one is replaced, which PostgreSQL cannot store.

So memory has what a restart reads, and the same report finds the same job in either database. What
is packed may hold any character: log lines, live runs, names of numbers.
"""

from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from exporter.model import Delivery, Machine, Report, Run, short_name
from exporter.model.declared import Declaration
from exporter.model.listed import BackupList
from exporter.model.live import LiveReport

_NUL = "\0"
_REPLACEMENT = "\ufffd"
"""The one that also replaces halves of characters when reports are read."""

_Fields = TypeVar("_Fields", bound=Struct)


def report(given: Report) -> Report:
    """Return a report whose names and texts can be stored."""
    if not _has_nul(given.backup, *_of_machine(given.machine), *_of_run(given.run)):
        return given
    mended = replace(given, machine=_mended(given.machine), run=_mended(given.run))
    return _mended(mended)


def live_report(given: LiveReport) -> LiveReport:
    """Return a live report whose names can be stored."""
    status = given.activity
    if not _has_nul(
        given.backup, *_of_machine(given.machine), status.backup_id, status.destination_type
    ):
        return given
    mended = replace(given, machine=_mended(given.machine), activity=_mended(status))
    return _mended(mended)


def backup_list(given: BackupList) -> BackupList:
    """Return a list of backups with names that can be stored."""
    return _mended(replace(given, backups=tuple(map(_mended, given.backups))))


def delivery(given: Delivery) -> Delivery:
    """Return how a report came, with names that can be stored."""
    return _mended(given) if _has_nul(given.address, given.server, given.backup) else given


def declaration(given: Declaration) -> Declaration:
    """Return a job to declare with names that can be stored, as those of a report are."""
    machine = given.machine
    named = replace(machine, name=None if machine.name is None else short_name(machine.name))
    return _mended(replace(given, machine=_mended(named), backup=short_name(given.backup)))


def _has_nul(*texts: str | None) -> bool:
    return _NUL in "".join(filter(None, texts))


def _of_machine(machine: Machine) -> tuple[str | None, ...]:
    return machine.machine_id, machine.name, machine.version, machine.os


def _of_run(run: Run) -> tuple[str | None, ...]:
    return run.operation, run.backup_id, run.destination_type, run.reason


def _mended(given: _Fields) -> _Fields:
    """Return a struct whose own texts have no NUL."""
    values = ((name, getattr(given, name)) for name in given.__struct_fields__)
    odd = {name: each for name, each in values if type(each) is str and _NUL in each}
    mended = {name: each.replace(_NUL, _REPLACEMENT) for name, each in odd.items()}
    return replace(given, **mended)
