"""The lock of what changes, which counts how often it did."""

import threading


class ChangeCount:
    """A block that changes something has the lock, and is counted at its end, an error or not.

    Who reads the number first and then what it counts never takes old facts for new ones: the
    number grows once all of a change is there.
    """

    def __init__(self) -> None:
        self.number = 0
        self.lock = threading.Lock()
        """For who only reads, and wants a change whole or not at all."""

    @property
    def is_going_on(self) -> bool:
        """Whether something changes now, or is read at once: who asks for more would wait."""
        return self.lock.locked()

    def __enter__(self) -> None:
        self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.count()
        self.lock.release()

    def count(self) -> None:
        """Count one more, for who has the lock by another way."""
        self.number += 1
