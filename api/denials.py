"""The last report that came without a valid token: it is not kept, so nothing else shows it."""

from collections.abc import Callable

from msgspec import Struct

from exporter.times import Millis


class Denial(Struct, frozen=True):
    """When a sender was denied, who it was, and what it was told."""

    at: Millis
    address: str
    reason: str


class Denials:
    """Remembers the last denied sender of a report."""

    def __init__(self, clock: Callable[[], Millis]) -> None:
        self._clock = clock
        self._last: Denial | None = None

    def note(self, address: str, reason: str) -> None:
        """Remember a sender that was denied now."""
        self._last = Denial(self._clock(), address, reason)

    def since(self, start: Millis) -> Denial | None:
        """Return the last denial, if it was not before a time."""
        last = self._last
        return last if last is not None and last.at >= start else None
