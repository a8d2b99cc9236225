"""A clock that is wrong at times: what is trusted, and that nothing is removed or hidden."""

from exporter.times import DAY, HOUR, MINUTE
from tests.support.machine import DISAGREES, JUMPS, LONG_AGO, YEARS, Machine


def test_a_clock_that_is_right_is_trusted_and_says_nothing(machine: Machine) -> None:
    assert machine.daemon.timekeeper.is_trusted()
    assert machine.daemon.series()[DISAGREES] == machine.daemon.series()[JUMPS] == 0
    assert "clock" not in machine.page()
    machine.sweep()
    assert len(machine.runs()) == 30


def test_nothing_is_removed_by_a_clock_that_is_ahead_at_the_start(machine: Machine) -> None:
    right = machine.clock.now
    machine.restart(right + YEARS)
    machine.sweep()
    assert len(machine.runs()) == 40
    assert machine.daemon.series()[DISAGREES] == 1
    assert "the clock is ahead" in machine.page()
    machine.wait(MINUTE)
    machine.set(right + MINUTE)
    machine.sweep()
    assert len(machine.runs()) == 40
    assert machine.daemon.series()[DISAGREES] == 0
    assert machine.daemon.series()[JUMPS] == 1
    assert "was set back by" in machine.page()
    machine.report()
    machine.wait(DAY + MINUTE)
    assert "clock" not in machine.page()
    machine.sweep()
    assert len(machine.runs()) < 40


def test_nothing_is_removed_after_a_jump_ahead_until_reports_agree_for_a_day(
    machine: Machine,
) -> None:
    machine.set(machine.clock.now + YEARS)
    for _ in range(3):
        machine.wait(DAY)
        machine.report(at=machine.clock.now - YEARS)
        machine.sweep()
    assert len(machine.runs()) == 43


def test_a_daemon_that_was_away_for_a_week_waits_a_day_and_alarms_nobody(
    machine: Machine,
) -> None:
    machine.restart(machine.clock.now + 7 * DAY)
    assert not machine.daemon.timekeeper.is_trusted()
    assert machine.daemon.series()[DISAGREES] == 0
    machine.report()
    machine.restart(machine.clock.now + 20 * HOUR)
    assert not machine.daemon.timekeeper.is_trusted()
    machine.restart(machine.clock.now + 20 * HOUR)
    assert machine.daemon.timekeeper.is_trusted()


def test_nobody_is_told_that_all_is_fine_by_a_clock_that_was_set(machine: Machine) -> None:
    badge = "/api/badge.svg"
    assert "The only backup is fine" in machine.page()
    assert "all fine" in machine.daemon.client.simulate_get(badge).text
    machine.set(machine.clock.now + 10 * MINUTE)
    told = "The only backup reported fine, but the daemon&#39;s clock is in doubt"
    assert told in machine.page()
    assert told in machine.daemon.client.simulate_get("/servers/nas").text
    assert "clock in doubt" in machine.daemon.client.simulate_get(badge).text
    assert "clock in doubt" in machine.daemon.client.simulate_get("/api/badge/nas.svg").text
    machine.wait(DAY)
    assert "clock" not in machine.daemon.client.simulate_get(badge).text


def test_a_clock_that_is_set_wrong_by_hand_destroys_nothing(machine: Machine) -> None:
    before, right = machine.runs(), machine.clock.now
    for wrong in (right - 60 * DAY, right + 60 * DAY, LONG_AGO, right + YEARS):
        machine.set(wrong)
        machine.sweep()
        machine.wait(MINUTE)
        right += MINUTE
        machine.set(right)
    assert machine.runs() == before
    assert machine.daemon.series()[JUMPS] == 8
