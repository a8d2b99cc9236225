"""The families of a server."""

from collections.abc import Iterator

from exporter.exposition.families.family import Family, Sample
from exporter.model import Server


def _server_info(server: Server) -> Iterator[Sample]:
    facts = (server.alias, server.machine_id, server.os, server.version)
    yield Sample((str(server.id), server.name, *(fact or "" for fact in facts)), 1)


SERVER_FAMILIES: tuple[Family[Server], ...] = (
    Family(
        "duplistatus_server_info",
        "What is known of a server; always 1.",
        "gauge",
        ("server_id", "server", "alias", "machine_id", "os", "duplicati_version"),
        _server_info,
    ),
)
