"""A log that stalls, breaks or is full holds up nobody but who writes it, and loses little."""

import errno
import io
import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import pytest

from exporter.logs import BatchingStreamHandler, HumanFormatter

BOUND_SECONDS = 10.0


class Faulty(io.StringIO):
    """A stream of which the next writes fail."""

    def __init__(self, *errors: OSError) -> None:
        super().__init__()
        self._errors = list(errors)

    def write(self, text: str, /) -> int:
        if self._errors:
            raise self._errors.pop()
        return super().write(text)


class Interrupted(io.StringIO):
    """A stream in whose write a signal arrives."""

    def __init__(self) -> None:
        super().__init__()
        self._signals = [signal.SIGUSR1]

    def write(self, text: str, /) -> int:
        if self._signals:
            signal.raise_signal(self._signals.pop())
        return super().write(text)


def log_to(stream: io.StringIO) -> Callable[[str], object]:
    """Return what logs an event to a stream, whatever the levels of the tests' own loggers."""
    handler = BatchingStreamHandler(stream)
    handler.setFormatter(HumanFormatter())
    return lambda name: handler.handle(logging.makeLogRecord({"msg": name, "levelname": "INFO"}))


class Stalled(io.StringIO):
    """A stream whose first write waits until it may go on, as into a pipe that nobody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.go_on = threading.Event(), threading.Event()

    def write(self, text: str, /) -> int:
        self.entered.set()
        self.go_on.wait()
        return super().write(text)


def told_through_a_stall(events_meanwhile: int) -> list[str]:
    """Return what is written when one event stalls and others come meanwhile."""
    stream = Stalled()
    log = log_to(stream)
    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(log, "first")
        assert stream.entered.wait(BOUND_SECONDS)
        for number in range(events_meanwhile):
            pool.submit(log, f"event-{number}").result(BOUND_SECONDS)
        assert not writing.done()
        stream.go_on.set()
        writing.result(BOUND_SECONDS)
    return events(stream.getvalue())


def events(text: str) -> list[str]:
    return [line.split()[-1] for line in text.splitlines()]


def test_a_stalled_log_holds_up_only_who_writes_it_and_loses_nothing_that_waits() -> None:
    assert told_through_a_stall(100) == ["first", *(f"event-{number}" for number in range(100))]


def test_a_log_that_stalls_for_long_keeps_the_newest_events_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("exporter.logs._MAX_WAITING", 10)
    assert told_through_a_stall(100) == ["first", *(f"event-{n}" for n in range(90, 100))]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EPIPE, errno.EIO])
def test_an_event_that_cannot_be_written_fails_nothing_and_later_ones_are(number: int) -> None:
    stream = Faulty(OSError(number, os.strerror(number)))
    log = log_to(stream)
    log("lost")
    log("there")
    assert events(stream.getvalue()) == ["there"]


def test_a_signal_handler_may_log_while_an_event_is_being_written() -> None:
    stream = Interrupted()
    log = log_to(stream)

    def stop(_number: int, _frame: FrameType | None) -> None:
        log("signalled")

    before = signal.signal(signal.SIGUSR1, stop)
    try:
        log("first")
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert events(stream.getvalue()) == ["first", "signalled"]
