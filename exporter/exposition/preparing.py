"""Prepares the next scrape soon after something changed, so that it finds little to do."""

import logging
import threading
import time
from typing import Protocol

_log = logging.getLogger(__name__)

_GATHER_SECONDS = 0.03
"""What changes within this time is prepared together."""

_SHARE = 4
"""A pause takes at least so many times as long as the work before it: reports come first."""

_SCRAPED_SECONDS = 150.0
"""Nothing is prepared for longer than this after a scrape: nobody may come any more."""

_IDLE_SECONDS = 5.0
"""The pause while nobody scrapes, and after a failure."""


class Prepared(Protocol):
    """What is prepared: the exposition."""

    @property
    def changed(self) -> threading.Event:
        """Set while there is something to prepare."""
        ...

    @property
    def scraped(self) -> float:
        """When it was scraped last, as `time.monotonic` counts."""
        ...

    def prepare(self) -> None:
        """Do what the next scrape would have to do."""
        ...


class Preparing:
    """A thread that prepares scrapes while they come."""

    def __init__(self, exposition: Prepared) -> None:
        self._exposition = exposition
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prepare-scrapes")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._ended.set()
        self._exposition.changed.set()
        self._thread.join()

    def _run(self) -> None:
        pause = _GATHER_SECONDS
        while not self._ended.is_set():
            self._exposition.changed.wait()
            if self._ended.wait(pause):
                return
            pause = self.prepare()

    def prepare(self) -> float:
        """Prepare, unless nobody scrapes; return how many seconds to pause after it."""
        if self._exposition.scraped + _SCRAPED_SECONDS < time.monotonic():
            return _IDLE_SECONDS
        began = time.thread_time()
        try:
            self._exposition.prepare()
        except Exception:  # noqa: BLE001 - the scrape itself tells of it, and tries again
            _log.exception("preparing a scrape failed")
            return _IDLE_SECONDS
        return max(_GATHER_SECONDS, _SHARE * (time.thread_time() - began))
