"""What comes while the clock is behind, and what becomes of it once the clock is set."""

import pytest

from exporter.times import DAY, HOUR, MINUTE, format_timestamp, parse_timestamp
from tests.support.daemon import NOW
from tests.support.live import activity
from tests.support.machine import DISAGREES, LONG_AGO, Machine
from tests.support.reports_builder import exception_report


@pytest.mark.parametrize("restarts", [False, True])
def test_an_error_that_came_while_the_clock_was_long_behind_is_the_newest_run(
    machine: Machine,
    restarts: bool,  # noqa: FBT001 - a column
) -> None:
    right = machine.clock.now + 2 * DAY
    machine.restart(LONG_AGO)
    machine.report(at=right, status="Error")
    assert machine.last()["status"] == "error"
    assert machine.daemon.series()[DISAGREES] == 1
    assert "set it" in machine.page()
    machine.wait(MINUTE)
    (machine.restart if restarts else machine.set)(right + MINUTE)
    assert machine.last()["status"] == "error"
    assert machine.last()["startTime"] == format_timestamp(right - 10 * MINUTE)
    assert abs(parse_timestamp(machine.updated()) - right) <= MINUTE
    assert machine.daemon.series()[DISAGREES] == 0
    assert not machine.job()["overdue"]


def test_an_untold_error_that_came_while_the_clock_was_behind_is_the_newest_run(
    machine: Machine,
) -> None:
    right = machine.clock.now + 2 * DAY
    machine.restart(LONG_AGO)
    machine.daemon.upload(exception_report(server="nas"))
    assert machine.last()["status"] == "fatal"
    machine.wait(MINUTE)
    machine.set(right + MINUTE)
    assert machine.last()["status"] == "fatal"
    assert machine.last()["startTime"] == format_timestamp(right)


def test_a_clock_that_goes_on_where_the_power_failed_is_put_right(machine: Machine) -> None:
    right = machine.clock.now + 3 * DAY
    machine.restart(machine.clock.now + MINUTE)
    machine.report(at=right, status="Error")
    machine.wait(MINUTE)
    machine.set(right + MINUTE)
    assert machine.last()["startTime"] == format_timestamp(right - 10 * MINUTE)
    assert machine.updated() == format_timestamp(right)


@pytest.mark.parametrize("restarts", [False, True])
def test_a_new_daemon_on_a_machine_without_a_battery_puts_its_first_runs_right(
    empty: Machine,
    restarts: bool,  # noqa: FBT001 - a column
) -> None:
    empty.report(at=NOW - HOUR)
    empty.report(at=NOW, status="Error")
    assert empty.last()["status"] == "error"
    (empty.restart if restarts else empty.set)(NOW + MINUTE)
    assert empty.last()["status"] == "error"
    assert empty.last()["startTime"] == format_timestamp(NOW - 10 * MINUTE)
    assert not empty.job()["overdue"]
    empty.wait(3 * DAY)
    assert empty.job()["overdue"]


def test_a_clock_that_is_an_hour_behind_is_waited_for(machine: Machine) -> None:
    before = machine.runs()
    machine.restart(machine.clock.now - 2 * HOUR)
    machine.report("Photos")
    assert machine.daemon.series()[DISAGREES] == 1
    assert [run for run in machine.runs() if run["name"] == "Documents"] == before
    machine.wait(HOUR)
    assert machine.daemon.series()[DISAGREES] == 0


def test_what_was_put_back_by_a_clock_that_was_behind_is_where_it_was_once_it_is_set(
    machine: Machine,
) -> None:
    before, right = machine.runs(), machine.clock.now
    machine.set(right - 60 * DAY)
    machine.report("Photos")
    assert machine.runs() != before
    machine.set(right)
    assert [run for run in machine.runs() if run["name"] == "Documents"] == before


def test_a_run_that_was_heard_by_a_clock_that_was_behind_began_when_it_says(
    machine: Machine,
) -> None:
    right = machine.clock.now + DAY
    machine.restart(LONG_AGO)
    body = activity(began=right - MINUTE, at=right)
    machine.daemon.client.simulate_post("/api/activity", body=body)
    machine.daemon.live_reports.run_once()
    machine.wait(MINUTE)
    machine.set(right + MINUTE)
    running = machine.job()["running"]
    assert isinstance(running, dict)
    assert running["since"] == format_timestamp(right - MINUTE)
    assert running["lastHeard"] == format_timestamp(right)
