"""When a backup is planned to run."""

from collections.abc import Iterator
from itertools import count

from msgspec import Struct

from exporter.times import DAY, MINUTE, Millis

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
WORKDAYS = frozenset((MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY))
EVERY_DAY = WORKDAYS | {SATURDAY, SUNDAY}

_EPOCH_WEEKDAY = THURSDAY


class Timetable(Struct, frozen=True):
    """Planned starts, at an interval, on some days of the week.

    They are counted from `at`, after midnight in UTC; without it from the fleet's start, or `ahead`
    of it. A run starts up to `delay` later. A run that is not `announced` is started by a person or
    a script, so its reports have no next run.
    """

    at: Millis | None = None
    every: Millis = DAY
    weekdays: frozenset[int] = EVERY_DAY
    delay: Millis = MINUTE
    announced: bool = True
    ahead: Millis = 0

    def planned(self, since: Millis) -> Iterator[Millis]:
        """Yield the planned starts from a time on, without end."""
        first = since - self.ahead if self.at is None else since - since % DAY + self.at
        for timestamp in count(first, self.every):
            if timestamp >= since and _weekday(timestamp) in self.weekdays:
                yield timestamp


def _weekday(timestamp: Millis) -> int:
    return (timestamp // DAY + _EPOCH_WEEKDAY) % 7
