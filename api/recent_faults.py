"""What is wrong beside the jobs, as it was a second ago at most: to ask the disk takes time."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from exporter.conditions.faults import Fault
from exporter.notifications.faults import DaemonFaults
from exporter.notifications.seldom import Seldom
from exporter.times import Millis


class RecentFaults(NamedTuple):
    """Who knows what is wrong, and those of them who keep their last answer for a while."""

    daemon: DaemonFaults
    asked: Sequence[Seldom[Any]]

    def all(self, now: Millis) -> tuple[Fault, ...]:
        """Return all that is wrong, the worst first."""
        return self.daemon.all(now)

    def are_known(self) -> bool:
        """Return whether nobody has to look at the disk to tell."""
        return all(each.is_fresh() for each in self.asked)
