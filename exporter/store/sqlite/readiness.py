"""Whether a report could be stored now, by what became of real ones as well as by a probe.

A probe writes a mark, which may find its way where a report does not. So where reports go on
failing though probes between them did not, the reports are believed.
"""

import contextlib
import time
from collections.abc import Iterator

from exporter.store.errors import StoreUnavailableError

KEPT_SECONDS = 1.0
"""How long a probe that succeeded stands for those that follow: each writes to the disk."""

_BELIEVED_SECONDS = 60.0
"""How long after its last failure a report is believed: a sender that was told tries sooner."""


class Readiness:
    """What became of reports and probes. Any thread may call any method."""

    def __init__(self) -> None:
        self._probed_at = -KEPT_SECONDS
        self._failure: str | None = None
        self._failed_at = 0.0
        self._probed_since = False
        self._contradicted = False

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Note what becomes of a report."""
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
        """Whether a probe that succeeded still stands."""
        return time.monotonic() - self._probed_at < KEPT_SECONDS

    def check(self) -> None:
        """See that reports do not fail where probes succeed.

        Raises:
            StoreUnavailableError: they do.
        """
        failure = self._failure
        lately = time.monotonic() - self._failed_at < _BELIEVED_SECONDS
        if failure is not None and self._contradicted and lately:
            raise StoreUnavailableError(f"the last reports could not be stored ({failure})")
