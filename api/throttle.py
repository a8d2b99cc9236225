"""How often somebody may try to sign in."""

import threading
from collections import Counter
from collections.abc import Callable

from exporter.times import MINUTE, Millis

WINDOW: Millis = MINUTE
PER_ADDRESS = 5
IN_ALL = 60
"""Wrong tries in a window, whoever makes them: so no more are remembered."""


class Throttle:
    """Bounds wrong tries, of an address and of all together. Thread-safe."""

    def __init__(self, clock: Callable[[], Millis]) -> None:
        self._clock = clock
        self._tries: list[tuple[Millis, str]] = []
        self._lock = threading.Lock()

    def admits(self, address: str) -> bool:
        """Return whether an address may try now. It counts as wrong until it is `forgiven`."""
        now = self._clock()
        with self._lock:
            # A clock that was set back is to lock nobody out.
            self._tries = [each for each in self._tries if 0 <= now - each[0] < WINDOW]
            of_address = Counter(address for _, address in self._tries)[address]
            if of_address >= PER_ADDRESS or len(self._tries) >= IN_ALL:
                return False
            self._tries.append((now, address))
            return True

    def forgive(self, address: str) -> None:
        """Forget the tries of an address, because it knows the token."""
        with self._lock:
            self._tries = [each for each in self._tries if each[1] != address]
