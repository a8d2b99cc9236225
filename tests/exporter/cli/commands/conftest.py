"""A database of the application to import."""

from pathlib import Path

import pytest

from exporter.times import DAY
from tests.exporter.cli.commands.application import BEGAN, DAILY, SERVERS
from tests.exporter.ingest.duplistatus.databases import make, run


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    """A database of the application with three runs of two servers."""
    runs = [
        run(BEGAN + DAY, backup="Music"),
        run(BEGAN, backup="Music", status="Error"),
        run(BEGAN, server="m-9", backup="Root"),
    ]
    settings = {"m-1:Music": DAILY, "m-9:Root": {"overdueBackupCheckEnabled": False}}
    told = {"backup_settings": settings, "overdue_tolerance": "2h"}
    return make(tmp_path / "backups.db", runs, servers=SERVERS, configurations=told)
