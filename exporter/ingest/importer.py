"""Import of historical reports, many at once: saved elsewhere, or never posted.

They are handled as posted reports, with two differences. They count as received when the run ended,
so that a machine that was given up long ago does not look as if it had just reported; and an
invalid report is not stored here, since its source still has it.
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
from exporter.ingest.planned_backups import ListOutcome, expect_planned
from exporter.model import Delivery, JobKind, Report, believed, kind_of, short_name
from exporter.model.last_error import LastError
from exporter.model.listed import BackupList
from exporter.model.pulled import Seen, after
from exporter.reports import ReportError, read_report
from exporter.store import LimitReachedError, Recorded, Store, StoreUnavailableError
from exporter.times import Millis

MAX_BATCH = 250
"""Reports of one commit: reports that are posted meanwhile wait for it, some 50 ms."""

_UNDATED = "the time of the run is unknown: it has none, or one in the future"

_log = logging.getLogger(__name__)


class ImportOutcome(Enum):
    """The outcome of a report, as the API returns it."""

    RECORDED = "recorded"
    KNOWN = "known"
    TOO_OLD = "too old"
    NOT_UNDERSTOOD = "not understood"
    REFUSED = "refused"


class HistoricalReport(Struct, frozen=True):
    """A historical report as it would have been posted, in any supported format.

    `received` is when it arrived: it counts for a report without a valid time. `server` is the
    server's name as the URL of an upload may give it, `backup` that of the backup; `address` takes
    the place of the sender's. `source` is that of a run without a report: one that is `LOGGED` is
    of a log of Duplicati's server; one that is `PULLED` is known from what the server remembers
    besides, and gives way to its report.
    """

    body: bytes
    received: Millis | None = None
    server: str | None = None
    address: str = "imported"
    backup: str | None = None
    source: str | None = None


class ImportResult(Struct, frozen=True):
    """The outcome of a report: its ids if it is recorded, else the reason."""

    outcome: ImportOutcome
    run_id: int | None = None
    server_id: int | None = None
    job_id: int | None = None
    is_backup: bool = False
    reason: str | None = None
    notes: tuple[str, ...] = ()


class ReportImporter(Protocol):
    """Imports historical reports: into the store of this process, or into a daemon's."""

    def import_reports(self, reports: Sequence[HistoricalReport]) -> list[ImportResult]:
        """Record reports, each completely or not at all, and return their outcomes in order.

        A run that is recorded already is not changed. The oldest first costs least.
        """
        ...

    def plan(self, job_id: int, start: Millis, interval: Millis | None) -> None:
        """Store when Duplicati's own scheduler plans a job's next run.

        The interval is the longest between planned starts; None if it is not reported.
        """
        ...

    def note_error(self, job_id: int, error: LastError | None, skew: Millis) -> None:
        """Store the last error that Duplicati remembers of a job, if it is of no run.

        `skew` is how far the clock of its server is ahead of this one.
        """
        ...

    def note_list(self, listed: BackupList) -> ListOutcome:
        """Store which backups a server lists: renamed ones are known, and those that are gone.

        Planned ones are expected.
        """
        ...

    def note_pull(self, server_id: int, seen: Seen) -> None:
        """Store what a pull that went well saw of a server, which ended just now."""
        ...


_Understood = tuple[Report, Delivery]
_Record = Callable[[Sequence[_Understood]], list[Recorded]]


