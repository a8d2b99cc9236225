"""Wishes for a reload: each is answered, and those that wait together by one."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from exporter.cli import reloading
from exporter.cli.reloading import Faults, Reloader

BOUND_SECONDS = 20.0


class Reading:
    """Reads a configuration again and again; each time waits until the test lets it go on."""

    def __init__(self) -> None:
        self.times = 0
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)
        self.faults: Faults = ()

    def __call__(self) -> Faults:
        self.times += 1
        self.begun.release()
        assert self.may_end.acquire(timeout=BOUND_SECONDS)
        return self.faults


@pytest.fixture
def hangup() -> Iterator[None]:
    """Restores what SIGHUP does."""
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


def test_a_wish_is_answered_with_what_is_wrong() -> None:
    reloader, reading = Reloader(), Reading()
    reading.faults = ("tolerance: 'x' is not a duration",)
    reading.may_end.release()
    with reloader.reloading(reading):
        assert reloader.reload() == reading.faults


@pytest.mark.usefixtures("hangup")
def test_signals_before_the_daemon_is_ready_are_one_reload_when_it_is() -> None:
    reloader, reading = Reloader(), Reading()
    reloader.ask_on_hangup()
    for _ in range(3):
        os.kill(os.getpid(), signal.SIGHUP)
    reading.may_end.release()
    with reloader.reloading(reading):
        assert reading.begun.acquire(timeout=BOUND_SECONDS)
    assert reading.times == 1


@pytest.mark.usefixtures("hangup")
def test_what_is_asked_during_a_reload_is_done_once_after_it() -> None:
    reloader, reading = Reloader(), Reading()
    reloader.ask_on_hangup()
    with reloader.reloading(reading), ThreadPoolExecutor(1) as pool:
        first = pool.submit(reloader.reload)
        assert reading.begun.acquire(timeout=BOUND_SECONDS)
        for _ in range(5):
            os.kill(os.getpid(), signal.SIGHUP)
        reading.may_end.release()
        assert first.result(BOUND_SECONDS) == ()
        assert reading.begun.acquire(timeout=BOUND_SECONDS)
        reading.may_end.release(2)
        assert reloader.reload() == ()
    assert reading.times in (2, 3), "the last wish may have come during the second reload"


def test_a_wish_of_which_nothing_is_heard_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reloading, "PATIENCE_SECONDS", 0.01)
    reloader, reading = Reloader(), Reading()
    with reloader.reloading(reading):
        with pytest.raises(TimeoutError):
            reloader.reload()
        reading.may_end.release()


def test_a_daemon_that_stops_reloads_no_more() -> None:
    reloader, reading = Reloader(), Reading()
    with reloader.reloading(reading):
        pass
    (told,) = reloader.reload()
    assert "stop" in told
    assert reading.times == 0
