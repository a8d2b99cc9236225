"""What the demonstration has beside the fleet, so that it shows each condition.

It is apart from the fleet because no history needs it: dashboards and alerts are tried with the
forty backups.
"""

from exporter.demo.arrivals import Arrival
from exporter.demo.events import stops, vanishes
from exporter.demo.fleet import JOBS
from exporter.demo.job import Job, Server
from exporter.demo.machines import B2, DESIGN, GB, GIT, MB, S3, SALES, SSH, WEB_1
from exporter.demo.timetable import Timetable
from exporter.times import HOUR, MINUTE, Millis

# It cannot end before its person leaves, every day.
_STOPPED = Job(
    DESIGN,
    "Drafts",
    "DB-4",
    B2,
    Timetable(8 * HOUR),
    29_000,
    64 * GB,
    events=(stops(0, since=6.1),),
)
# Hangs in its half.
_SILENT = Job(
    GIT,
    "Build results",
    "DB-4",
    SSH,
    Timetable(ahead=35 * MINUTE, delay=0),
    1_900_000,
    48 * GB,
    churn=0.0002,
    last=0,
    events=(vanishes(since=0.5),),
)
# A script of its own starts it, without a name.
_NAMELESS = Job(
    WEB_1, "", "", SSH, Timetable(ahead=5 * HOUR, announced=False), 120, 8 * MB, first=4.5
)
_REPLACED = Server(SALES.name, "5eed000d" * 4, SALES.os, SALES.os_detailed, SALES.installation)
"""A new laptop with the name of the old one."""

# It has the address for live reports, and not yet the one for reports.
_UNREPORTED = Job(
    _REPLACED, "Documents", "DB-1", S3, Timetable(ahead=2 * HOUR), 18_000, 22 * GB, first=0.5
)

REPORTING: tuple[Job, ...] = (*JOBS, _STOPPED, _SILENT, _NAMELESS)
"""The backups of the demonstration whose reports come,"""

LIVE: tuple[Job, ...] = (*JOBS, _STOPPED, _SILENT, _UNREPORTED)
"""and those whose live reports come."""

REFUSED_FROM = "192.0.2.44"


def refused(present: Millis) -> Arrival:
    """Return a report whose text somebody wrote anew, without results."""
    return Arrival(present - 2 * HOUR, b"Duplicati Backup report for Cameras\n\nSuccess\n")
