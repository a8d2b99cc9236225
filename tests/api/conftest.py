from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.times import DAY, HOUR
from tests.support.daemon import NOW, Daemon
from tests.support.machine import LONG_AGO, Machine
from tests.support.reports_builder import duplicati_report

BEGAN = NOW - HOUR


@pytest.fixture
def two_servers(daemon: Daemon) -> Daemon:
    """Server 1 with job 1, Documents, and server 2 with jobs 2, Documents, and 3, Photos."""
    daemon.upload(duplicati_report(began=BEGAN))
    other = {"Documents": "Error", "Photos": "Success"}
    for backup, status in other.items():
        daemon.upload(
            duplicati_report(
                began=BEGAN - DAY, server="old", machine_id="m-2", backup=backup, status=status
            )
        )
    return daemon


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
