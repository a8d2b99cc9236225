"""What is wrong beside the jobs, as it was a second ago at most: to ask the disk takes time."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import falcon

from api.at_once import RECEIVING
from exporter.conditions.faults import Fault
from exporter.notifications.faults import DaemonFaults
from exporter.notifications.seldom import Seldom
from exporter.times import Millis


class RecentFaults(NamedTuple):
    """Who knows what is wrong, and those of them who keep their last answer for a while.

    `kept` are the same as `daemon`, but give only the answers that are kept.
    """

    daemon: DaemonFaults
    kept: DaemonFaults
    asked: Sequence[Seldom[Any]]

    def all(self, req: falcon.Request, now: Millis) -> tuple[Fault, ...]:
        """Return all that is wrong, the worst first.

        The thread that receives gets what was fresh when it took the request: it never asks.
        """
        known = self.kept if RECEIVING in req.env else self.daemon
        return known.all(now)

    def are_known(self) -> bool:
        """Return whether nobody has to look at the disk to tell."""
        return all(each.is_fresh() for each in self.asked)
