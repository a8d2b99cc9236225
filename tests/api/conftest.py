import pytest

from exporter.times import DAY, HOUR
from tests.support.daemon import NOW, Daemon
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
