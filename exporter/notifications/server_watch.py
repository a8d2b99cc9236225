"""What holds for servers: whether they can be pulled, and whether their reports come."""

from collections.abc import Iterable, Iterator

from exporter.model.conditions import ServerCondition
from exporter.model.notifications import Alert
from exporter.notifications import observing
from exporter.notifications.fault_finding import Faults
from exporter.notifications.tracker import Observation
from exporter.times import Millis


class ServerWatch:
    """Remembers which servers' reports were missing, so that it is told when they are not."""

    def __init__(self, alerts: Iterable[Alert]) -> None:
        """Go on from what was stored."""
        self._pulled = frozenset[str]()
        self._missing = {
            alert.key.subject.partition(":")[2]
            for alert in alerts
            if alert.key.condition == ServerCondition.REPORTS_MISSING.value
        }

    def take_gone(self, faults: Faults) -> frozenset[str]:
        """Return the names of the servers that are pulled no longer since this was asked last."""
        names = faults.pulled_names()
        gone = self._pulled - names - faults.of_pulls().keys()
        self._pulled = names
        return gone

    def observe(self, faults: Faults, now: Millis) -> Iterator[tuple[str, Observation]]:
        """Yield what holds for each server of which that is known, with its name."""
        for name, reason in faults.of_pulls().items():
            if reason is not None:
                yield name, observing.of_pull(name, failing=bool(reason), now=now)
        missing = faults.missing_reports(now)
        for name in sorted(self._missing.union(missing)):
            yield name, observing.of_reports(name, missing=name in missing, now=now)
        self._missing = set(missing)
        yield from observing.of_pulled(faults.pulled_names(), faults.of_pulled(now), now)
