"""Runs of the past come in, many at once: what was saved elsewhere, or never posted.

They go the way of a posted report, but for two things. They count as received when the run ended,
so that a machine that was given up long ago does not look as if it had just reported; and what is
not understood stays where it came from, so it is not kept here too.
"""

import contextlib
import logging
from collections.abc import Callable, Sequence
from enum import Enum
from itertools import islice
from typing import Protocol, TypeGuard

from msgspec import Struct
from msgspec.structs import replace

from exporter.fleet import Fleet
from exporter.model import BACKUP, Delivery, Report, believed, short_name
from exporter.reports import ReportError, read_report
from exporter.store import LimitReachedError, Recorded, Store, StoreUnavailableError
from exporter.times import Millis

MAX_BATCH = 250
"""Reports of one commit: those that are posted meanwhile wait for it, some 50 ms."""

_UNDATED = "the time of the run is unknown: it has none, or one in the future"

_log = logging.getLogger(__name__)


class ImportOutcome(Enum):
    """What became of a report."""

    RECORDED = "recorded"
    KNOWN = "known"
    TOO_OLD = "too old"
    NOT_UNDERSTOOD = "not understood"
    REFUSED = "refused"


class HistoricalReport(Struct, frozen=True):
    """A report of the past as it would have been posted, in any shape that is taken.

    `received` is when it came: it counts for a report that tells no time that can be. `server` is
    the server's name as the URL of an upload may give it, `backup` that of the backup; `address`
    stands for the sender's.
    """

    body: bytes
    received: Millis | None = None
    server: str | None = None
    address: str = "imported"
    backup: str | None = None


class ImportResult(Struct, frozen=True):
    """What became of a report: its ids where it is recorded, else the reason."""

    outcome: ImportOutcome
    run_id: int | None = None
    server_id: int | None = None
    job_id: int | None = None
    is_backup: bool = False
    reason: str | None = None
    notes: tuple[str, ...] = ()


class ReportImporter(Protocol):
    """Where reports of the past are kept: a store of this process, or a daemon's."""

    def import_reports(self, reports: Sequence[HistoricalReport]) -> list[ImportResult]:
        """Record reports, each whole or not at all, and tell what became of each in order.

        A run that is known stays as it is. The oldest first costs least.
        """
        ...

    def plan(self, job_id: int, start: Millis, interval: Millis | None) -> None:
        """Take in when Duplicati's own scheduler plans a job's next run.

        The interval is how far planned starts lie apart at the widest; None where it is not told.
        """
        ...


_Understood = tuple[Report, Delivery]
_Record = Callable[[Sequence[_Understood]], list[Recorded]]


