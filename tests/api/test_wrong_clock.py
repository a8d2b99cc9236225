"""The daemon's own clock is wrong for a while: what comes meanwhile, and what becomes of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.store.retention import Pruner, RetentionPolicy
from exporter.times import DAY, HOUR, MINUTE, Millis, format_timestamp, parse_timestamp
from tests.support.daemon import ADMIN_TOKEN, NOW, Clock, Daemon
from tests.support.live import activity
from tests.support.reports_builder import duplicati_report, exception_report

YEARS = 11 * 365 * DAY
LONG_AGO = parse_timestamp("2020-01-01T00:00:00Z")
DISAGREES, JUMPS = "duplistatus_clock_disagrees", "duplistatus_clock_jumps_total"


class Machine:
    """A daemon and the clock of its machine, which people and programs set."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.count = Clock(), Clock(0)
        self.daemon = Daemon(folder, self.clock, self.count)

    def wait(self, length: Millis) -> None:
        """Let time pass; the daemon looks at the clock meanwhile."""
        self.clock.now += length
        self.count.now += length
        self.daemon.timekeeper.run_once()

    def set(self, now: Millis) -> None:
        """Set the clock while the daemon runs."""
        self.clock.now = now
        self.wait(0)

    def restart(self, now: Millis) -> None:
        """Start the daemon again, by a clock that says so."""
        self.daemon.timekeeper.mark()
        self.clock.now, self.count.now = now, 0
        self.daemon.restart()
        self.wait(0)

    def report(
        self, backup: str = "Documents", *, at: Millis | None = None, **told: object
    ) -> None:
        """Let a run end that began ten minutes ago, by the right clock or as this one says."""
        began = (self.clock.now if at is None else at) - 10 * MINUTE
        body = duplicati_report(began=began, duration=9 * MINUTE, backup=backup, **told)  # type: ignore[arg-type] # by name
        self.daemon.upload(body)

    def sweep(self) -> None:
        """Remove what is older than a month."""
        retention = RetentionPolicy(runs=30 * DAY, messages=30 * DAY)
        Pruner(
            self.daemon.store, retention, self.clock, self.daemon.timekeeper.is_trusted
        ).prune_once()

    def runs(self) -> list[dict[str, str]]:
        """Return the runs, newest first."""
        found: list[dict[str, str]] = self.daemon.get("/api/backups", limit=100)["backups"]
        return found

    def last(self) -> dict[str, str]:
        """Return the server's last run."""
        found: dict[str, str] = self.daemon.get("/api/lastbackup/nas")["lastBackup"]
        return found

    def job(self, name: str = "Documents") -> dict[str, object]:
        """Return a job."""
        (found,) = [job for job in self.daemon.get("/api/jobs")["jobs"] if job["name"] == name]
        return dict(found)

    def updated(self) -> str:
        """Return when the newest report came."""
        return str(self.daemon.get("/api/summary")["lastUpdated"])

    def page(self) -> str:
        """Return the overview."""
        return self.daemon.client.simulate_get("/").text


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine whose daemon knows runs of the last forty nights, and has looked at its clock."""
    machine = Machine(tmp_path)
    with machine.daemon:
        machine.clock.now = NOW - 40 * DAY
        machine.restart(NOW - 40 * DAY)
        for _ in range(40):
            machine.wait(DAY)
            machine.report(lines=("a line",))
        machine.wait(HOUR)
        yield machine


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Machine]:
    """A machine whose daemon knows nothing, and whose clock has no battery."""
    machine = Machine(tmp_path)
    with machine.daemon:
        machine.restart(LONG_AGO)
        yield machine


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


def test_a_clock_that_is_an_hour_behind_is_waited_for(machine: Machine) -> None:
    before = machine.runs()
    machine.restart(machine.clock.now - 2 * HOUR)
    machine.report("Photos")
    assert machine.daemon.series()[DISAGREES] == 1
    assert [run for run in machine.runs() if run["name"] == "Documents"] == before
    machine.wait(HOUR)
    assert machine.daemon.series()[DISAGREES] == 0


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


def test_what_was_put_back_by_a_clock_that_was_behind_is_where_it_was_once_it_is_set(
    machine: Machine,
) -> None:
    before, right = machine.runs(), machine.clock.now
    machine.set(right - 60 * DAY)
    machine.report("Photos")
    assert machine.runs() != before
    machine.set(right)
    assert [run for run in machine.runs() if run["name"] == "Documents"] == before


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
