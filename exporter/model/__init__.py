"""The domain model. Values only: nothing here reads, writes or asks the time.

Timestamps are milliseconds since 1970-01-01 UTC, durations milliseconds, sizes bytes. `None`
means that the value was not reported. The state of a job is stored as arrays of these fields,
so new ones go to the end and have a default.
"""

from exporter.model.copies import Copying, CopyOutcome, SecondCopy
from exporter.model.kinds import JobKind, kind_of
from exporter.model.log import GRAVE_LEVELS, Log, Message, gravest, gravity
from exporter.model.merging import fuller, fuller_log
from exporter.model.names import short_name
from exporter.model.records import CLOCK_TOLERANCE, JobSettings, Order, Rejected, Server, StoredRun
from exporter.model.reports import UNNAMED, Delivery, Machine, Report, is_unnamed, unnamed
from exporter.model.runs import (
    BACKUP,
    COMPACT,
    COUNTED,
    LOGGED,
    MAX_INT64,
    PULLED,
    RESTORE,
    SYNC,
    Counts,
    Run,
    Verification,
)
from exporter.model.status import Status

__all__ = [
    "BACKUP",
    "CLOCK_TOLERANCE",
    "COMPACT",
    "COUNTED",
    "GRAVE_LEVELS",
    "LOGGED",
    "MAX_INT64",
    "PULLED",
    "RESTORE",
    "SYNC",
    "UNNAMED",
    "CopyOutcome",
    "Copying",
    "Counts",
    "Delivery",
    "JobKind",
    "JobSettings",
    "Log",
    "Machine",
    "Message",
    "Order",
    "Rejected",
    "Report",
    "Run",
    "SecondCopy",
    "Server",
    "Status",
    "StoredRun",
    "Verification",
    "fuller",
    "fuller_log",
    "gravest",
    "gravity",
    "is_unnamed",
    "kind_of",
    "short_name",
    "unnamed",
]
