"""Hours in which what is not critical waits, such as ``22:00-07:00 Europe/Berlin``."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from exporter.schedule.expressions import parse_zone
from exporter.times import Millis, from_datetime, to_datetime

_FORM = re.compile(
    r"([01][0-9]|2[0-3]):([0-5][0-9]) *- *([01][0-9]|2[0-3]):([0-5][0-9])(?: +(\S{1,64}))?"
)


class QuietHours(Struct, frozen=True):
    """Hours of each day in a time zone; they may span midnight. `start` is included, `end` not."""

    start: time
    end: time
    zone: str = "UTC"

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M} {self.zone}"

    def until(self, now: Millis) -> Millis | None:
        """Return when the quiet hours end that now is in; None outside of them."""
        local = to_datetime(now).astimezone(ZoneInfo(self.zone))
        if not self._contain(local.time()):
            return None
        ahead = timedelta(days=0 if local.time() < self.end else 1)
        end = datetime.combine(local.date() + ahead, self.end, ZoneInfo(self.zone))
        first = from_datetime(end)
        # When clocks are set back the hour comes twice, and the first end may have passed.
        return first if first > now else from_datetime(end.replace(fold=1))

    def _contain(self, at: time) -> bool:
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


def parse_quiet_hours(text: str) -> QuietHours:
    """Parse quiet hours; a zone left out is UTC.

    Raises:
        ValueError: they are none; the text says how to write them.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        message = f"{text[:40]!r} are no quiet hours: write them as 22:00-07:00 Europe/Berlin"
        raise ValueError(message)
    first, second, third, fourth, zone = found.groups(default="UTC")
    start, end = time(int(first), int(second)), time(int(third), int(fourth))
    if start == end:
        message = f"{text[:40]!r} start and end at the same time"
        raise ValueError(message)
    return QuietHours(start, end, parse_zone(zone))
