"""PUT /api/servers/{id}/pulled: what a client that pulled from a server saw of it."""

from collections.abc import Callable
from typing import Any

import falcon

from api import query, request_body, serialization
from api.errors import not_found
from api.responses import ok_no_store
from exporter.fleet import Fleet
from exporter.ingest.importer import StoreImporter
from exporter.model.pulled import Certificate, Seen, SeenState, Waiting
from exporter.times import Millis

MAX_WAITING = 1000
_FINGERPRINT = 64
_MAX_ID = 64


class PulledServer:
    """What a pull that just ended, and went well, saw of a server."""

    def __init__(self, importer: StoreImporter, fleet: Fleet, clock: Callable[[], Millis]) -> None:
        self._importer = importer
        self._fleet = fleet
        self._clock = clock

    def on_put(self, req: falcon.Request, resp: falcon.Response, server_id: str) -> None:
        """Keep it; what the client leaves out stands."""
        known = query.required_id(server_id, "server")
        given = request_body.json_object(req)
        self._importer.note_pull(known, _seen(request_body.values(given, _SEEN) if given else {}))
        server = self._fleet.server(known)
        if server is None:
            raise not_found("Server not found")
        jobs = len(self._fleet.of_server(known).jobs)
        ok_no_store(resp, {"server": serialization.server(server, jobs, self._clock())})


def _seen(values: dict[str, Any]) -> Seen:
    state = None
    if "paused" in values:
        state = SeenState(values["paused"], values.get("pausedUntil"), values.get("waiting", ()))
    return Seen(state, values.get("certificate"))


def _paused(value: Any) -> bool:  # noqa: ANN401 - JSON may hold anything
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _time_or_null(value: Any) -> Millis | None:  # noqa: ANN401 - JSON may hold anything
    return None if value is None else request_body.timestamp(value)


def _waiting(value: Any) -> tuple[Waiting, ...]:  # noqa: ANN401 - JSON may hold anything
    if not isinstance(value, list) or len(value) > MAX_WAITING:
        message = f"must be a list of at most {MAX_WAITING} backups"
        raise ValueError(message)
    return tuple(map(_one_waiting, value))


def _one_waiting(value: Any) -> Waiting:  # noqa: ANN401 - JSON may hold anything
    backup_id = value.get("backupId") if isinstance(value, dict) else None
    if not isinstance(backup_id, str) or not 0 < len(backup_id) <= _MAX_ID:
        raise ValueError("each must have a backupId, as DB-2, and since")
    return Waiting(backup_id, _time_or_null(value.get("since")))


def _certificate(value: Any) -> Certificate:  # noqa: ANN401 - JSON may hold anything
    fingerprint = value.get("fingerprint") if isinstance(value, dict) else None
    if not isinstance(fingerprint, str) or len(fingerprint) != _FINGERPRINT:
        raise ValueError("must have a fingerprint, its SHA-256 in 64 hexadecimal digits")
    return Certificate(fingerprint, request_body.timestamp(value.get("expires")))


_SEEN: request_body.Readers = {
    "paused": _paused,
    "pausedUntil": _time_or_null,
    "waiting": _waiting,
    "certificate": _certificate,
}
