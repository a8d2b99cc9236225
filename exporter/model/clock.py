"""The daemon's own clock: whether it jumped, and corrected times of arrival.

Pure except for `steady`. A machine without a battery starts in the past, one with a worn-out one
anywhere; both clocks are corrected within minutes, and earlier timestamps have to be corrected too.
"""

import time
from collections.abc import Callable

from msgspec import Struct

from exporter.model import CLOCK_TOLERANCE
from exporter.times import HOUR, MINUTE, Millis, parse_timestamp

NOT_BEFORE: Millis = parse_timestamp("2024-01-01T00:00:00Z")
"""This program is younger: an earlier clock is wrong, and so are its timestamps."""

JUMP: Millis = CLOCK_TOLERANCE
"""A clock that differs by more than this between two checks was not slewed: it was set."""

AGREES_WITHIN: Millis = 15 * MINUTE
"""A report comes so soon after the end of its run: four attempts of 100 s and their pauses."""

CORROBORATES_WITHIN: Millis = HOUR
"""How far a sender's timestamp may differ from an arrival corrected by a jump of our clock."""

_NANOSECONDS = 1_000_000
_COUNTER = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux counts on while the machine sleeps, so that waking up is not a jump."""


def steady() -> Millis:
    """Return a monotonic count."""
    return time.clock_gettime_ns(_COUNTER) // _NANOSECONDS


class Watch:
    """Compares the clock with a monotonic count. Not thread-safe."""

    def __init__(self, clock: Callable[[], Millis], count: Callable[[], Millis]) -> None:
        self._clock = clock
        self._count = count
        self._apart = clock() - count()

    def is_steady(self) -> bool:
        """Return whether the clock was not set since the last call of `jumped`."""
        return abs(self._clock() - self._count() - self._apart) <= JUMP

    def jumped(self) -> Millis:
        """Return by how much the clock was set since the last call; 0 where it was not."""
        apart = self._clock() - self._count()
        by = apart - self._apart
        self._apart = apart
        return by if abs(by) > JUMP else 0


class ClockReading(Struct, frozen=True):
    """The current time, by a clock that counts as right.

    It was set `by` so much just now, and runs after the id `since` came between that and the jump
    before. It is `sure` where something other than the stored reports confirms it.
    """

    now: Millis
    by: Millis = 0
    since: int = 0
    sure: bool = False

    def is_future(self, timestamp: Millis) -> bool:
        """Return whether a timestamp is in the future, beyond the tolerance."""
        return timestamp > self.now + CLOCK_TOLERANCE


class Stamp(Struct, frozen=True):
    """The arrival of a run that counts, and the data to check it.

    `reported` is the end of the run, or its start, by its sender's clock. `clock` is what the
    daemon's clock said, where another time counts.
    """

    run_id: int
    received: Millis
    reported: Millis | None
    clock: Millis | None = None


def arrival(stamp: Stamp, reading: ClockReading) -> Millis:
    """Return when a run came, corrected now that the clock is right."""
    if reading.is_future(stamp.received):
        return _of_the_future(stamp, reading)
    if stamp.clock is not None:
        return _of_doubt(stamp, stamp.clock, reading)
    if _is_corroborated(stamp, reading):
        return min(stamp.received + reading.by, reading.now)
    return stamp.received


def agrees(reported: Millis | None, now: Millis) -> bool:
    """Return whether a sender's clock agrees with ours: a run ended just before its report came."""
    if reported is None or now < NOT_BEFORE:
        return False
    return -CLOCK_TOLERANCE <= now - reported <= AGREES_WITHIN


def _of_the_future(stamp: Stamp, reading: ClockReading) -> Millis:
    """Correct an arrival in the future, made while the clock was ahead: the sender knows better."""
    reported = stamp.reported
    if (
        reported is not None
        and not reading.is_future(reported)
        and stamp.received - reported > CLOCK_TOLERANCE
    ):
        return min(reported, reading.now)
    if stamp.run_id > reading.since and reading.by < 0 and reported is None:
        return min(max(stamp.received + reading.by, 0), reading.now)
    if not reading.sure:
        return stamp.received
    return reading.now if stamp.clock is None else min(stamp.clock, reading.now)


def _of_doubt(stamp: Stamp, clock: Millis, reading: ClockReading) -> Millis:
    """Correct an arrival that differs from the clock's time when the run came."""
    if clock > stamp.received:
        # It was moved back, for the clock seemed to be ahead. In fact it was slow.
        was_future = clock > reading.now - reading.by + CLOCK_TOLERANCE
        return clock if reading.by > 0 and was_future and clock <= reading.now else stamp.received
    if reading.by > 0 and stamp.run_id > reading.since:
        return min(max(clock + reading.by, stamp.received), reading.now)
    if stamp.reported is None or reading.is_future(stamp.reported):
        return min(stamp.received, reading.now)
    return min(max(stamp.reported, stamp.received), reading.now)


def _is_corroborated(stamp: Stamp, reading: ClockReading) -> bool:
    """Return whether a sender's timestamp shows that the clock was wrong before it was set."""
    if reading.by == 0 or stamp.reported is None or stamp.run_id <= reading.since:
        return False
    apart = abs(stamp.reported - stamp.received - reading.by)
    return apart <= CORROBORATES_WITHIN < abs(stamp.reported - stamp.received)
