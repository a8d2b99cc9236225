"""What comes while the clock is ahead, and what becomes of it once the clock is set."""

import pytest

from exporter.times import DAY, HOUR, MINUTE, format_timestamp
from tests.support.daemon import ADMIN_TOKEN
from tests.support.live import activity
from tests.support.machine import DISAGREES, YEARS, Machine
from tests.support.reports_builder import exception_report


@pytest.mark.parametrize("restarts", [False, True])
def test_reports_that_came_while_the_clock_was_ahead_came_when_they_say(
    machine: Machine,
    restarts: bool,  # noqa: FBT001 - a column
) -> None:
    right = machine.clock.now
    machine.restart(right + YEARS)
    machine.report(at=right, status="Error")
    assert machine.updated() > format_timestamp(right + HOUR)
    machine.wait(MINUTE)
    (machine.restart if restarts else machine.set)(right + MINUTE)
    assert machine.updated() <= format_timestamp(right + MINUTE)
    assert machine.last()["status"] == "error"
    machine.wait(3 * DAY)
    assert machine.job()["overdue"]


def test_an_untold_report_of_a_clock_that_was_ahead_came_before_it_was_set(
    machine: Machine,
) -> None:
    right = machine.clock.now
    machine.restart(right + YEARS)
    machine.daemon.upload(exception_report(server="nas"))
    machine.wait(MINUTE)
    machine.set(right + MINUTE)
    assert machine.last()["startTime"] == format_timestamp(right)
    machine.wait(3 * DAY)
    assert machine.job()["overdue"]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_sender_with_the_same_wrong_clock_is_put_right_by_the_next_true_report(
    machine: Machine,
    restarts: bool,  # noqa: FBT001 - a column
) -> None:
    right = machine.clock.now
    machine.restart(right + YEARS)
    machine.report()
    machine.wait(MINUTE)
    (machine.restart if restarts else machine.set)(right + MINUTE)
    assert machine.daemon.series()[DISAGREES] == 1
    assert "the clock is behind now, or was ahead then" in machine.page()
    machine.wait(HOUR)
    machine.report("Photos")
    assert machine.daemon.series()[DISAGREES] == 0
    assert machine.updated() == format_timestamp(right + MINUTE + HOUR)
    machine.wait(3 * DAY)
    assert machine.job()["overdue"]


def test_without_any_report_a_day_puts_it_right(machine: Machine) -> None:
    right = machine.clock.now
    machine.restart(right + YEARS)
    machine.report()
    machine.restart(right + MINUTE)
    machine.wait(23 * HOUR)
    assert machine.daemon.series()[DISAGREES] == 1
    machine.wait(2 * HOUR)
    assert machine.daemon.series()[DISAGREES] == 0
    machine.wait(3 * DAY)
    assert machine.job()["overdue"]


def test_what_somebody_cleared_while_the_clock_was_ahead_hides_nothing_later(
    machine: Machine,
) -> None:
    right = machine.clock.now
    machine.restart(right + YEARS)
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    job_id = machine.job()["id"]
    path = f"/api/jobs/{job_id}"
    answer = machine.daemon.client.simulate_patch(path, json={"cleared": True}, headers=headers)
    assert answer.status_code == 200, answer.text
    machine.set(right)
    cleared = [job.settings.cleared for job in machine.daemon.store.snapshot().jobs]
    assert cleared == [right]


def test_a_run_that_was_heard_by_a_clock_that_was_ahead_is_heard_of_now(machine: Machine) -> None:
    right = machine.clock.now
    machine.restart(right + YEARS)
    body = activity(began=right - MINUTE, at=right)
    assert machine.daemon.client.simulate_post("/api/activity", body=body).status_code == 202
    machine.daemon.live_reports.run_once()
    machine.wait(MINUTE)
    machine.set(right + MINUTE)
    running = machine.job()["running"]
    assert isinstance(running, dict)
    assert running["since"] == format_timestamp(right - MINUTE)
    assert running["lastHeard"] == format_timestamp(right)
    machine.wait(HOUR)
    running = machine.job()["running"]
    assert isinstance(running, dict)
    assert running["stalled"]
