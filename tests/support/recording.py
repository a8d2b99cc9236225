"""Runs that are recorded as they are meant, past the readers of reports."""

from typing import Any

from msgspec.structs import replace

from exporter.model import BACKUP, Counts, Delivery, Log, Machine, Report, Run, Status
from exporter.times import MINUTE, Millis
from tests.support.daemon import SENDER, Daemon

USUAL = 10**10
_NOTHING = Log()


def report_of(
    name: str,
    began: Millis,
    status: Status = Status.SUCCESS,
    log: Log = _NOTHING,
    **fields: Any,  # noqa: ANN401 - any field of a run
) -> Report:
    """Return the report of a run of a backup of the server nas with these fields."""
    run = Run(BACKUP, status, began, began + MINUTE, MINUTE, Counts(examined_bytes=USUAL))
    return Report(Machine("id of nas", "nas"), name, replace(run, **fields), log, {})


def record(
    daemon: Daemon,
    name: str,
    began: Millis,
    status: Status = Status.SUCCESS,
    log: Log = _NOTHING,
    **fields: Any,  # noqa: ANN401 - any field of a run
) -> int:
    """Record such a run, which arrives now; return its id."""
    report = report_of(name, began, status, log, **fields)
    delivery = Delivery(daemon.clock.now, SENDER)
    return daemon.store.record(report, delivery).run_id
