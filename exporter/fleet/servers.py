"""The servers, found by id, name, alias or machine-id."""

from collections.abc import Iterable, KeysView

from exporter.fleet.tags import Tags
from exporter.model import Server


class Servers:
    """Every server, and the server of each machine-id.

    Only `get` is thread-safe.
    """

    def __init__(self, tags: Tags) -> None:
        self._tags = tags
        self._by_id: dict[int, Server] = {}
        self._machine_ids: dict[str, int] = {}
        self._more_ids: dict[int, tuple[str, ...]] = {}
        self._pulled: dict[int, Server] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __getitem__(self, server_id: int) -> Server:
        return self._by_id[server_id]

    def get(self, server_id: int) -> Server | None:
        """Return a server by its id."""
        return self._by_id.get(server_id)

    def ids(self) -> KeysView[int]:
        """Return the id of every server."""
        return self._by_id.keys()

    def all(self) -> list[Server]:
        """Return every server, in the order of their ids."""
        return sorted(self._by_id.values(), key=lambda server: server.id)

    def pulled(self) -> list[Server]:
        """Return the servers of which a pull went well, in the order of their ids."""
        return sorted(self._pulled.values(), key=lambda server: server.id)

    def id_of(self, machine_id: str | None) -> int | None:
        """Return the id of the server that has a machine-id, where both are known."""
        return self._machine_ids.get(machine_id or "")

    def by_machine_id(self, machine_id: str) -> Server | None:
        """Return the server that has a machine-id."""
        server_id = self._machine_ids.get(machine_id)
        return None if server_id is None else self.get(server_id)

    def find(self, text: str) -> list[Server]:
        """Return the servers whose name, alias or machine-id is exactly this text, by their ids."""
        owner = self._machine_ids.get(text)
        known = self._by_id.values()
        found = [each for each in known if text in (each.name, each.alias) or each.id == owner]
        return sorted(found, key=lambda server: server.id)

    def put(self, server: Server) -> bool:
        """Add or replace a server; return whether what its jobs have of it has changed."""
        known = self._by_id.get(server.id)
        self._by_id[server.id] = server
        if server.pulled is None:
            self._pulled.pop(server.id, None)
        else:
            self._pulled[server.id] = server
        self._tags.change(() if known is None else known.tags, server.tags)
        return known is not None and _of_jobs(known) != _of_jobs(server)

    def lead(self, machine_ids: Iterable[tuple[str, int]]) -> set[int]:
        """Assign machine-ids to known servers; return those that have one more than their own."""
        changed = set()
        for machine_id, server_id in machine_ids:
            known, before = self._by_id.get(server_id), self._machine_ids.get(machine_id)
            self._machine_ids[machine_id] = server_id
            if known is not None and before != server_id and machine_id != known.machine_id:
                self._more_ids[server_id] = (*self.more_ids(server_id), machine_id)
                changed.add(server_id)
        return changed

    def more_ids(self, server_id: int) -> tuple[str, ...]:
        """Return the machine-ids of a server besides its own, of servers that became part of it."""
        return self._more_ids.get(server_id, ())

    def remove(self, server_id: int) -> None:
        """Forget a server and its machine-ids."""
        self._tags.change(self._by_id.pop(server_id).tags, ())
        self._pulled.pop(server_id, None)
        self._more_ids.pop(server_id, None)
        self._machine_ids = {
            each: owner for each, owner in self._machine_ids.items() if owner != server_id
        }


def _of_jobs(server: Server) -> tuple[object, ...]:
    """Return the names that the configuration may call it by, the tags and the mute."""
    return server.name, server.alias, server.machine_id, server.tags, server.muted
