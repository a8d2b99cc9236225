from pathlib import Path

import pytest

from exporter.store import StoreUnavailableError
from exporter.store.sqlite import Store, readiness
from exporter.store.sqlite.readiness import Readiness
from tests.support.deliver import deliver
from tests.support.reports_builder import exception_report


def fail(watched: Readiness) -> None:
    def store() -> None:
        raise StoreUnavailableError("no room")

    with pytest.raises(StoreUnavailableError), watched.watching():
        store()


def succeed(watched: Readiness) -> None:
    with watched.watching():
        pass


class Clock:
    """Seconds, as the test sets them."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(readiness, "time", clock)
    return clock


def test_a_report_that_failed_says_nothing_against_a_probe_after_it() -> None:
    watched = Readiness()
    fail(watched)
    watched.check()
    fail(watched)
    watched.probed()
    watched.check()


def test_reports_that_fail_where_probes_succeed_are_believed(clock: Clock) -> None:
    watched = Readiness()
    for _ in range(2):
        fail(watched)
        watched.probed()
    with pytest.raises(StoreUnavailableError, match="no room"):
        watched.check()
    clock.now += 59
    fail(watched)
    clock.now += 59
    with pytest.raises(StoreUnavailableError):
        watched.check()
    clock.now += 1
    watched.check()


def test_one_that_is_stored_ends_it() -> None:
    watched = Readiness()
    for _ in range(3):
        fail(watched)
        watched.probed()
    succeed(watched)
    watched.check()
    fail(watched)
    watched.check()


def test_a_probe_counts_for_a_second_and_not_after_a_failure(clock: Clock) -> None:
    watched, fresh = Readiness(), []
    for seconds in (0.0, 0.9, 0.2):
        clock.now += seconds
        fresh.append(watched.is_fresh)
        if not seconds:
            watched.probed()
    watched.probed()
    fail(watched)
    assert [*fresh, watched.is_fresh] == [False, True, False, False]


def test_many_probes_write_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "reports.sqlite")
    deliver(store, exception_report())
    notes: list[object] = []
    monkeypatch.setattr(store, "_note", notes.append)
    for _ in range(50):
        store.check_writable()
    assert len(notes) == 1
    store.close()