class StoreImporter:
    """Imports historical reports into the store. Thread-safe.

    Every method raises `StoreUnavailableError` when the database is unavailable.
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
        """Return what the outcomes of reports would be; nothing is recorded."""
        return self._taken(reports, self._store.dry_run)

    def plan(self, job_id: int, start: Millis, interval: Millis | None) -> None:
        """Store what Duplicati's own scheduler plans. Raises `UnknownIdError`."""
        self._store.plan_job(job_id, start, interval, self._clock())

    def note_error(self, job_id: int, error: LastError | None, skew: Millis) -> None:
        """Store the last error that Duplicati remembers of a job. Raises `UnknownIdError`."""
        self._store.note_error(job_id, error, skew)

    def note_list(self, listed: BackupList) -> ListOutcome:
        """Store which backups a server lists."""
        asked = self._clock()
        self._store.note_list(listed, asked)
        outcome = expect_planned(self._store, listed, asked)
        if outcome.expected:
            self._store.note_list(listed, asked)  # these are jobs now
        return outcome

    def note_pull(self, server_id: int, seen: Seen) -> None:
        """Store what a pull saw of a server. Raises `UnknownIdError`."""
        now = self._clock()
        self._store.note_pulled(server_id, lambda known: after(known, seen, now))

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
        except Exception:  # noqa: BLE001 - an internal error must not affect the others
            _log.exception("reading an imported report failed")
            return ImportResult(
                ImportOutcome.NOT_UNDERSTOOD, reason="internal error; see the daemon's log"
            )
        if past.source is not None:
            report = replace(report, run=replace(report.run, source=past.source))
        received = self._when(past, report)
        if received is None:
            return self._undated(past, report)
        logged = received if past.source is None else past.received
        job_id = self._job_without(report, min(received, logged or received))
        if job_id is not None:
            return ImportResult(
                ImportOutcome.TOO_OLD, job_id=job_id, is_backup=report.run.is_backup
            )
        return self._understood(past, report, received)

    def _understood(self, past: HistoricalReport, report: Report, received: Millis) -> _Understood:
        kept = replace(report, log=report.log.gravest(self._max_log_lines))
        server = None if past.server is None else short_name(past.server)
        return kept, Delivery(received, past.address, server, past.backup, fetched=True)

    def _job_without(self, report: Report, received: Millis) -> int | None:
        """Return the job of a run that is beyond retention, None if the run is kept.

        It may have been recorded and removed, and must not count twice. A job's last run is kept.
        Of a log the time of the row counts as well, by a right clock, as that of a posted report.
        """
        if self._keep_runs is None or received >= self._clock() - self._keep_runs:
            return None
        kind, machine_id = kind_of(report.run.operation), report.machine.machine_id
        job_id = self._fleet.find_job_of_past(machine_id, kind or JobKind.BACKUP, report.backup)
        view = None if job_id is None else self._fleet.job(job_id)
        last = None if view is None else view.job.state.last
        began = report.run.began
        return job_id if last is not None and began is not None and began < last.started else None

    def _when(self, past: HistoricalReport, report: Report) -> Millis | None:
        """Return when a run arrived, as far as it can be known: its end, start or file time.

        Who found a run without a report knows its end by a right clock.
        """
        if report.run.is_pulled and past.received is not None:
            return min(past.received, self._clock())
        reported = [
            timestamp
            for timestamp in (report.run.began, report.run.ended)
            if self._is_past(timestamp)
        ]
        timestamp = max(reported, default=past.received)
        return min(timestamp, self._clock()) if self._is_past(timestamp) else None

    def _is_past(self, timestamp: Millis | None) -> TypeGuard[Millis]:
        return timestamp is not None and believed.is_past(timestamp, self._clock())

    def _undated(self, past: HistoricalReport, report: Report) -> _Understood | ImportResult:
        """Accept a run without a time only if it is recorded already.

        Counted from now it would look as if it had just run. A posted one does count from now,
        since it has just arrived.
        """
        understood = self._understood(past, report, self._clock())
        with contextlib.suppress(LimitReachedError):
            (recorded,) = self._store.dry_run([understood])
            if not recorded.new:
                return understood
        return ImportResult(ImportOutcome.REFUSED, reason=_UNDATED)


def _recorded(reports: Sequence[_Understood], record: _Record) -> list[ImportResult]:
    """Record reports in commits of many; if one of them fails, each in its own."""
    taken: list[ImportResult] = []
    rest = iter(reports)
    while part := list(islice(rest, MAX_BATCH)):
        try:
            outcomes = record(part)
        except StoreUnavailableError:
            raise
        except Exception:  # noqa: BLE001 - an error must be reported for the one that raised it
            taken += [_recorded_alone(each, record) for each in part]
        else:
            taken += map(_result, part, outcomes)
    return taken


def _recorded_alone(understood: _Understood, record: _Record) -> ImportResult:
    try:
        (recorded,) = record([understood])
    except StoreUnavailableError:
        raise
    except LimitReachedError as error:
        return ImportResult(ImportOutcome.REFUSED, reason=str(error))
    except Exception:  # noqa: BLE001 - one that cannot be stored must not affect the others
        _log.exception("storing an imported report failed")
        return ImportResult(ImportOutcome.REFUSED, reason="internal error; see the daemon's log")
    return _result(understood, recorded)


def _result(understood: _Understood, recorded: Recorded) -> ImportResult:
    return ImportResult(
        ImportOutcome.RECORDED if recorded.new else ImportOutcome.KNOWN,
        run_id=recorded.run_id,
        server_id=recorded.server.id,
        job_id=recorded.job.id,
        # A failed dry run does not say in every log that it is one.
        is_backup=understood[0].run.is_backup and recorded.job.state.is_backup,
        notes=recorded.notes,
    )
