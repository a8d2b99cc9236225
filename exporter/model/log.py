"""The log lines of a run."""

from collections.abc import Sequence

from msgspec import Struct


class Message(Struct, frozen=True, array_like=True):
    """One log line of a run and its level, lower case."""

    level: str
    text: str


GRAVE_LEVELS = ("error", "warning")
"""Levels of log lines that are kept before all others, the more severe first."""


class Log(Struct, frozen=True, array_like=True):
    """The log lines of a run in their order, and how many were left out or shortened.

    `details` names the parts of the report that could not be read, and so are not in the run.
    """

    messages: tuple[Message, ...] = ()
    lines_dropped: int = 0
    lines_shortened: int = 0
    details: tuple[str, ...] = ()

    def gravest(self, most: int) -> "Log":
        """Return the log with so many lines only: errors before warnings before all others."""
        if len(self.messages) <= most:
            return self
        dropped = self.lines_dropped + len(self.messages) - most
        kept = gravest(self.messages, most)
        return Log(kept, dropped, min(self.lines_shortened, most), self.details)


def gravest(messages: Sequence[Message], most: int) -> tuple[Message, ...]:
    """Return so many of the lines, the most severe, in their order; of equal levels the first."""
    ranked = sorted(range(len(messages)), key=lambda at: (gravity(messages[at].level), at))
    return tuple(messages[place] for place in sorted(ranked[:most]))


def gravity(level: str) -> int:
    """Return the rank of a level by which lines are kept, 0 for the most severe."""
    return GRAVE_LEVELS.index(level) if level in GRAVE_LEVELS else len(GRAVE_LEVELS)
