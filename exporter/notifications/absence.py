"""When no daemon was at work. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from exporter.times import MINUTE, Millis

ALIVE = "alive"
"""The mark of when the notifier was last at work."""

AWAY: Millis = 10 * MINUTE
"""After so long without a daemon reports may be lost, so missing ones are told as much later."""


class Away(NamedTuple):
    """When no daemon was at work: reports of that time may be lost."""

    since: Millis
    until: Millis


def absence(marks: Mapping[str, Millis], now: Millis) -> Away | None:
    """Return since when nobody was at work until now, by the stored marks; None: not for long."""
    alive = marks.get(ALIVE)
    return Away(alive, now) if alive is not None and now - alive > AWAY else None
