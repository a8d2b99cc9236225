"""Which server of the fleet is the one that a `[[pull]]` table names."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from exporter.config.pull_targets import PullTarget
from exporter.model import Server


class TargetIndex:
    """Finds the table of a server. Reading is thread-safe.

    A pull tells whose runs it read. Before the first one a server is known by what it is called, by
    the host in the address of the table, or by its own address.
    """

    def __init__(self, targets: Iterable[PullTarget]) -> None:
        self._by_id: dict[int, PullTarget] = {}
        self._by_machine: dict[str, PullTarget] = {}
        self._unknown = {target.name: target for target in targets}
        self._by_name = _by_name(self._unknown.values())

    def learn(
        self, target: PullTarget, server_ids: Iterable[int], machine_id: str | None = None
    ) -> None:
        """Note of which servers a pull recorded runs, and which machine it asked."""
        self._by_id |= dict.fromkeys(server_ids, target)
        if machine_id is not None:
            self._by_machine[machine_id] = target
        if self._unknown.pop(target.name, None) is not None:
            self._by_name = _by_name(self._unknown.values())

    def target_of(self, server: Server) -> PullTarget | None:
        """Return the table of a server; None where it has none."""
        machine_id = server.machine_id
        found = self._by_id.get(server.id)
        if found is None and machine_id is not None:
            found = self._by_machine.get(machine_id)
        if found is not None or not self._by_name:
            return found
        named = (self._by_name.get(name) for name in _names_of(server))
        return next((target for target in named if target is not None), None)


def _by_name(targets: Iterable[PullTarget]) -> Mapping[str, PullTarget]:
    """Return the tables by each of their names that no other one has."""
    pairs = [(name, target) for target in targets for name in _names(target)]
    counts = Counter(name for name, _ in pairs)
    return {name: target for name, target in pairs if counts[name] == 1}


def _names(target: PullTarget) -> set[str]:
    host = (urlsplit(target.url).hostname or "").casefold()
    return {target.name.casefold(), host, host.partition(".")[0], _address(target.url)}


def _names_of(server: Server) -> Iterator[str]:
    for text in (server.name, server.alias, server.machine_id):
        if text is not None:
            yield text.casefold()
    if server.url is not None:
        yield _address(server.url)


def _address(url: str) -> str:
    return url.casefold().rstrip("/")
