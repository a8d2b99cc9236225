"""A backup of the fleet, and what one run of it finds."""

import math
from collections.abc import Callable
from enum import Enum
from random import Random

from msgspec import Struct

from exporter.demo.timetable import Timetable
from exporter.model import JobKind


class Server(Struct, frozen=True):
    """A machine that runs Duplicati."""

    name: str
    machine_id: str
    os: str
    os_detailed: str
    installation: str


class Destination(Struct, frozen=True):
    """Where backups go. `others` is other data on it; few destinations report their `total`."""

    type: str
    host: str
    bytes_per_second: int
    total: int | None = None
    others: int = 0


class SecondDestination(Struct, frozen=True):
    """Another place that a destination is synchronized with, after every run or every so many.

    In days before the fleet's present: since `failing` the copies fail, since `dropped` none is due
    any more, by mistake.
    """

    url: str
    every: int = 1
    failing: float = -math.inf
    dropped: float = -math.inf


class Stop(Enum):
    """How a person stops a run: "stop after current file", or "stop now"."""

    AFTER_FILE = "after file"
    NOW = "now"


class Work(Struct, frozen=True):
    """What one run finds, before its duration and size are computed.

    `ago` counts days before the fleet's present. `slowness` stretches the run. A run with an
    `exception` died, one with errors or warnings completed with them; `broken` are stored files
    that its test found damaged. One that was `stopped` read a part. One that `vanished` lost its
    machine: nothing reports its end.
    """

    ago: float
    files: int
    size: int
    added: int
    modified: int
    deleted: int
    slowness: float = 1.0
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    exception: str | None = None
    broken: tuple[str, ...] = ()
    vanished: bool = False
    stopped: Stop | None = None


Event = Callable[[Work, Random], Work]
"""Changes what a run finds."""


class Job(Struct, frozen=True):
    """A backup, its size ninety days ago and its habits.

    `growth` is what comes in a day and `churn` what changes from run to run, both as a share.
    `keep` is how many versions stay at the destination. Runs come from `first` to `last`, both in
    days before the fleet's present: after the last one no report arrives.
    `restored` are the days before the present on which somebody restored from it. `muted` is for
    how long from the present nobody is notified of it.
    """

    server: Server
    name: str
    backup_id: str
    destination: Destination
    timetable: Timetable
    files: int
    size: int
    growth: float = 0.0008
    churn: float = 0.004
    keep: int = 30
    first: float = math.inf
    last: float = -math.inf
    events: tuple[Event, ...] = ()
    copies: tuple[SecondDestination, ...] = ()
    restored: tuple[float, ...] = ()
    kind: JobKind = JobKind.BACKUP
