"""The daemon's heartbeat: another service is pinged while all is well, and notices when it ends."""

import logging
import threading
import time
from collections.abc import Callable

from msgspec import Struct

from exporter.config.notifications import SecretUrl
from exporter.fleet import Fleet
from exporter.notifications.pinging import ping
from exporter.notifications.trouble import Trouble
from exporter.store import Store, StoreUnavailableError
from exporter.times import SECOND, Millis

RETRY_SECONDS = (5.0, 10.0)
"""The pauses before a ping that failed is tried again, as far as they end before the next one."""

_GOODBYE_SECONDS = 1.0
"""A service that is slow to answer must not delay the end of the daemon."""

_log = logging.getLogger(__name__)


class Vitals(Struct, frozen=True):
    """What has to be well: reports can be stored, all jobs are judged, the notifier is `alive`."""

    store: Store
    fleet: Fleet
    alive: Callable[[], bool]

    def problem(self) -> str | None:
        """Return what is not well, None where all is; may wait for a database that is locked."""
        try:
            self.store.check_writable()
        except StoreUnavailableError as error:
            return f"reports cannot be stored: {error}"
        errored = self.fleet.count_errored()
        if errored:
            return f"jobs that could not be evaluated: {errored}; the log says why"
        return None if self.alive() else "the loop that decides about notifications does not run"


class Pulse:
    """Pings an address again and again, while this daemon leads and all is well with it."""

    def __init__(
        self,
        url: SecretUrl,
        every: Millis,
        vitals: Vitals,
        retry_seconds: tuple[float, ...] = RETRY_SECONDS,
    ) -> None:
        self._url = url
        self._every = every / SECOND
        self._vitals = vitals
        self._retry_seconds = retry_seconds
        self._withheld = Trouble("heartbeat withheld", "heartbeat resumed")
        self._failing = Trouble("heartbeat failed", "heartbeat recovered")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin, with the first ping at once."""
        self._thread.start()

    def close(self) -> None:
        """End, within a second also where a request hangs."""
        self._stopping.set()
        self._thread.join(_GOODBYE_SECONDS)

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            began = time.monotonic()
            self._beat(began + self._every)
            pause = max(0.0, began + self._every - time.monotonic())

    def _beat(self, until: float) -> None:
        if not self._vitals.store.leads():
            return
        problem = self._problem()
        self._withheld.note(problem)
        if problem is None:
            self._ping(until)

    def _problem(self) -> str | None:
        try:
            return self._vitals.problem()
        except Exception as error:  # noqa: BLE001 - the thread goes on, whatever a bug may raise
            _log.exception("heartbeat failed with an internal error")
            return repr(error)

    def _ping(self, until: float) -> None:
        """Ping, and try again before `until` by the monotonic clock where that fails."""
        for pause in (*self._retry_seconds, None):
            problem = ping(self._url)
            self._failing.note(problem)
            if problem is None or pause is None or time.monotonic() + pause >= until:
                return
            if self._stopping.wait(pause):
                return
