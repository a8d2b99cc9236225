"""A planned run of a simulated server that died before it began, or that its script skipped."""

from exporter.model import Status, StoredRun
from exporter.store import RunFilter
from exporter.store.sqlite import Store
from exporter.times import HOUR, SECOND, Millis
from tests.support.daemon import NOW
from tests.support.duplicati.memory import MACHINE_ID, MACHINE_NAME
from tests.support.duplicati.simulator import Simulator
from tests.support.reports_builder import duplicati_report

LAST_RUN: Millis = NOW - 5 * HOUR + 345
DIED: Millis = NOW - 5 * HOUR + 20 * SECOND
MESSAGE = "The script returned exit code 1"
PHOTOS = "Photos to S3"


def die(simulator: Simulator, backup_id: str = "2") -> None:
    """Let a planned run die before it begins."""
    simulator.remember(backup_id, LAST_RUN, LastErrorDate=DIED, LastErrorMessage=MESSAGE)


def runs(store: Store) -> list[StoredRun]:
    found = [each.stored for each in store.runs(RunFilter(), None, 1000)]
    return sorted(found, key=lambda run: run.order)


def told(store: Store) -> list[tuple[str, Status, Millis, Millis | None, str | None]]:
    each = [run.run for run in runs(store)]
    return [(run.operation, run.status, run.began or 0, run.ended, run.reason) for run in each]


def report(began: Millis | None, *, ended: Millis | None = None) -> bytes:
    """Build a posted report of Photos that died."""
    extra = {"machine-id": MACHINE_ID, "backup-id": "DB-2"}
    length = None if ended is None or began is None else ended - began
    return duplicati_report(
        began=began,
        duration=length,
        server=MACHINE_NAME,
        backup=PHOTOS,
        status="Fatal",
        exception="System.Exception: no",
        extra=extra,
    )


DEATH = ("Backup", Status.FATAL, LAST_RUN, DIED, MESSAGE)
SKIP = ("Backup", Status.INTERRUPTED, LAST_RUN, LAST_RUN, "skipped by its script")
