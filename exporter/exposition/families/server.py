"""The families of a server."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from exporter.exposition.families.family import Family, Sample
from exporter.exposition.families.snapshot import label_of_tags, seconds
from exporter.model import Server
from exporter.model.pulled import Certificate, Pulled
from exporter.times import Millis

SERVER_LABELS = ("server_id", "server")


def _server_info(server: Server) -> Iterator[Sample]:
    facts = (server.alias, server.machine_id, server.os, server.version)
    known = (*(fact or "" for fact in facts), label_of_tags(server.tags))
    yield Sample((str(server.id), server.name, *known), 1)


def _of_pulled(
    name: str,
    text: str,
    value: Callable[[Pulled], float | None],
    kind: Literal["gauge", "counter"] = "gauge",
) -> Family[Server]:
    """Return a family with a value of the last pull, without a sample where it is None."""

    def samples(server: Server) -> Sequence[Sample]:
        found = None if server.pulled is None else value(server.pulled)
        labels = (str(server.id), server.name)
        return () if found is None else (Sample(labels, found),)

    return Family(f"duplistatus_server_{name}", text, kind, SERVER_LABELS, samples)


def _expires(certificate: Certificate | None) -> Millis | None:
    return None if certificate is None else certificate.expires


SERVER_FAMILIES: tuple[Family[Server], ...] = (
    Family(
        "duplistatus_server_info",
        "What is known of a server; always 1.",
        "gauge",
        (*SERVER_LABELS, "alias", "machine_id", "os", "duplicati_version", "tags"),
        _server_info,
    ),
    _of_pulled(
        "paused",
        "1 if Duplicati on a server was paused at the last pull, so that no backup starts, else 0.",
        lambda pulled: pulled.paused,
    ),
    _of_pulled(
        "pause_forgotten_timestamp_seconds",
        "Time from which a pause of Duplicati on a server is taken for a forgotten one.",
        lambda pulled: seconds(pulled.pause_forgotten_from()),
    ),
    _of_pulled(
        "waiting_backups",
        "Number of backups that waited in Duplicati for their turn at the last pull.",
        lambda pulled: None if pulled.waiting is None else len(pulled.waiting),
    ),
    _of_pulled(
        "pull_timestamp_seconds",
        "Time at which the last complete pull from a server ended.",
        lambda pulled: seconds(pulled.at),
    ),
    _of_pulled(
        "pull_interval_seconds",
        "Interval between two pulls from a server by the daemon.",
        lambda pulled: None if pulled.table is None else seconds(pulled.table.interval or None),
    ),
    _of_pulled(
        "pull_failures_total",
        "Pulls from a server by the daemon that failed or left out a backup or a run.",
        lambda pulled: None if pulled.table is None else pulled.failures,
        "counter",
    ),
    _of_pulled(
        "certificate_expiry_timestamp_seconds",
        "Time at which the certificate of a server expires.",
        lambda pulled: seconds(_expires(pulled.certificate)),
    ),
)
