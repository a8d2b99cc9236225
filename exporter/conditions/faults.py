"""What holds beside the jobs, for the daemon and for servers. Pure."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from msgspec import Struct

from exporter.model import Server
from exporter.model.conditions import DaemonCondition, ServerCondition, Severity
from exporter.times import Millis

AnyFault: TypeAlias = DaemonCondition | ServerCondition


class Fault(Struct, frozen=True):
    """A condition of the daemon, or of the server that is called `server`.

    `since` is when it began, None where nobody noted that; `count` is how often it holds, which is
    more than once for refused reports.
    """

    condition: AnyFault
    reason: str
    since: Millis | None = None
    server: str | None = None
    count: int = 1

    @property
    def severity(self) -> Severity:
        """How serious it is."""
        return self.condition.severity


def storage_fault(faults: Iterable[Fault]) -> Fault | None:
    """Return the fault that no report can be stored; None where they can."""
    return next((each for each in faults if each.condition is DaemonCondition.STORAGE), None)


def of_server(
    faults: Iterable[Fault], server: Server, all_servers: Callable[[], Iterable[Server]]
) -> tuple[Fault, ...]:
    """Return what concerns a server: its own, the daemon's, and those of nobody that is known.

    A server that is pulled from is called in the configuration as a person likes, so one whose name
    no known server has may be any of them.
    """
    found, own = tuple(faults), _names(server)
    asked = {each.server for each in found} - {None} - own
    if not asked:  # as nearly always: there may be thousands of servers
        return found
    others = {name for each in all_servers() if each.id != server.id for name in _names(each)}
    return tuple(each for each in found if each.server not in asked & others)


def _names(server: Server) -> set[str]:
    return {server.name, server.shown_name}
