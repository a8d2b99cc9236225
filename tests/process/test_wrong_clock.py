"""The real daemon on a machine whose clock is wrong for a while."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE, Millis, format_timestamp, parse_timestamp
from tests.support.deliver import deliver
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.setting import SettableClock
from tests.support.process.waiting import eventually
from tests.support.reports_builder import duplicati_report, exception_report

NOW = parse_timestamp("2026-06-15T10:00:00Z")
YEARS = 11 * 365 * DAY
LONG_AGO = parse_timestamp("2020-01-01T00:00:00Z")
NIGHTS = 200
DATABASE = ("--database", "reports.sqlite", "--keep-runs", "90d")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a database of a run in each of the last nights."""
    with closing(Store(tmp_path / "reports.sqlite")) as store:
        for night in range(NIGHTS, 0, -1):
            began = NOW - night * DAY
            body = duplicati_report(began=began, lines=("a line",))
            deliver(store, body, received=began + 2 * MINUTE)
    return tmp_path


class Machine:
    """A machine with the daemon on it, and the clock of both."""

    def __init__(self, folder: Path, now: Millis) -> None:
        self._folder = folder
        self.clock = SettableClock(folder, now)
        self.start()

    def start(self) -> None:
        """Start the daemon."""
        variables = self.clock.variables
        self.daemon = Daemon(self._folder, *ANY_PORT, *DATABASE, variables=variables)

    def metric(self, name: str) -> float:
        """Return a sample without labels."""
        lines = self.daemon.get("/metrics").text.splitlines()
        (value,) = [line.split()[1] for line in lines if line.startswith(f"{name} ")]
        return float(value)

    def set(self, now: Millis) -> None:
        """Set the clock, and wait until the daemon has noticed."""
        jumps = self.metric("duplistatus_clock_jumps_total")
        self.clock.set(now)
        eventually(
            lambda: self.metric("duplistatus_clock_jumps_total") > jumps, "a jump that is told"
        )

    def restart(self, now: Millis) -> None:
        """Start the daemon again by another clock."""
        self.daemon.kill()
        self.clock.set(now)
        self.start()

    def last(self) -> dict[str, str]:
        """Return the last run."""
        found: dict[str, str] = self.daemon.data("/api/lastbackup/nas")["lastBackup"]
        return found

    def is_overdue(self) -> bool:
        """Return whether the first job is overdue."""
        overdue: bool = self.daemon.data("/api/jobs")["jobs"][0]["overdue"]
        return overdue

    def stored(self) -> tuple[int, int]:
        """Return how many runs are stored, and how many logs. Needs the daemon stopped."""
        with closing(Store(self._folder / "reports.sqlite")) as store:
            runs = [run for run in map(store.run, range(1, NIGHTS + 9)) if run is not None]
        return len(runs), sum(bool(run.log.messages) for run in runs)


@pytest.fixture
def ahead(folder: Path) -> Iterator[Machine]:
    """A machine that started with its clock eleven years ahead."""
    machine = Machine(folder, NOW + YEARS)
    yield machine
    machine.daemon.kill()


@pytest.fixture
def behind(folder: Path) -> Iterator[Machine]:
    """A machine without a battery, that was off for two days."""
    machine = Machine(folder, LONG_AGO)
    yield machine
    machine.daemon.kill()


@pytest.mark.parametrize("restarts", [False, True])
def test_a_clock_that_was_ahead_at_the_start_leaves_nothing_behind(
    ahead: Machine,
    restarts: bool,  # noqa: FBT001 - a column
) -> None:
    assert ahead.metric("duplistatus_clock_disagrees") == 1
    ahead.daemon.upload(duplicati_report(began=NOW - MINUTE, status="Error"))
    ahead.daemon.upload(exception_report(server="nas"))
    assert "the clock is ahead" in ahead.daemon.get("/").text
    (ahead.restart if restarts else ahead.set)(NOW + MINUTE)
    ahead.daemon.upload(duplicati_report(began=NOW, backup="Photos", duration=MINUTE))
    assert ahead.metric("duplistatus_clock_disagrees") == 0
    assert ahead.daemon.data("/api/summary")["lastUpdated"] < format_timestamp(NOW + HOUR)
    ahead.restart(NOW + 10 * DAY)
    jobs = ahead.daemon.data("/api/jobs")["jobs"]
    assert [job["overdue"] for job in jobs] == [True, True]
    assert all(job["deadline"] < format_timestamp(NOW + 3 * DAY) for job in jobs)
    assert ahead.daemon.stop() == 0
    assert ahead.stored() == (NIGHTS + 3, NIGHTS + 1)


@pytest.mark.parametrize("restarts", [False, True])
def test_an_error_that_came_while_the_clock_was_behind_is_seen_at_once_and_for_good(
    behind: Machine,
    restarts: bool,  # noqa: FBT001 - a column
) -> None:
    right = NOW + 2 * DAY
    behind.daemon.upload(duplicati_report(began=right - MINUTE, duration=MINUTE, status="Error"))
    assert behind.last()["status"] == "error"
    assert behind.metric("duplistatus_clock_disagrees") == 1
    (behind.restart if restarts else behind.set)(right + MINUTE)
    assert behind.last()["status"] == "error"
    assert behind.last()["startTime"] == format_timestamp(right - MINUTE)
    assert behind.metric("duplistatus_failing_backups") == 1
    assert behind.metric("duplistatus_clock_disagrees") == 0
    eventually(lambda: not behind.is_overdue(), "a job whose arrival is corrected after the jump")
