"""A report, its machine, and how it came."""

from collections.abc import Mapping

from msgspec import Struct

from exporter.model.log import Log
from exporter.model.runs import Run
from exporter.times import Millis

UNNAMED = "(unnamed)"
"""The name of the backup where a report has none, as a result file does not."""


def unnamed(destination_type: str | None) -> str:
    """Return the name of a backup without one: one for each kind of destination."""
    return UNNAMED if destination_type is None else f"{UNNAMED} {destination_type}"


def is_unnamed(backup: str) -> bool:
    """Return whether a name is that of a backup without one."""
    return backup == UNNAMED or backup.startswith(f"{UNNAMED} ")


class Machine(Struct, frozen=True):
    """What a report says of the machine that sent it."""

    machine_id: str | None = None
    name: str | None = None
    version: str | None = None
    os: str | None = None


class Report(Struct, frozen=True):
    """One understood report: a run of a backup on a machine.

    `counted` has every number of the report under its own name. `fingerprint` identifies a
    report without a start, and only that.
    """

    machine: Machine
    backup: str
    run: Run
    log: Log
    counted: Mapping[str, int]
    fingerprint: bytes | None = None


class Delivery(Struct, frozen=True):
    """How a report came: when, from which address, and the names given in the URL.

    One that was `fetched` from elsewhere, by pulling or by an import, is of a machine that
    is probably known already. One that is `bound` came with a token for the server it names.
    `clock` is what the daemon's clock said, where it is not trusted and another time counts as
    the arrival.
    """

    received: Millis
    address: str
    server: str | None = None
    backup: str | None = None
    fetched: bool = False
    clock: Millis | None = None
    bound: bool = False
