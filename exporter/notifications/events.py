"""What there is to tell: something happened to a condition."""

from enum import Enum

from msgspec import Struct

from exporter.model.conditions import AnyCondition
from exporter.notifications.facts import Facts
from exporter.times import Millis


class Happening(Enum):
    """What happened to a condition."""

    BEGAN = "began"
    LASTS = "lasts"
    """It was told before: this is a reminder."""

    FLAPPING = "flapping"
    """It comes and goes, which is told once."""

    OVER = "over"
    """It was told before, and ended."""

    PAST = "past"
    """It began and ended before it was told."""

    @property
    def is_end(self) -> bool:
        """Whether the condition ended."""
        return self in (Happening.OVER, Happening.PAST)


class Event(Struct, frozen=True):
    """Something happened to a condition that `began` then, and `ended` then if it did."""

    happening: Happening
    condition: AnyCondition
    facts: Facts
    began: Millis
    ended: Millis | None = None
