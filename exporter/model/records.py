"""What is recorded: runs, servers, what people set, and what was refused."""

from msgspec import Struct

from exporter.model.pulled import Pulled
from exporter.model.runs import Run
from exporter.times import MINUTE, Millis

CLOCK_TOLERANCE: Millis = 5 * MINUTE
"""A report dated further ahead than this comes from a wrong clock and counts from its arrival."""

Order = tuple[Millis, int]
"""A run's place among those of its job: by start, then by id."""


class StoredRun(Struct, frozen=True, array_like=True):
    """A recorded run.

    `started` orders the runs of a job and is what schedules count from: the reported start, or
    the arrival where it was not reported or the sender's clock was wrong.
    """

    id: int
    started: Millis
    received: Millis
    run: Run

    @property
    def order(self) -> Order:
        """The key that sorts the runs of a job from first to last."""
        return self.started, self.id


class Server(Struct, frozen=True):
    """A machine that sends reports, as known now. `described` dates its facts.

    `last_report` is 0 while it has sent none, because its jobs were declared.

    `possible_duplicate_of` is the id of another server that looks like the same machine. Until
    `muted` nobody is notified of its jobs. `tags` are also those of its jobs; `url` is the address
    of its Duplicati, `pulled` what the last pull knew of it.
    """

    id: int
    name: str
    alias: str | None
    note: str | None
    machine_id: str | None
    version: str | None
    os: str | None
    described: Millis
    last_report: Millis
    possible_duplicate_of: int | None = None
    muted: Millis | None = None
    tags: tuple[str, ...] = ()
    url: str | None = None
    pulled: Pulled | None = None

    @property
    def shown_name(self) -> str:
        """The name that people use."""
        return self.alias or self.name


class JobSettings(Struct, frozen=True):
    """What a person set for a job; None leaves it to the configuration.

    `cleared` is until when a person has dealt with what came. Until `muted` nobody is notified.
    """

    schedule: str | None = None
    tolerance: Millis | None = None
    paused: bool = False
    cleared: Millis | None = None
    muted: Millis | None = None
    tags: tuple[str, ...] = ()


class Rejected(Struct, frozen=True):
    """A body that was refused: `body` is its first bytes, `size` its whole length.

    One that `counts` was meant as a report, by its content or its sender; it is `settled`
    when a report of the same address was accepted since. A `live` one was a live report.
    """

    received: Millis
    address: str
    reason: str
    content_type: str | None
    size: int
    body: bytes
    id: int = 0
    live: bool = False
    counts: bool = False
    settled: Millis | None = None
