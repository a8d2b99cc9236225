"""The daemon's own clock: whether it jumped, and when a report came that a wrong one stamped.

Pure but for `steady`. A machine without a battery starts in the past, one with a worn-out one
anywhere; both are put right within minutes, and what was stamped before has to be put right too.
"""

import time
from collections.abc import Callable

from msgspec import Struct

from exporter.model import CLOCK_TOLERANCE
from exporter.times import HOUR, MINUTE, Millis, parse_timestamp

NOT_BEFORE: Millis = parse_timestamp("2024-01-01T00:00:00Z")
"""This program is younger: a clock that says less is wrong, and so is what it stamped."""

JUMP: Millis = CLOCK_TOLERANCE
"""By more than this no clock is slewed between two looks: it was set."""

AGREES_WITHIN: Millis = 15 * MINUTE
"""A report comes so soon behind the end of its run: four tries of 100 s and their pauses."""

CORROBORATES_WITHIN: Millis = HOUR
"""How far what a sender tells may lie from the arrival that comes of a jump of our clock."""

_NANOSECONDS = 1_000_000
_COUNTER = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux counts on while the machine sleeps, which is no jump."""


def steady() -> Millis:
    """Return a count that nobody can set."""
    return time.clock_gettime_ns(_COUNTER) // _NANOSECONDS


class Watch:
    """Compares the clock with a count that nobody can set. Needs one caller at a time."""

    def __init__(self, clock: Callable[[], Millis], count: Callable[[], Millis]) -> None:
        self._clock = clock
        self._count = count
        self._apart = clock() - count()

    def is_steady(self) -> bool:
        """Whether the clock was not set since this was last asked by how much it was."""
        return abs(self._clock() - self._count() - self._apart) <= JUMP

    def jumped(self) -> Millis:
        """Return by how much the clock was set since this was last asked; 0 where it was not."""
        apart = self._clock() - self._count()
        by = apart - self._apart
        self._apart = apart
        return by if abs(by) > JUMP else 0


class ClockReading(Struct, frozen=True):
    """The present, by a clock that is held to be right.

    It was set `by` so much just now, and runs behind the id `since` came between that and the jump
    before. It is `sure` where something else than what is stored says that it is right.
    """

    now: Millis
    by: Millis = 0
    since: int = 0
    sure: bool = False

    def is_future(self, timestamp: Millis) -> bool:
        """Whether a moment lies so far ahead that it cannot have been yet."""
        return timestamp > self.now + CLOCK_TOLERANCE


class Stamp(Struct, frozen=True):
    """When a run came, as it counts, and what tells whether that is right.

    `told` is the end of the run, or its begin, by its sender's clock. `clock` is what the daemon's
    clock said, where something else counts.
    """

    run_id: int
    received: Millis
    told: Millis | None
    clock: Millis | None = None


def arrival(stamp: Stamp, reading: ClockReading) -> Millis:
    """Return when a run came, now that the clock is right."""
    if reading.is_future(stamp.received):
        return _of_the_future(stamp, reading)
    if stamp.clock is not None:
        return _of_doubt(stamp, stamp.clock, reading)
    if _bears_out(stamp, reading):
        return min(stamp.received + reading.by, reading.now)
    return stamp.received


def agrees(told: Millis | None, now: Millis) -> bool:
    """Whether a sender's clock and ours say the same: a run ended just before its report came."""
    if told is None or now < NOT_BEFORE:
        return False
    return -CLOCK_TOLERANCE <= now - told <= AGREES_WITHIN


def _of_the_future(stamp: Stamp, reading: ClockReading) -> Millis:
    """A run that came later than now came while the clock was ahead: its sender knows better."""
    told = stamp.told
    if told is not None and not reading.is_future(told) and stamp.received - told > CLOCK_TOLERANCE:
        return min(told, reading.now)
    if stamp.run_id > reading.since and reading.by < 0 and told is None:
        return min(max(stamp.received + reading.by, 0), reading.now)
    if not reading.sure:
        return stamp.received
    return reading.now if stamp.clock is None else min(stamp.clock, reading.now)


def _of_doubt(stamp: Stamp, clock: Millis, reading: ClockReading) -> Millis:
    """A run whose arrival was not what the clock said when it came."""
    if clock > stamp.received:
        # It was put back, for the clock seemed to have been ahead. It was behind then.
        was_future = clock > reading.now - reading.by + CLOCK_TOLERANCE
        return clock if reading.by > 0 and was_future and clock <= reading.now else stamp.received
    if reading.by > 0 and stamp.run_id > reading.since:
        return min(max(clock + reading.by, stamp.received), reading.now)
    told = stamp.received if stamp.told is None or reading.is_future(stamp.told) else stamp.told
    return min(max(told, stamp.received), reading.now)


def _bears_out(stamp: Stamp, reading: ClockReading) -> bool:
    """Whether what a sender told says that the clock was wrong before it was set."""
    if reading.by == 0 or stamp.told is None or stamp.run_id <= reading.since:
        return False
    apart = abs(stamp.told - stamp.received - reading.by)
    return apart <= CORROBORATES_WITHIN < abs(stamp.told - stamp.received)
