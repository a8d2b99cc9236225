"""Selects the lines of a long log that are kept: the most severe, and those that are evaluated."""

import re
from collections import deque
from collections.abc import Iterator
from itertools import islice

from exporter.model import GRAVE_LEVELS, gravity
from exporter.reports import copies, lines

_LAST = 20
"""Lines at the end that are kept: in a text they may name the backup."""

_MAX_BYTES = 8 * 1024 * 1024
"""Of all lines that are kept."""

_EVALUATED = re.compile("|".join((copies.TAG, *lines.STOPPED)))
_SEARCHED = 400
"""Characters of a line that are searched for its tag."""


class Selection:
    """The lines of one log that are kept, each in its raw form."""

    def __init__(self) -> None:
        self._count = 0
        self._kept: dict[int, bytes] = {}
        self._ranked: list[list[int]] = [[] for _ in (*GRAVE_LEVELS, "others")]
        self._evaluated: list[int] = []
        self._newest: dict[tuple[bool, int], tuple[int, bytes]] = {}
        self._last: deque[tuple[int, bytes]] = deque(maxlen=_LAST)

    def add(self, text: str, level: str, raw: bytes) -> None:
        """Add the next line, with its raw form."""
        place, self._count = self._count, self._count + 1
        rank = gravity(level)
        is_evaluated = _EVALUATED.search(text, 0, _SEARCHED) is not None
        self._keep(self._ranked[rank], place, raw)
        if is_evaluated:
            self._keep(self._evaluated, place, raw)
        self._newest[is_evaluated, rank] = place, raw
        self._last.append((place, raw))

    def _keep(self, places: list[int], place: int, raw: bytes) -> None:
        if len(places) < lines.MAX_LINES:
            places.append(place)
            self._kept[place] = raw

    def kept(self) -> tuple[list[bytes], int]:
        """Return the lines that are kept, in their order, and how many are left out."""
        known = self._kept | dict(self._newest.values()) | dict(self._last)
        room = _MAX_BYTES
        chosen = []
        for place in dict.fromkeys(self._by_weight()):
            room -= len(known[place])
            if room < 0:
                break
            chosen.append(place)
        return [known[place] for place in sorted(chosen)], self._count - len(chosen)

    def _by_weight(self) -> Iterator[int]:
        yield from (place for place, _ in self._newest.values())
        yield from (place for place, _ in self._last)
        yield from self._evaluated
        yield from islice((place for places in self._ranked for place in places), lines.MAX_LINES)
