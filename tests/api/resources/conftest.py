"""Daemons with a few servers and jobs to change."""

import pytest

from exporter.times import DAY
from tests.api.resources.changing import BEGAN
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import documented_report, duplicati_report


@pytest.fixture
def two(daemon: Daemon) -> Daemon:
    """Jobs 1, Documents, and 2, Mail, of the server nas."""
    daemon.upload(duplicati_report(began=BEGAN))
    daemon.upload(duplicati_report(began=BEGAN, backup="Mail", next_scheduled=NOW + 9 * DAY))
    return daemon


@pytest.fixture
def three(daemon: Daemon) -> Daemon:
    """Servers 1, nas, 2, old, and 3, which is known by its name only."""
    daemon.upload(duplicati_report(began=BEGAN))
    daemon.upload(duplicati_report(began=BEGAN, server="old", machine_id="m-2"))
    daemon.upload(documented_report(began=BEGAN, server="by name"))
    return daemon
