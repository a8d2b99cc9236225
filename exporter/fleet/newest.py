"""The newest of moments that nearly always grow."""

from exporter.times import Millis


class Newest:
    """A moment of each of several things, and the newest. Needs one caller at a time."""

    def __init__(self) -> None:
        self._timestamps: dict[int, Millis] = {}
        self.newest: Millis | None = None

    def put(self, key: int, timestamp: Millis) -> None:
        """Replace a moment; it only becomes earlier where a wrong clock had stamped it."""
        known = self._timestamps.get(key, timestamp)
        self._timestamps[key] = timestamp
        if known > timestamp:
            self.newest = max(self._timestamps.values())
        else:
            self.newest = timestamp if self.newest is None else max(self.newest, timestamp)

    def remove(self, key: int) -> None:
        """Forget a moment."""
        del self._timestamps[key]
        self.newest = max(self._timestamps.values(), default=None)
