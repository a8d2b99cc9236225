"""Which tags there are."""

import threading
from collections import Counter
from collections.abc import Iterable


class Tags:
    """Counts the servers and jobs that have each tag. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def change(self, old: Iterable[str], new: Iterable[str]) -> None:
        """Count that something has other tags than before."""
        if old == new:
            return
        with self._lock:
            self._counts.update(new)
            self._counts.subtract(old)
            for tag in old:
                if not self._counts[tag]:
                    del self._counts[tag]

    def all(self) -> list[str]:
        """Return every tag, sorted."""
        with self._lock:
            return sorted(self._counts)

    def unknown(self, tags: Iterable[str]) -> list[str]:
        """Return those of some tags that nothing has."""
        return [tag for tag in tags if tag not in self._counts]
