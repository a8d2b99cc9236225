"""The families of the process, as the client library has them, for fewer system calls.

A system call gives up the interpreter's lock, and a busy daemon gets it back only some milliseconds
later. The library makes some twenty of them for each scrape, and one more for each open file.
"""

import contextlib
import math
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

_STARTED = "process_start_time_seconds"
_MOST_BYTES = 256
"""Of /proc/self/statm, which has seven numbers."""

_PAGE = resource.getpagesize()


class ProcessFamilies(Collector):
    """What the library's `ProcessCollector` tells of this process; nothing where there is no /proc.

    What never changes, the time of the start and the texts, is taken from the library once.
    """

    def __init__(self, proc: Path = Path("/proc")) -> None:
        self._proc = proc / "self"
        self._known = list(ProcessCollector(proc=str(proc), registry=None).collect())
        started = (each.samples[0].value for each in self._known if each.name == _STARTED)
        self._started = next(started, math.nan)

    def collect(self) -> Iterator[Metric]:
        """Yield each family with its present value; not what cannot be read, as the library."""
        values = dict(self._values()) if self._known else {}
        for known in self._known:
            metric, sample = Metric(known.name, known.documentation, known.type), known.samples[0]
            value = values.get(known.name)
            if value is not None:
                metric.add_sample(sample.name, {}, value)
                yield metric

    def _values(self) -> Iterator[tuple[str, float]]:
        yield _STARTED, self._started
        yield "process_cpu_seconds", time.process_time()
        yield "process_max_fds", _most_open_files()
        with contextlib.suppress(OSError):
            virtual, resident = _read(self._proc / "statm").split()[:2]
            yield "process_virtual_memory_bytes", int(virtual) * _PAGE
            yield "process_resident_memory_bytes", int(resident) * _PAGE
        with contextlib.suppress(OSError):
            yield "process_open_fds", _entries(self._proc / "fd")


def _read(path: Path) -> bytes:
    """Return what a short file has, by three system calls; `Path.read_bytes` makes twice as many.

    Raises:
        OSError: it cannot be read, as when too many files are open.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, _MOST_BYTES)
    finally:
        os.close(descriptor)


def _entries(folder: Path) -> int:
    """Return how many files are open: since Linux 6.2 that is the size of their folder.

    Raises:
        OSError: it cannot be read.
    """
    return folder.stat().st_size or sum(1 for _ in folder.iterdir())


def _most_open_files() -> float:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return math.inf if most == resource.RLIM_INFINITY else most