class StoreImporter:
    """Keeps reports of the past in the store. May be called from any thread.

    Every method raises `StoreUnavailableError` when the database does not answer.
    """

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        clock: Callable[[], Millis],
        max_log_lines: int,
        keep_runs: Millis | None = None,
    ) -> None:
        self._store = store
        self._fleet = fleet
        self._clock = clock
        self._max_log_lines = max_log_lines
        self._keep_runs = keep_runs

    def import_reports(self, reports: Sequence[HistoricalReport]) -> list[ImportResult]:
        """Record reports."""
        return self._taken(reports, self._store.record_all)

    def dry_run(self, reports: Sequence[HistoricalReport]) -> list[ImportResult]:
        """Tell what would become of reports; nothing is recorded."""
        return self._taken(reports, self._store.dry_run)

    def plan(self, job_id: int, start: Millis, interval: Millis | None) -> None:
        """Take in what Duplicati's own scheduler plans. Raises `UnknownIdError`."""
        self._store.plan_job(job_id, start, interval, self._clock())

    def _taken(self, reports: Sequence[HistoricalReport], record: _Record) -> list[ImportResult]:
        read = [self._read(report) for report in reports]
        understood = [each for each in read if not isinstance(each, ImportResult)]
        recorded = iter(_recorded(understood, record))
        return [each if isinstance(each, ImportResult) else next(recorded) for each in read]

    def _read(self, past: HistoricalReport) -> _Understood | ImportResult:
        try:
            report = read_report(past.body, past.backup)
        except ReportError as error:
            return ImportResult(ImportOutcome.NOT_UNDERSTOOD, reason=str(error))
        except Exception:  # noqa: BLE001 - one that shows a fault of ours keeps no other out
            _log.exception("reading an imported report failed")
            return ImportResult(
                ImportOutcome.NOT_UNDERSTOOD, reason="internal error; see the daemon's log"
            )
        received = self._when(past, report)
        if received is None:
            return self._undated(past, report)
        job_id = self._job_without(report, received)
        if job_id is not None:
            return ImportResult(
                ImportOutcome.TOO_OLD, job_id=job_id, is_backup=report.run.operation == BACKUP
            )
        return self._understood(past, report, received)

    def _understood(self, past: HistoricalReport, report: Report, received: Millis) -> _Understood:
        kept = replace(report, log=report.log.gravest(self._max_log_lines))
        server = None if past.server is None else short_name(past.server)
        return kept, Delivery(received, past.address, server, past.backup, fetched=True)

    def _job_without(self, report: Report, received: Millis) -> int | None:
        """Return the job of a run that is older than what is kept of it, None where it is kept.

        It may have been here and been removed, and must not count twice. A job's last run stays.
        """
        if self._keep_runs is None or received >= self._clock() - self._keep_runs:
            return None
        job_id = self._fleet.find_job_of_past(report.machine.machine_id, report.backup)
        view = None if job_id is None else self._fleet.job(job_id)
        last = None if view is None else view.job.state.last
        began = report.run.began
        return job_id if last is not None and began is not None and began < last.started else None

    def _when(self, past: HistoricalReport, report: Report) -> Millis | None:
        """Return when a run came, as far as one can know: it ended, began or was noted then."""
        told = [
            timestamp
            for timestamp in (report.run.began, report.run.ended)
            if self._is_past(timestamp)
        ]
        timestamp = max(told, default=past.received)
        return min(timestamp, self._clock()) if self._is_past(timestamp) else None

    def _is_past(self, timestamp: Millis | None) -> TypeGuard[Millis]:
        return timestamp is not None and believed.is_past(timestamp, self._clock())

    def _undated(self, past: HistoricalReport, report: Report) -> _Understood | ImportResult:
        """Take a run of which nothing tells when it ran only where it is known.

        Counted from now it would look as if it had just run. A posted one does count from now,
        for it has just come.
        """
        understood = self._understood(past, report, self._clock())
        with contextlib.suppress(LimitReachedError):
            (told,) = self._store.dry_run([understood])
            if not told.new:
                return understood
        return ImportResult(ImportOutcome.REFUSED, reason=_UNDATED)


def _recorded(reports: Sequence[_Understood], record: _Record) -> list[ImportResult]:
    """Record reports in commits of many; where one of them fails, each in its own."""
    taken: list[ImportResult] = []
    rest = iter(reports)
    while part := list(islice(rest, MAX_BATCH)):
        try:
            outcomes = record(part)
        except StoreUnavailableError:
            raise
        except Exception:  # noqa: BLE001 - whatever one of them raised is to be told of that one
            taken += [_recorded_alone(each, record) for each in part]
        else:
            taken += map(_told, part, outcomes)
    return taken


def _recorded_alone(understood: _Understood, record: _Record) -> ImportResult:
    try:
        (recorded,) = record([understood])
    except StoreUnavailableError:
        raise
    except LimitReachedError as error:
        return ImportResult(ImportOutcome.REFUSED, reason=str(error))
    except Exception:  # noqa: BLE001 - one that cannot be stored keeps no other out
        _log.exception("storing an imported report failed")
        return ImportResult(ImportOutcome.REFUSED, reason="internal error; see the daemon's log")
    return _told(understood, recorded)


def _told(understood: _Understood, recorded: Recorded) -> ImportResult:
    run = understood[0].run
    return ImportResult(
        ImportOutcome.RECORDED if recorded.new else ImportOutcome.KNOWN,
        run_id=recorded.run_id,
        server_id=recorded.server.id,
        job_id=recorded.job.id,
        is_backup=run.operation == BACKUP,
        notes=recorded.notes,
    )
