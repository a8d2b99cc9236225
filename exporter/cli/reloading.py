"""Reads the configuration anew when a signal or a request asks for it.

One thread does, one time after the other. What asks while it is at work is answered by the next
time, however many ask: each of them wants what the file says from then on.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from types import FrameType
from typing import TypeAlias

Faults: TypeAlias = tuple[str, ...]
"""What is wrong with a configuration, a line each; none where it is in use."""

PATIENCE_SECONDS = 50.0
"""How long a request waits: messages in flight may delay a change of channels by some seconds."""

_STOPPING: Faults = ("the daemon is about to stop",)


class Reloader:
    """Waits for those who ask. Thread-safe."""

    def __init__(self) -> None:
        # Its `put` may be interrupted by a signal whose handler puts, too.
        self._asked: SimpleQueue[Future[Faults] | None] = SimpleQueue()
        self._stopping = threading.Event()

    def ask_on_hangup(self) -> None:
        """Let SIGHUP ask, from now on: before that it would end the daemon."""

        def ask(_number: int, _frame: FrameType | None) -> None:
            self._asked.put(None)

        signal.signal(signal.SIGHUP, ask)

    def reload(self) -> Faults:
        """Have the configuration read anew; return what is wrong with it, so that nothing changed.

        Raises:
            TimeoutError: it takes too long; it goes on.
        """
        future: Future[Faults] = Future()
        self._asked.put(future)
        return _STOPPING if self._stopping.is_set() else future.result(PATIENCE_SECONDS)

    @contextlib.contextmanager
    def reloading(self, renew: Callable[[], Faults]) -> Iterator[None]:
        """Let `renew` read it meanwhile, also for those who asked before."""
        thread = threading.Thread(target=self._run, args=(renew,), name="reload")
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            self._asked.put(None)
            thread.join()

    def _run(self, renew: Callable[[], Faults]) -> None:
        while True:
            waiting = [self._asked.get(), *self._rest()]
            faults = _STOPPING if self._stopping.is_set() else renew()
            for future in filter(None, waiting):
                future.set_result(faults)
            if faults is _STOPPING:
                return

    def _rest(self) -> Iterator[Future[Faults] | None]:
        with contextlib.suppress(Empty):
            while True:
                yield self._asked.get_nowait()
