"""Threads that each repeat one action at random times."""

import random
import threading
from collections.abc import Callable

Work = Callable[[random.Random], None]
"""Done with the chance of the thread that does it, so that a seed makes the same choices again."""


class Crew:
    """Works until it is dismissed; `failed` names a thread that raised an error."""

    def __init__(self, seed: int) -> None:
        self.failed = threading.Event()
        self._seed = seed
        self._enough = threading.Event()
        self._threads: list[threading.Thread] = []

    def hire(self, name: str, every: float, work: Work) -> None:
        """Let something be done every so many seconds, sooner or later by chance."""
        chance = random.Random(f"{self._seed} {name}")
        thread = threading.Thread(target=self._repeat, args=(every, work, chance), name=name)
        self._threads.append(thread)
        thread.start()

    def dismiss(self) -> None:
        """Let everybody end what is begun."""
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, every: float, work: Work, chance: random.Random) -> None:
        try:
            while not self._enough.wait(chance.uniform(0, 2 * every)):
                work(chance)
        except BaseException:
            self.failed.set()
            raise
