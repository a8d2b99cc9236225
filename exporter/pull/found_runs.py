"""The runs of a backup that its log does not have, and its last error. Pure.

A planned run that died before it began, or that its script skipped, leaves no row in the log and is
never posted: that it was begun tells the schedule, and that it died tells the last error. A Sync
has no log at all. Of each kind only the newest run is remembered, so older ones are known only if
they were pulled in time.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from exporter.model import SYNC, Status
from exporter.model.last_error import LastError
from exporter.pull.client.reports import Ran
from exporter.pull.client.server import Backup
from exporter.times import MINUTE, SECOND, Millis

SKIPPED = "skipped by its script"

SCRIPT_TIMEOUT: Millis = 10 * MINUTE
"""How long a script may take before its backup: so long after its start a run can die of it."""

SAME_DEATH: Millis = MINUTE
"""A row of the log is written so soon before or after its error is remembered."""


class FoundRun(Struct, frozen=True):
    """A run by what the server remembers, by its clock.

    `duration` is None where nothing was done, so that it tells nothing of how long a run takes.
    """

    operation: str
    status: Status
    began: Millis
    ended: Millis
    reason: str | None = None
    duration: Millis | None = None

    @property
    def is_unposted(self) -> bool:
        """Whether it never began to do what it is for, so that Duplicati posted nothing of it."""
        return self.duration is None


class Findings(Struct, frozen=True):
    """The runs that were found, and the last error if it is of none of them and of no row.

    `unclear`: a planned run was begun, and nothing says what became of it; it may go on.
    """

    runs: tuple[FoundRun, ...] = ()
    error: LastError | None = None
    unclear: bool = False


def find(backup: Backup, rows: Sequence[Ran], *, idle: bool) -> Findings:
    """Return what the server remembers of a backup besides the results in its log.

    Args:
        backup: as the server listed it.
        rows: its log, at least from `since` on.
        idle: whether it neither runs nor waits; other backups may.
    """
    error_at = backup.remembered.error_at
    own_death = None if _is_of_a_row(error_at, _of_others(backup, rows)) else error_at
    planned = _planned_run(backup, rows, own_death, idle=idle)
    used = planned is not None and planned.status is Status.FATAL
    sync = _sync_run(backup, None if used else own_death)
    runs = tuple(run for run in (sync, planned) if run is not None)
    unclear = planned is None and not _is_known(backup, rows)
    is_told = _is_of_a_row(error_at, rows) or any(_is_death(run, error_at) for run in runs)
    return Findings(runs, None if is_told else _last_error(backup), unclear)


def since(backup: Backup) -> Millis | None:
    """Return from when on the log has to be known; None if it tells nothing that is looked for."""
    remembered = backup.remembered
    times = [each for each in (remembered.last_run, remembered.error_at) if each is not None]
    return min(times) - SAME_DEATH if times else None


def untold_since(backup: Backup) -> Millis | None:
    """Return from when on only the log tells of the last planned run; None if there is none.

    Duplicati remembers the start of a run that went well, but not that of one that died.
    """
    return None if _is_known(backup, ()) else backup.remembered.last_run


def _planned_run(
    backup: Backup, rows: Iterable[Ran], death: Millis | None, *, idle: bool
) -> FoundRun | None:
    """Return the last planned run, if it neither has a row nor left a trace of its own."""
    last_run = backup.remembered.last_run
    if last_run is None or _is_known(backup, rows):
        return None
    if death is not None and 0 <= _second(death) - _second(last_run) <= SCRIPT_TIMEOUT:
        reason = backup.remembered.error
        return FoundRun(backup.operation, Status.FATAL, last_run, max(death, last_run), reason)
    if not idle:
        return None
    return FoundRun(backup.operation, Status.INTERRUPTED, last_run, last_run, SKIPPED)


def _is_known(backup: Backup, rows: Iterable[Ran]) -> bool:
    """Return whether something says what became of the planned run, if there is one."""
    last_run = backup.remembered.last_run
    if last_run is None:
        return True
    own = (row.began or row.at for row in rows if row.operation in (backup.operation, None))
    traces = [*own, backup.remembered.started]
    return any(at is not None and _second(at) >= _second(last_run) for at in traces)


def _sync_run(backup: Backup, death: Millis | None) -> FoundRun | None:
    """Return the last run of a Sync that began; None also while it goes on."""
    remembered = backup.remembered
    began, ended = remembered.started, remembered.finished
    if backup.operation != SYNC or began is None:
        return None
    if ended is not None and _second(ended) >= _second(began):
        length = ended - began if remembered.duration is None else remembered.duration
        return FoundRun(SYNC, Status.SUCCESS, began, ended, duration=length)
    later = remembered.last_run if _is_after(remembered.last_run, began) else None
    if death is None or death < began or (later is not None and death >= later):
        return None
    return FoundRun(SYNC, Status.FATAL, began, death, remembered.error, death - began)


def _last_error(backup: Backup) -> LastError | None:
    at, message = backup.remembered.error_at, backup.remembered.error
    return None if at is None or message is None else LastError.of(at, message)


def _of_others(backup: Backup, rows: Iterable[Ran]) -> list[Ran]:
    return [row for row in rows if row.operation not in (backup.operation, None)]


def _is_of_a_row(error_at: Millis | None, rows: Iterable[Ran]) -> bool:
    if error_at is None:
        return False
    return any(row.at is not None and abs(row.at - error_at) <= SAME_DEATH for row in rows)


def _is_death(run: FoundRun, error_at: Millis | None) -> bool:
    died = run.status is Status.FATAL and error_at is not None
    return died and _second(run.ended) == _second(error_at or 0)


def _is_after(one: Millis | None, other: Millis) -> bool:
    return one is not None and _second(one) > _second(other)


def _second(timestamp: Millis) -> Millis:
    """Return the whole second: some of the times that are compared have no finer digits."""
    return timestamp - timestamp % SECOND
