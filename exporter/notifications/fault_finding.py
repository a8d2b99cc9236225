"""What those who tell people ask of what is wrong beside the jobs."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from exporter.conditions.faults import Fault
from exporter.model.conditions import DaemonCondition
from exporter.times import Millis


class Faults(Protocol):
    """What may be wrong beside the jobs."""

    def of_daemon(self, now: Millis) -> Mapping[DaemonCondition, str]:
        """Return what is wrong with the daemon, each with its reason."""
        ...

    def storage(self) -> str | None:
        """Return why reports cannot be stored; None if they can."""
        ...

    def of_pulls(self) -> Mapping[str, str | None]:
        """Return for each server that is pulled from why that fails.

        Empty where it does not, None where that is not known yet.
        """
        ...

    def of_pulled(self, now: Millis) -> Sequence[Fault]:
        """Return what is wrong with servers by what the last pull knew of them."""
        ...

    def pulled_names(self) -> frozenset[str]:
        """Return the names of the servers of which a pull went well."""
        ...

    def missing_reports(self, now: Millis) -> Mapping[str, Fault]:
        """Return the servers whose reports do not come, by their name."""
        ...
