"""Small histories, mostly of nights in March, and what is expected after them."""

from typing import NamedTuple

from msgspec.structs import replace

from exporter.model import Status, StoredRun
from exporter.schedule import Expectation, Schedule, expect
from exporter.times import DAY, HOUR, MINUTE, Millis, format_timestamp, parse_timestamp
from tests.support.strategies.state import fold, stored_run

TOOK = 10 * MINUTE
SCHEDULE = Schedule(expected_interval=DAY, tolerance=HOUR)


class Ran(NamedTuple):
    """A run: when it began, when it told that the next is planned, how long it took.

    One that tells no length has its report's arrival instead.
    """

    began: str
    told: str | None = None
    took: Millis = TOOK
    status: Status = Status.SUCCESS
    arrived: str | None = None

    def stored(self) -> StoredRun:
        timestamp = None if self.told is None else at(self.told)
        took = self.took if self.arrived is None else None
        run = stored_run(
            at(self.began), duration=took, next_scheduled=timestamp, status=self.status
        )
        return run if self.arrived is None else replace(run, received=at(self.arrived))


def at(text: str) -> Millis:
    return parse_timestamp(f"{text}Z")


def expected(*runs: StoredRun, schedule: Schedule = SCHEDULE) -> Expectation:
    expectation = expect(fold(runs), schedule)
    assert expectation is not None
    return expectation


def due(*runs: Ran, schedule: Schedule = SCHEDULE) -> tuple[str, str]:
    """Return the start that is expected and the deadline, to the minute."""
    found = expected(*(each.stored() for each in runs), schedule=schedule)
    return format_timestamp(found.start)[:16], format_timestamp(found.deadline)[:16]


def nights(first: int, last: int, hour: str = "02:00") -> list[Ran]:
    """Build nights of March that tell when the next one is planned, at two."""
    return [
        Ran(f"2026-03-{day:02}T{hour}", f"2026-03-{day + 1:02}T02:00")
        for day in range(first, last + 1)
    ]


def untold(*days: int, hour: str = "23:00") -> list[Ran]:
    return [Ran(f"2026-03-{day:02}T{hour}") for day in days]
