"""The parameters and results of a store, and how much it keeps of what was refused."""

from typing import NamedTuple

from msgspec import Struct

from exporter.jobs.job import Job
from exporter.model import MAX_INT64, Log, Server, Status, StoredRun
from exporter.model.notifications import Alert, Message
from exporter.times import Millis

KEPT = 200
"""The number of refused bodies that are kept, of all senders together."""

REPORTERS = 20_000
"""The number of addresses with an accepted report that are kept: twice as many as servers."""


MOST_CHANGES = 1000
"""How many changes of what people are to be told are read at once."""


class RunFilter(Struct, frozen=True):
    """The runs that a listing shows; None shows all. `since` is included, `until` is not."""

    server_id: int | None = None
    job_id: int | None = None
    status: Status | None = None
    operation: str | None = None
    since: Millis | None = None
    until: Millis | None = None


class OutboxState(NamedTuple):
    """All that the notifier has to know, as of one moment.

    `waiting` are the messages without an outcome, the oldest first; `marks` are times by name.
    """

    revision: int
    alerts: list[Alert]
    waiting: list[Message]
    marks: dict[str, Millis]


class JobRun(NamedTuple):
    """A run and its job."""

    job_id: int
    stored: StoredRun


class PastRun(NamedTuple):
    """The data of a run in a row of runs: how it ended and how long it took."""

    id: int
    started: Millis
    status: Status
    duration: Millis | None


class EarlierRun(NamedTuple):
    """The sizes in bytes that a run measured, to compare newer ones with; None as not reported."""

    started: Millis
    examined_bytes: int
    stored_bytes: int | None


class RunCounts(NamedTuple):
    """What the backup runs of a job in a span add up to.

    `runs` are all of them, `failed` and `interrupted` some of those. `uploaded_bytes` is None where
    none reported it. `earlier` is the last run before the span that measured its whole source, or
    else the first in it; None where there is none nearby.
    """

    job_id: int
    runs: int
    failed: int
    interrupted: int
    uploaded_bytes: int | None
    earlier: EarlierRun | None


class StoredDetail(NamedTuple):
    """One run with all numbers of its report and its log."""

    job_id: int
    stored: StoredRun
    counted: dict[str, int]
    log: Log


class JobHistory(NamedTuple):
    """A job and its server as they are now, and its stored runs in the order of their arrival.

    `placeholders` has the ids of the placeholder runs: their reports did not come.
    """

    server: Server
    job: Job
    runs: list[StoredRun]
    placeholders: frozenset[int]


class RecordedRun(NamedTuple):
    """One run with the numbers of its report, and with its log if that was requested."""

    server: str
    server_id: int
    backup: str
    job_id: int
    stored: StoredRun
    counted: dict[str, int]
    log: Log


class RunChoice(Struct, frozen=True):
    """The runs to read, by their starts: `since` is included, `until` is not.

    `server` is an id, a name or an alias; None means all.
    """

    since: Millis = 0
    until: Millis = MAX_INT64
    server: str | None = None


class ClockMarks(Struct, frozen=True):
    """When the clock was last read, and since when it agrees with the reports that come.

    What was late at `late` stays late after a start.
    """

    seen: Millis | None = None
    agreed: Millis | None = None
    late: Millis | None = None


class Checked(NamedTuple):
    """One check of a database, whether it succeeded, and what was found or what that means."""

    what: str
    works: bool
    detail: str
    essential: bool = True


class Replica(NamedTuple):
    """A daemon that shares a database: when it was last seen, and how long ago that was.

    The one that `leads` does what only one daemon has to do. `url` is empty for a command.
    """

    id: str
    url: str
    version: str
    heard: Millis
    ago: Millis
    leads: bool
