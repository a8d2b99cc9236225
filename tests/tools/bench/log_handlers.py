"""Measure the log's handler against the standard ones: `python -m tests.tools.bench.log_handlers`.

Each handler gets the same lines from the same number of threads and writes them to a file: once
with nothing else to do, once with a report read before each line, as in the daemon.
"""

import argparse
import logging
import queue
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from logging.handlers import QueueHandler, QueueListener
from pathlib import Path
from typing import NamedTuple, TextIO

from exporter.logs import BatchingStreamHandler, HumanFormatter, log_fields
from exporter.reports import read_report
from tests.tools.bench import reports
from tests.tools.bench.figures import Figure, table
from tests.tools.bench.reports import POSTED_SINCE, Place

_WAITING = 10_000
"""As many lines as may wait for ours."""

_log = logging.getLogger("bench")
_BODY = reports.body(Place(0, 1, POSTED_SINCE))


class _Cost(NamedTuple):
    """Microseconds of a line."""

    wall: float
    processor: float


class _Waiting(QueueHandler):
    """Hands on each event as it is, and waits where the queue is full: none is lost."""

    queue: "queue.Queue[logging.LogRecord]"

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Leave the writing of the line to the listener."""
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        """Wait for a place."""
        self.queue.put(record)


class _Listener(QueueListener):
    """Ends where the queue is full too: the standard one raises `queue.Full` then."""

    queue: "queue.Queue[logging.LogRecord | None]"

    def enqueue_sentinel(self) -> None:
        """Wait for a place."""
        self.queue.put(None)


class _FlushedWhenEmpty(logging.StreamHandler[TextIO]):
    """Flushes once for all that waits."""

    def __init__(self, stream: TextIO, waiting: "queue.Queue[logging.LogRecord]") -> None:
        super().__init__(stream)
        self._waiting = waiting

    def flush(self) -> None:
        """Flush unless more is to come."""
        if self._waiting.empty():
            super().flush()


@contextmanager
def _ours(stream: TextIO) -> Iterator[logging.Handler]:
    yield _formatted(BatchingStreamHandler(stream))


@contextmanager
def _plain(stream: TextIO) -> Iterator[logging.Handler]:
    yield _formatted(logging.StreamHandler(stream))


@contextmanager
def _listener(stream: TextIO) -> Iterator[logging.Handler]:
    waiting: queue.Queue[logging.LogRecord] = queue.Queue(_WAITING)
    with _listening(waiting, logging.StreamHandler(stream)) as handler:
        yield handler


@contextmanager
def _batching_listener(stream: TextIO) -> Iterator[logging.Handler]:
    waiting: queue.Queue[logging.LogRecord] = queue.Queue(_WAITING)
    with _listening(waiting, _FlushedWhenEmpty(stream, waiting)) as handler:
        yield handler


@contextmanager
def _listening(
    waiting: "queue.Queue[logging.LogRecord]", behind: logging.Handler
) -> Iterator[logging.Handler]:
    listener = _Listener(waiting, _formatted(behind))
    listener.start()
    try:
        yield _Waiting(waiting)
    finally:
        listener.stop()


def _formatted(handler: logging.Handler) -> logging.Handler:
    handler.setFormatter(HumanFormatter())
    return handler


_FLOORS: dict[str, Callable[[TextIO], AbstractContextManager[logging.Handler]]] = {
    "StreamHandler": _plain,
    "QueueHandler, QueueListener": _listener,
    "the same, flushed when the queue is empty": _batching_listener,
}


def main() -> int:
    """Measure in rounds, print the table: ours is the handler of the daemon."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.tools.bench.log_handlers", description=__doc__
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured")
    parser.add_argument("--threads", type=int, default=32, help="how many threads log")
    parser.add_argument("--lines", type=int, default=1_000, help="how many lines each thread logs")
    chosen = parser.parse_args()
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    _log.setLevel(logging.INFO)
    _log.propagate = False
    with tempfile.TemporaryDirectory(prefix="duplistatus-bench-") as folder:
        figures = list(_rounds(Path(folder) / "log", chosen))
    sys.stdout.write("\n".join(table(figures)) + "\n")
    return 0


def _rounds(file: Path, chosen: argparse.Namespace) -> Iterator[Figure]:
    for _ in range(chosen.rounds):
        for load, work in (("a line", _nothing), ("a report and a line", _read)):
            size = (chosen.threads, chosen.lines)
            ours = _measured(file, _ours, work, *size)
            for name, made in _FLOORS.items():
                floor = _measured(file, made, work, *size)
                yield Figure(f"{load}, wall", name, "≤ 1", "µs", ours.wall, floor.wall)
                what = f"{load}, processor"
                yield Figure(what, name, "≤ 1", "µs", ours.processor, floor.processor)


def _nothing() -> None:
    pass


def _read() -> None:
    read_report(_BODY)


def _measured(
    file: Path,
    made: Callable[[TextIO], AbstractContextManager[logging.Handler]],
    work: Callable[[], None],
    threads: int,
    lines: int,
) -> _Cost:
    """Return what a line costs until all are written.

    Raises:
        RuntimeError: lines are lost.
    """
    with file.open("w", encoding="utf-8", buffering=1) as stream:
        began, used = time.perf_counter(), time.process_time()
        with made(stream) as handler:
            _log.addHandler(handler)
            _run_all(threads, lines, work)
            _log.removeHandler(handler)
        wall, processor = time.perf_counter() - began, time.process_time() - used
    total = threads * lines
    with file.open(encoding="utf-8") as written:
        found = sum(1 for _ in written)
    if found != total:
        message = f"{found} of {total} lines were written"
        raise RuntimeError(message)
    return _Cost(wall / total * 1_000_000, processor / total * 1_000_000)


def _run_all(threads: int, lines: int, work: Callable[[], None]) -> None:
    def write() -> None:
        for number in range(lines):
            work()
            fields = log_fields(server="machine-1", job="backup-1", job_id=1, run_id=number)
            _log.info("report recorded", extra=fields)

    started = [threading.Thread(target=write) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()


if __name__ == "__main__":
    sys.exit(main())
