"""Requests that change or import something."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.docs import daemon, reports
from tests.docs.case import Case, Fault

_ADMIN = (("Authorization", f"Bearer {daemon.ADMIN_TOKEN}"),)
_STRANGER = (("Authorization", "Bearer of bad news"),)
_PARAMETER = re.compile(r"\{\w+\}")
_TOO_LARGE = b"x" * (64 * 1024 + 1)


class _Change(NamedTuple):
    """A change that can be made of the first server or job, and one that is refused."""

    method: str
    path: str
    right: object = None
    wrong: object = None
    query: str = ""

    def asked(self, thing: str = "1") -> Case:
        url = _PARAMETER.sub(thing, self.path)
        body = None if self.right is None else json.dumps(self.right).encode()
        return Case(self.path, url + self.query, 200, self.method, _ADMIN, body)

    def cases(self) -> Iterator[Case]:
        yield self.asked()
        yield self.asked("99")._replace(status=404)
        yield self.asked("nas")._replace(status=400)
        yield self.asked()._replace(status=401, headers=())
        yield self.asked()._replace(status=403, headers=_STRANGER)
        yield self.asked()._replace(status=500, fault=Fault.BUG)
        yield self.asked()._replace(status=503, fault=Fault.DATABASE)
        if self.right is not None:
            yield self.asked()._replace(status=413, body=_TOO_LARGE)
            yield self.asked()._replace(status=400, body=json.dumps(self.wrong).encode())
            yield self.asked()._replace(status=400, body=b"no JSON")


_PLANNED = {"start": "2026-11-24T01:00:00Z", "interval": "1d"}
_REMEMBERED = {
    "lastError": {"time": "2026-11-23T01:00:00Z", "message": "no such file"},
    "skewSeconds": -7200,
}
_JOBS = "/api/jobs"
_SEEN = {"paused": True, "waiting": [{"backupId": "DB-2", "since": "2026-11-24T01:00:00Z"}]}
_ONE_SERVER, _ONE_JOB = "/api/servers/{serverId}", "/api/jobs/{jobId}"

CHANGES = tuple(
    case
    for change in (
        _Change("PATCH", _ONE_SERVER, {"alias": "Basement", "note": None}, {"alias": " "}),
        _Change("DELETE", _ONE_SERVER),
        _Change("POST", f"{_ONE_SERVER}/merge", {"from": [2, 3]}, {"from": [1]}),
        _Change("PUT", f"{_ONE_SERVER}/pulled", _SEEN, {"paused": "yes"}),
        _Change("PATCH", _ONE_JOB, {"schedule": "off", "tolerance": "2h"}, {"name": "x"}),
        _Change("PUT", f"{_ONE_JOB}/planned", _PLANNED | _REMEMBERED, {"skewSeconds": -7200}),
        _Change("DELETE", f"{_ONE_JOB}/copies", query="?destination=file:///mnt/copy"),
        _Change("POST", f"{_ONE_JOB}/separate"),
        _Change("DELETE", _ONE_JOB),
        _Change("DELETE", "/api/rejected/{rejectedId}"),
    )
    for case in change.cases()
)
_EXPECTED = {"server": "laptop", "backup": "Documents", "schedule": "every 1d"}
_EXPECT = Case(_JOBS, _JOBS, 200, "POST", _ADMIN, json.dumps(_EXPECTED).encode())

EXPECTING = (
    _EXPECT,
    *(
        _EXPECT._replace(status=400, body=body)
        for body in (b"no JSON", b'{"server": "laptop"}', b'{"server": "a", "backup": ""}')
    ),
    _EXPECT._replace(status=401, headers=()),
    _EXPECT._replace(status=403, headers=_STRANGER),
    _EXPECT._replace(status=413, body=_TOO_LARGE),
    _EXPECT._replace(status=429, fault=Fault.CLOSED),
    _EXPECT._replace(status=500, fault=Fault.BUG),
    _EXPECT._replace(status=503, fault=Fault.DATABASE),
)
_LIST = "/api/backup-list"
_LISTED = json.dumps(
    {
        "address": "https://nas.example:8200",
        "machineId": "6f1d2c3b4a5968778695a4b3c2d1e0f9",
        "backups": [{"id": "DB-1", "name": "Photos", "kind": "backup", "planned": _PLANNED}],
        "machineName": "nas",
    }
).encode()

LISTS = (
    Case(_LIST, _LIST, 200, "PUT", _ADMIN, _LISTED),
    Case(_LIST, _LIST, 400, "PUT", _ADMIN, b'{"backups": []}'),
    Case(_LIST, _LIST, 401, "PUT", (), _LISTED),
    Case(_LIST, _LIST, 403, "PUT", _STRANGER, _LISTED),
    Case(_LIST, _LIST, 413, "PUT", _ADMIN, _TOO_LARGE),
    Case(_LIST, _LIST, 500, "PUT", _ADMIN, _LISTED, fault=Fault.BUG),
    Case(_LIST, _LIST, 503, "PUT", _ADMIN, _LISTED, fault=Fault.DATABASE),
)
_AUDIT, _REJECTED = "/api/audit", "/api/rejected"

REVIEWS = (
    *(
        case
        for method, path in (("GET", _AUDIT), ("DELETE", _REJECTED))
        for case in (
            Case(path, path, 200, method, _ADMIN),
            Case(path, path, 401, method),
            Case(path, path, 403, method, _STRANGER),
            Case(path, path, 500, method, _ADMIN, fault=Fault.BUG),
            Case(path, path, 503, method, _ADMIN, fault=Fault.DATABASE),
        )
    ),
    Case(_AUDIT, f"{_AUDIT}?server=1&job=1&limit=1", headers=_ADMIN),
    Case(_AUDIT, f"{_AUDIT}?server=nas", 400, headers=_ADMIN),
    Case(_AUDIT, _AUDIT, 304, headers=(*_ADMIN, ("If-None-Match", "*"))),
)
"""Of who changed what, and of all that was refused."""

_RELOAD = Case("/-/reload", "/-/reload", 200, "POST", _ADMIN)

RELOADS = (
    _RELOAD,
    _RELOAD._replace(status=400, fault=Fault.CLOSED),
    _RELOAD._replace(status=401, headers=()),
    _RELOAD._replace(status=403, headers=_STRANGER),
    _RELOAD._replace(status=500, fault=Fault.BUG),
    _RELOAD._replace(status=503, fault=Fault.DATABASE),
)
"""A configuration that is in use, and ones that cannot be used or take too long."""

_IMPORTED = json.dumps({"reports": [{"body": json.dumps(reports.plain())}, {"body": "x"}]}).encode()


def _import(
    status: int,
    body: bytes = _IMPORTED,
    *,
    headers: tuple[tuple[str, str], ...] = _ADMIN,
    fault: Fault = Fault.NONE,
) -> Case:
    return Case("/api/import", "/api/import", status, "POST", headers, body, fault=fault)


IMPORTS = (
    _import(200),
    _import(200, json.dumps({"dryRun": True, "reports": [{"body": "x"}]}).encode()),
    _import(400, b"no JSON"),
    _import(400, b'{"reports": []}'),
    _import(400, b'{"reports": [{"body": "x", "received": "yesterday"}]}'),
    _import(401, headers=()),
    _import(403, headers=_STRANGER),
    _import(413, b"x" * (daemon.MAX_UPLOAD_BYTES + 1)),
    _import(503, fault=Fault.DATABASE),
)
