"""Declares the backups that the configuration expects."""

import logging
import threading
from collections.abc import Callable, Sequence

from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.ingest.expecting import expect_job
from exporter.logs import log_fields
from exporter.model.audit import Author
from exporter.schedule.policy import ExpectedBackup
from exporter.store import LimitReachedError, Store, StoreUnavailableError
from exporter.times import Millis

CONFIGURATION = "configuration"
"""Who declares them, in the audit."""

_RETRY_SECONDS = 5.0

_log = logging.getLogger(__name__)


class ConfiguredJobs:
    """Declares backups once, in a thread of its own: reports do not wait for it, it may wait.

    One that was deleted is declared again by the next start.
    """

    def __init__(
        self,
        expected: Sequence[ExpectedBackup],
        store: Store,
        fleet: Fleet,
        self_metrics: SelfMetrics,
        clock: Callable[[], Millis],
    ) -> None:
        self._expected = expected
        self._store = store
        self._fleet = fleet
        self._self_metrics = self_metrics
        self._clock = clock
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="expected jobs")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End; what is not declared by then is by the next start."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        for each in self._expected:
            while not self._ending.is_set() and not self._is_done(each):
                self._ending.wait(_RETRY_SECONDS)

    def _is_done(self, expected: ExpectedBackup) -> bool:
        """Declare a backup; return False where the store is away, so that it is tried again."""
        names = {"server": expected.server, "backup": expected.backup}
        try:
            by = Author(CONFIGURATION, self._clock())
            job = expect_job(self._store, self._fleet, expected.server, expected.backup, by)
        except StoreUnavailableError as error:
            _log.warning("an expected backup waits for the database: %s", error)
            return False
        except LimitReachedError as error:
            self._self_metrics.count_limit_hit(error.limit)
            _log.error("an expected backup is left out: %s", error, extra=log_fields(**names))
        except Exception:  # noqa: BLE001 - nothing is known of what a bug may raise
            _log.exception("an expected backup is left out", extra=log_fields(**names))
        else:
            if job.new:
                _log.info("job expected", extra=log_fields(job_id=job.job_id, **names))
        return True
