"""Whose turn it is to pull from a server: by interval, or at once, and never two at a time."""

import threading
from collections.abc import Callable

from exporter.times import MINUTE, Millis

REST: Millis = MINUTE
"""A server that was pulled so recently is not pulled at once: what it knew then is new enough."""


class PullTurns:
    """Which servers are pulled now, and when each was pulled last. Thread-safe."""

    def __init__(self, clock: Callable[[], Millis]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pulled: set[str] = set()
        self._ended: dict[str, Millis] = {}
        self.ended = 0
        """How many pulls ended."""

    def begin(self, server: str) -> bool:
        """Return whether nobody pulls from a server: then the caller does, until `end`."""
        with self._lock:
            return self._begin(server)

    def begin_at_once(self, server: str) -> bool:
        """Return the same; a server has to rest between pulls that nobody planned."""
        with self._lock:
            ended = self._ended.get(server)
            rests = ended is not None and abs(self._clock() - ended) < REST
            return not rests and self._begin(server)

    def _begin(self, server: str) -> bool:
        if server in self._pulled:
            return False
        self._pulled.add(server)
        return True

    def end(self, server: str) -> None:
        """Note that the pull from a server ended, well or not."""
        with self._lock:
            self._pulled.discard(server)
            self._ended[server] = self._clock()
            self.ended += 1

    def ended_since(self, server: str, since: Millis) -> bool:
        """Return whether a pull from a server ended after a time, and none is under way."""
        with self._lock:
            ended = self._ended.get(server)
            return server not in self._pulled and ended is not None and ended >= since
