"""A clock that jumps: set back by a day, set forth by a day, both with reports on their way."""

import pytest

from exporter.times import DAY, HOUR, MINUTE
from tests.support.daemon import NOW, Clock, Daemon
from tests.support.reports_builder import duplicati_report

OVERDUE = 'duplistatus_backup_overdue{backup="Documents",server="nas",server_id="1"}'
START = (
    'duplistatus_backup_last_start_timestamp_seconds{backup="Documents",server="nas",server_id="1"}'
)


@pytest.fixture
def nightly(daemon: Daemon) -> Daemon:
    """A daemon that knows a backup of each of the last ten nights."""
    for night in range(10, 0, -1):
        daemon.clock.now = NOW - night * DAY + MINUTE
        daemon.upload(duplicati_report(began=NOW - night * DAY))
    daemon.clock.now = NOW - DAY + HOUR
    assert daemon.series()[OVERDUE] == 0
    return daemon


def test_a_clock_that_jumps_ahead_makes_overdue_what_is_due_then_and_back_undoes_it(
    nightly: Daemon, clock: Clock
) -> None:
    for _ in range(3):
        clock.now += DAY + HOUR
        assert nightly.series()[OVERDUE] == 1
        assert len(nightly.get("/api/jobs", overdue="true")["jobs"]) == 1
        clock.now -= DAY + HOUR
        assert nightly.series()[OVERDUE] == 0
        assert nightly.get("/api/jobs", overdue="true")["jobs"] == []


def test_a_run_of_the_future_by_a_clock_set_back_counts_from_its_arrival(
    nightly: Daemon, clock: Clock
) -> None:
    clock.now = NOW - DAY
    nightly.upload(duplicati_report(began=NOW))
    assert nightly.series()[START] == clock.now / 1000
    clock.now = NOW + HOUR
    assert nightly.series()[OVERDUE] == 0
    assert nightly.get("/api/summary")["overdueBackups"] == 0


@pytest.mark.parametrize("jump", [-DAY, DAY])
def test_a_report_sent_again_behind_a_jump_is_known(
    nightly: Daemon, clock: Clock, jump: int
) -> None:
    first = nightly.upload(duplicati_report(began=NOW - HOUR))
    clock.now += jump
    assert nightly.upload(duplicati_report(began=NOW - HOUR)) == first


@pytest.mark.parametrize("jump", [-DAY, DAY])
def test_nothing_of_a_jump_needs_a_restart_or_is_lost_by_one(
    nightly: Daemon, clock: Clock, jump: int
) -> None:
    clock.now += jump
    nightly.upload(duplicati_report(began=clock.now))
    before = {name: value for name, value in nightly.series().items() if "_backup_" in name}
    nightly.restart()
    again = {name: value for name, value in nightly.series().items() if "_backup_" in name}
    assert again == before
