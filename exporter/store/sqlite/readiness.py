"""A check that a report could be stored now, by the results of real reports and of a probe.

A probe writes a mark, which may succeed where a report fails. So if reports keep failing although
the probes between them succeed, the reports count.
"""

import contextlib
import time
from collections.abc import Iterator

from exporter.store.errors import StoreUnavailableError

KEPT_SECONDS = 1.0
"""How long a successful probe counts for later ones: each probe writes to the disk."""

_BELIEVED_SECONDS = 60.0
"""How long the last failure of a report counts: its sender tries again sooner."""


class Readiness:
    """The results of reports and probes. Thread-safe."""

    def __init__(self) -> None:
        self._probed_at = -KEPT_SECONDS
        self._failure: str | None = None
        self._failed_at = 0.0
        self._probed_since = False
        self._contradicted = False

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Note whether storing a report in the block succeeds."""
        try:
            yield
        except StoreUnavailableError as error:
            self._failed(str(error))
            raise
        self._failure, self._contradicted = None, False

    def _failed(self, reason: str) -> None:
        self._contradicted = self._contradicted or (
            self._failure is not None and self._probed_since
        )
        self._failure, self._failed_at = reason, time.monotonic()
        self._probed_since, self._probed_at = False, -KEPT_SECONDS

    def probed(self) -> None:
        """Note that a probe reached the disk."""
        self._probed_since, self._probed_at = True, time.monotonic()

    @property
    def is_fresh(self) -> bool:
        """Whether the last successful probe still counts."""
        return time.monotonic() - self._probed_at < KEPT_SECONDS

    def check(self) -> None:
        """Check that reports do not fail while probes succeed.

        Raises:
            StoreUnavailableError: they do.
        """
        failure = self._failure
        recent = time.monotonic() - self._failed_at < _BELIEVED_SECONDS
        if failure is not None and self._contradicted and recent:
            raise StoreUnavailableError(f"the last reports could not be stored ({failure})")
