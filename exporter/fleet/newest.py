"""The newest of moments that nearly always grow."""

from exporter.times import Millis


class Newest:
    """A moment of each of several things, and the newest. Needs one caller at a time."""

    def __init__(self) -> None:
        self._moments: dict[int, Millis] = {}
        self.newest: Millis | None = None

    def put(self, key: int, moment: Millis) -> None:
        """Replace a moment; it only becomes earlier where a wrong clock had stamped it."""
        known = self._moments.get(key, moment)
        self._moments[key] = moment
        if known > moment:
            self.newest = max(self._moments.values())
        else:
            self.newest = moment if self.newest is None else max(self.newest, moment)

    def remove(self, key: int) -> None:
        """Forget a moment."""
        del self._moments[key]
        self.newest = max(self._moments.values(), default=None)
