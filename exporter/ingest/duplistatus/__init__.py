"""Reader of the database of the web application duplistatus, for a migration from there.

Its format is known from its public documentation and source: schemas 1 to 4, which are its versions
0.5 to 1.0.
"""

from exporter.ingest.duplistatus.database import Server, Source, UnreadableDatabaseError, opened
from exporter.ingest.duplistatus.runs import Run, RunError, read_run
from exporter.ingest.duplistatus.settings import (
    JobSetting,
    SettingError,
    Settings,
    read_settings,
    read_tolerance,
)

__all__ = [
    "JobSetting",
    "Run",
    "RunError",
    "Server",
    "SettingError",
    "Settings",
    "Source",
    "UnreadableDatabaseError",
    "opened",
    "read_run",
    "read_settings",
    "read_tolerance",
]
