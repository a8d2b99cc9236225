"""The families of a server."""

from collections.abc import Iterator

from exporter.exposition.families.family import Family, Sample
from exporter.exposition.families.snapshot import label_of_tags
from exporter.model import Server


def _server_info(server: Server) -> Iterator[Sample]:
    facts = (server.alias, server.machine_id, server.os, server.version)
    known = (*(fact or "" for fact in facts), label_of_tags(server.tags))
    yield Sample((str(server.id), server.name, *known), 1)


SERVER_FAMILIES: tuple[Family[Server], ...] = (
    Family(
        "duplistatus_server_info",
        "What is known of a server; always 1.",
        "gauge",
        ("server_id", "server", "alias", "machine_id", "os", "duplicati_version", "tags"),
        _server_info,
    ),
)
