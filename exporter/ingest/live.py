"""Live reports: applied in memory at once, written to the database in the background.

No request waits for the disk, and hundreds of machines that report twice a minute cost one commit a
minute. What is not yet written when the power fails arrives again with the next report; the end of
a run does not, so it is written at the next look.
"""

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.ingest.timekeeper import Timekeeper
from exporter.logs import log_fields
from exporter.model import Counts, Delivery, JobKind, Log, Machine, Message, Report, Run, Status
from exporter.model.live import LiveReport, LiveRun
from exporter.reports.lines import message, reason
from exporter.store import LimitReachedError, Store, StoreUnavailableError
from exporter.times import MINUTE, Millis

_SAVED_EVERY: Millis = MINUTE
_LOOK_SECONDS = 15.0
"""How often failed runs are checked, and how soon a failed write is tried again."""

_MAX_UNKNOWN_JOBS = 10_000
"""Jobs that wait to be created while the database is unavailable."""

_SENDER = "live"
"""The sender of a placeholder run."""

_log = logging.getLogger(__name__)


class _Sender(NamedTuple):
    """The key of a live report: an identity of its machine, and the job's kind and name."""

    identity: str
    value: str
    kind: JobKind
    backup: str

    @classmethod
    def from_report(cls, report: LiveReport, kind: JobKind, delivery: Delivery) -> "_Sender":
        machine_id, name = report.machine.machine_id, delivery.server or report.machine.name
        if machine_id is not None:
            return cls("machine-id", machine_id, kind, report.backup)
        if name is not None:
            return cls("name", name, kind, report.backup)
        return cls("address", delivery.address, kind, report.backup)


