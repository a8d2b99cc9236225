"""Hours in which what is not critical waits, such as ``22:00-07:00 Europe/Berlin``."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from exporter.times import Millis, from_datetime, to_datetime


class QuietHours(Struct, frozen=True):
    """Hours of each day in a time zone; they may span midnight. `start` is included, `end` not."""

    start: time
    end: time
    zone: str = "UTC"

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
