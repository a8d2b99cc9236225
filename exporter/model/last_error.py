"""The last error that Duplicati's server remembers of a backup, if it is of no known run."""

from typing import Self

from msgspec import Struct

from exporter.times import Millis

_MAX_BYTES = 1024
"""As long as the reason of a run."""


class LastError(Struct, frozen=True, array_like=True, gc=False):
    """An operation that died and is no run: a restore that failed, a start by hand that did.

    `at` is by the server's clock.
    """

    at: Millis
    message: str

    @classmethod
    def of(cls, at: Millis, message: str) -> Self:
        """Return an error with no more of its message than is kept."""
        text = " ".join(message.split())
        return cls(at, text.encode()[:_MAX_BYTES].decode(errors="ignore"))
