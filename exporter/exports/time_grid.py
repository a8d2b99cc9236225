"""The timestamps of an export: a step apart, on multiples of the step."""

from msgspec import Struct

from exporter.exports.errors import ExportError
from exporter.times import SECOND, Millis, format_duration, format_timestamp

MAX_TIMESTAMPS = 2_000_000
"""Nineteen years in steps of five minutes; each takes some 110 bytes of memory."""


class TimeGrid(Struct, frozen=True):
    """`count` timestamps, numbered from 0: these numbers are called slots.

    `first` is a multiple of `step`, and `step` a multiple of a second.
    """

    first: Millis
    step: Millis
    count: int

    @classmethod
    def between(cls, since: Millis, until: Millis, step: Millis) -> "TimeGrid":
        """Return the timestamps from `since` on and before `until`.

        Raises:
            ExportError: there are none, or too many.
        """
        first = -(-since // step) * step
        count = -(-(until - first) // step)
        if count <= 0:
            span = f"{format_timestamp(since)} and {format_timestamp(until)}"
            message = f"there is no multiple of {format_duration(step)} between {span}"
            raise ExportError(f"{message}: change --since, --until or --step")
        if count > MAX_TIMESTAMPS:
            message = f"{count} timestamps are more than {MAX_TIMESTAMPS}"
            raise ExportError(
                f"{message}: give a longer --step, or export in parts with --since and --until"
            )
        return cls(first, step, count)

    def slot(self, timestamp: Millis) -> int:
        """Return the first slot at or after a timestamp, `count` if all are before it."""
        return min(max(-(-(timestamp - self.first) // self.step), 0), self.count)

    def stamps(self) -> list[bytes]:
        """Return the text after the value of a sample: the slot's timestamp in unix seconds."""
        timestamps = range(self.first, self.first + self.count * self.step, self.step)
        return [b" %d\n" % (timestamp // SECOND) for timestamp in timestamps]
