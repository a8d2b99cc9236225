"""The clock is set while a report that it has stamped already is still being stored."""

import pytest

from exporter.ingest.timekeeper import IN_FLIGHT
from exporter.model import Delivery, Report
from exporter.store.changes import Recorded
from exporter.times import DAY, HOUR, MINUTE, Millis, format_timestamp
from tests.support.machine import Machine


def report_while_set(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, *clocks: Millis, at: Millis
) -> None:
    """Report a run that ends at a time, and set the clock before it is stored."""
    store = machine.daemon.store
    record = store.record

    def late(report: Report, delivery: Delivery) -> Recorded:
        for clock in clocks:
            machine.set(clock)
        return record(report, delivery)

    with monkeypatch.context() as slow:
        slow.setattr(store, "record", late)
        machine.report(at=at, status="Error")


def put_right(machine: Machine, right: Millis) -> None:
    """Look at what came by the time when nothing is in flight any more."""
    machine.wait(IN_FLIGHT)
    assert machine.last()["startTime"] == format_timestamp(right - 10 * MINUTE)
    assert machine.last()["status"] == "error"
    assert machine.updated() == format_timestamp(right)


def test_a_report_stamped_by_a_clock_that_was_behind_is_put_right(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = machine.clock.now + 3 * DAY
    machine.restart(machine.clock.now + MINUTE)
    report_while_set(machine, monkeypatch, right, at=right)
    put_right(machine, right)


def test_a_report_is_put_right_by_all_that_the_clock_was_set_meanwhile(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = machine.clock.now + 3 * DAY
    machine.restart(machine.clock.now + MINUTE)
    report_while_set(machine, monkeypatch, right - DAY, right, at=right)
    put_right(machine, right)


def test_a_report_stamped_by_a_clock_that_was_ahead_is_put_right(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = machine.clock.now + HOUR
    machine.restart(machine.clock.now + 10 * DAY)
    report_while_set(machine, monkeypatch, right, at=right)
    machine.wait(IN_FLIGHT)
    assert machine.last()["startTime"] == format_timestamp(right - 10 * MINUTE)
    assert not machine.job()["overdue"]


def test_what_comes_after_the_clock_was_set_is_left_as_it_is(machine: Machine) -> None:
    right = machine.clock.now + 3 * DAY
    machine.restart(machine.clock.now + MINUTE)
    machine.set(right)
    machine.report(status="Error")
    before = machine.runs()
    machine.wait(IN_FLIGHT)
    assert machine.runs() == before
