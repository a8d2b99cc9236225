"""The newest of timestamps that nearly always grow."""

from exporter.times import Millis


class Newest:
    """A timestamp for each key, and the newest of them. Not thread-safe."""

    def __init__(self) -> None:
        self._timestamps: dict[int, Millis] = {}
        self.newest: Millis | None = None

    def put(self, key: int, timestamp: Millis) -> None:
        """Replace a timestamp; it only becomes earlier where it was of a wrong clock."""
        known = self._timestamps.get(key, timestamp)
        self._timestamps[key] = timestamp
        if known > timestamp:
            self.newest = max(self._timestamps.values())
        else:
            self.newest = timestamp if self.newest is None else max(self.newest, timestamp)

    def remove(self, key: int) -> None:
        """Remove a timestamp, if there is one."""
        if self._timestamps.pop(key, None) is not None:
            self.newest = max(self._timestamps.values(), default=None)
