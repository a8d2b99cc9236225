"""What a store is asked for and answers, and how much it keeps of what was refused."""

from typing import NamedTuple

from msgspec import Struct

from exporter.jobs.job import Job
from exporter.model import MAX_INT64, Log, Server, Status, StoredRun
from exporter.times import Millis

KEPT = 200
"""Refused bodies that are kept, of all senders."""

REPORTERS = 20_000
"""Addresses of which a report was taken that are remembered: twice as many as servers may be."""


class RunFilter(Struct, frozen=True):
    """Which runs a listing shows; None shows all. `since` is included, `until` is not."""

    server_id: int | None = None
    job_id: int | None = None
    status: Status | None = None
    operation: str | None = None
    since: Millis | None = None
    until: Millis | None = None


class JobRun(NamedTuple):
    """A run and the job it is of."""

    job_id: int
    stored: StoredRun


class PastRun(NamedTuple):
    """What a row of runs shows of each: how it ended and how long it took."""

    id: int
    started: Millis
    status: Status
    duration: Millis | None


class StoredDetail(NamedTuple):
    """One run with everything its report counted and its log."""

    job_id: int
    stored: StoredRun
    counted: dict[str, int]
    log: Log


class JobHistory(NamedTuple):
    """A job and its server as they are now, and its stored runs in the order of their arrival.

    `placeholders` has the ids of runs that stand in for a report that did not come.
    """

    server: Server
    job: Job
    runs: list[StoredRun]
    placeholders: frozenset[int]


class RecordedRun(NamedTuple):
    """One run with what its report counted, and with its log where that was asked for."""

    server: str
    server_id: int
    backup: str
    job_id: int
    stored: StoredRun
    counted: dict[str, int]
    log: Log


class RunChoice(Struct, frozen=True):
    """Which runs to read, by their starts: `since` is included, `until` is not.

    `server` is an id, a name or an alias; None takes all.
    """

    since: Millis = 0
    until: Millis = MAX_INT64
    server: str | None = None


class ClockMarks(Struct, frozen=True):
    """When the clock was looked at last, and since when it agrees with the reports that come."""

    seen: Millis | None = None
    agreed: Millis | None = None


class Checked(NamedTuple):
    """What was tried of a database, whether it works, and what was found or what that means."""

    what: str
    works: bool
    told: str
    essential: bool = True


class Replica(NamedTuple):
    """A daemon that shares a database: when it was heard of last, and how long ago that was.

    One `leads`: it does what one does for all. `url` is empty for a command.
    """

    id: str
    url: str
    version: str
    heard: Millis
    ago: Millis
    leads: bool
