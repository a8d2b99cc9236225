"""The span of time that a digest is about."""

from typing import NamedTuple

from exporter.times import DAY, Millis

MAX_SPAN: Millis = 366 * DAY
"""The longest span of a digest: all runs in it are counted at once."""


class Span(NamedTuple):
    """A span of time: `since` is included, `until` is not, and is the present."""

    since: Millis
    until: Millis
