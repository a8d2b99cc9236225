"""Texts as every database can hold them: a NUL in one is replaced, which PostgreSQL cannot store.

What is known in memory is then what a restart reads, and the same report finds the same job in
either database. What is packed may hold any character: log lines, live runs, names of numbers.
"""

from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from exporter.model import Delivery, Machine, Report, Run
from exporter.model.live import LiveReport

_NUL = "\0"
_REPLACEMENT = "\ufffd"
"""As of halves of characters, where reports are read."""

_Told = TypeVar("_Told", bound=Struct)


def report(told: Report) -> Report:
    """Return a report whose names and texts can be stored."""
    if not _has_nul(told.backup, *_of_machine(told.machine), *_of_run(told.run)):
        return told
    mended = replace(told, machine=_mended(told.machine), run=_mended(told.run))
    return _mended(mended)


def live_report(told: LiveReport) -> LiveReport:
    """Return a live report whose names can be stored."""
    status = told.activity
    if not _has_nul(
        told.backup, *_of_machine(told.machine), status.backup_id, status.destination_type
    ):
        return told
    mended = replace(told, machine=_mended(told.machine), activity=_mended(status))
    return _mended(mended)


def delivery(told: Delivery) -> Delivery:
    """Return how a report came, with names that can be stored."""
    return _mended(told) if _has_nul(told.address, told.server, told.backup) else told


def _has_nul(*texts: str | None) -> bool:
    return _NUL in "".join(filter(None, texts))


def _of_machine(machine: Machine) -> tuple[str | None, ...]:
    return machine.machine_id, machine.name, machine.version, machine.os


def _of_run(run: Run) -> tuple[str | None, ...]:
    return run.operation, run.backup_id, run.destination_type, run.reason


def _mended(told: _Told) -> _Told:
    """Return a struct whose own texts have no NUL."""
    values = ((name, getattr(told, name)) for name in told.__struct_fields__)
    odd = {name: each for name, each in values if type(each) is str and _NUL in each}
    mended = {name: each.replace(_NUL, _REPLACEMENT) for name, each in odd.items()}
    return replace(told, **mended)
