"""Whether a question about the whole fleet is answered without evaluating, waiting or asking."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import falcon

from api import at_once
from api.recent_faults import RecentFaults
from exporter.conditions.standing import Standing
from exporter.fleet import Fleet
from exporter.times import Millis


class Settled(NamedTuple):
    """Those who know it; and what such a question is answered by."""

    fleet: Fleet
    standing: Standing
    clock: Callable[[], Millis]
    faults: RecentFaults

    def note(self, req: falcon.Request, changes: int) -> None:
        """Remember a question that was answered when the fleet had changed so often."""
        at_once.note(req, partial(self.since, changes))

    def since(self, changes: int) -> bool:
        """Return whether nothing changed since then that is to be evaluated or asked anew."""
        changing = self.fleet.changing
        if changing.number != changes or changing.is_going_on:
            return False
        return self.faults.are_known() and self.standing.is_current(self.clock())