class LiveReportService:
    """Accepts live reports; `accept` is thread-safe, `run_once` is not."""

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        self_metrics: SelfMetrics,
        clock: Callable[[], Millis],
        timekeeper: Timekeeper,
    ) -> None:
        """Resume what was known before a restart."""
        self._store = store
        self._fleet = fleet
        self._self_metrics = self_metrics
        self._clock = clock
        self._timekeeper = timekeeper
        self._lock = threading.Lock()
        self._jobs: dict[_Sender, int] = {}
        self._unknown_jobs: dict[_Sender, tuple[LiveReport, Delivery]] = {}
        self._unsaved: dict[int, LiveRun] = {}
        self._saved: Millis = clock()
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        now = clock()
        since = store.listening_since() or now
        fleet.resume(store.live_runs(), now, since, timekeeper.left)

    def accept(self, report: LiveReport, delivery: Delivery) -> None:
        """Apply a live report; one of an operation that counts for no job is ignored."""
        self._timekeeper.hear(delivery.received, report.activity.reported)
        kind = report.kind
        if kind is None:
            return
        sender = _Sender.from_report(report, kind, delivery)
        job_id = self._jobs.get(sender)
        place = None if job_id is None else self._fleet.place(job_id)
        if place is None or (place[1].kind, place[1].own_name) != (kind, report.backup):
            job_id = self._fleet.find_job(report.machine.machine_id, kind, report.backup)
        if job_id is None or not self._hear(job_id, report, delivery):
            self._wait(sender, report, delivery)

    def _hear(self, job_id: int, report: LiveReport, delivery: Delivery) -> bool:
        """Apply a report of a job; return whether the job still exists."""
        activity = replace(report.activity, address=delivery.address)
        run = self._store.hear(job_id, activity, delivery.received)
        if run is None:
            return False
        with self._lock:
            unsaved = self._unsaved.get(job_id)
            if unsaved is None or run.heard >= unsaved.heard:
                self._unsaved[job_id] = run
        return True

    def _wait(self, sender: _Sender, report: LiveReport, delivery: Delivery) -> None:
        """Queue a report until its job is resolved; if there are too many, drop the oldest."""
        with self._lock:
            self._unknown_jobs[sender] = report, delivery
            if len(self._unknown_jobs) > _MAX_UNKNOWN_JOBS:
                del self._unknown_jobs[next(iter(self._unknown_jobs))]
        self._wake.set()

    def start(self) -> None:
        """Start the background thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop the background thread, and write what is queued if the database is available."""
        self._ending.set()
        self._wake.set()
        self._thread.join()
        with contextlib.suppress(StoreUnavailableError):
            self._save()

    def run_once(self) -> None:
        """Resolve unknown jobs, save live runs, and record failed runs without a report."""
        self._resolve_unknown_jobs()
        if self._is_saving_due():
            self._save()
        self._record_missing_failures()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._wake.wait(_LOOK_SECONDS)
            self._wake.clear()
            try:
                self.run_once()
            except StoreUnavailableError as error:
                _log.warning("database unavailable, live reports queued: %s", error)
                self._ending.wait(_LOOK_SECONDS)
            except Exception:  # noqa: BLE001 - later reports must still be processed
                _log.exception("processing live reports failed")

    def _resolve_unknown_jobs(self) -> None:
        """Find or create the jobs of queued reports."""
        with self._lock:
            waiting, self._unknown_jobs = self._unknown_jobs, {}
        try:
            while waiting:
                sender = next(iter(waiting))
                self._resolve(sender, *waiting[sender])
                del waiting[sender]
        finally:
            with self._lock:
                self._unknown_jobs = waiting | self._unknown_jobs

    def _resolve(self, sender: _Sender, report: LiveReport, delivery: Delivery) -> None:
        try:
            job_id = self._store.resolve_job(report, delivery)
        except StoreUnavailableError:
            raise
        except LimitReachedError as error:
            self._self_metrics.count_limit_hit(error.limit)
            refused = log_fields(reason=str(error), sender=delivery.address, job=report.backup)
            _log.warning("live report rejected", extra=refused)
        except Exception:  # noqa: BLE001 - one that cannot be stored must not affect the others
            _log.exception("storing a live report failed")
        else:
            self._jobs[sender] = job_id
            self._hear(job_id, report, delivery)

    def _is_saving_due(self) -> bool:
        """Return whether to save now: no later live report says again that a run ended."""
        if abs(self._clock() - self._saved) >= _SAVED_EVERY:
            return True
        with self._lock:
            return any(run.activity.ended for run in self._unsaved.values())

    def _save(self) -> None:
        with self._lock:
            unsaved, self._unsaved = self._unsaved, {}
        try:
            if unsaved:
                self._store.keep_live(list(unsaved.items()))
        except StoreUnavailableError:
            with self._lock:
                self._unsaved = unsaved | self._unsaved
            raise
        self._saved = self._clock()

    def _record_missing_failures(self) -> None:
        """Record placeholder runs for runs that failed and sent no report."""
        now = self._clock()
        for job_id, run in self._fleet.failed_without_report(now):
            place = self._fleet.place(job_id)
            if place is not None:
                delivery = self._timekeeper.arrived(Delivery(now, _SENDER), None)
                self._record(job_id, _placeholder_report(place[1].own_name, run), delivery)
            self._fleet.clear_pending_failure(job_id, run)

    def _record(self, job_id: int, report: Report, delivery: Delivery) -> None:
        try:
            recorded = self._store.record_placeholder(job_id, report, delivery)
        except StoreUnavailableError:
            raise
        except Exception:  # noqa: BLE001 - a job that cannot be evaluated must not affect the others
            _log.exception("storing a failed run failed", extra=log_fields(job_id=job_id))
            return
        if recorded is not None:
            fields = log_fields(server=recorded.server.name, job=report.backup, job_id=job_id)
            _log.warning("failed run recorded without a report", extra=fields)


def _placeholder_report(backup: str, run: LiveRun) -> Report:
    """Return a placeholder report of a failed run, from its live reports."""
    activity = run.activity
    error = activity.error or "The run failed without a message"
    messages = [Message("error", error), *(message(line) for line in activity.lines)]
    return Report(
        machine=Machine(),
        backup=backup,
        run=Run(
            operation=activity.operation,
            status=Status.FATAL,
            began=activity.began,
            ended=None,
            duration=None,
            counts=Counts(),
            backup_id=activity.backup_id,
            destination_type=activity.destination_type,
            reason=reason(Status.FATAL, error, ()),
        ),
        log=Log(tuple(messages)),
        counted={},
    )
