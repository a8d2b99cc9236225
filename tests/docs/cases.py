"""A request for every answer the contract describes."""

import json
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from tests.docs import daemon, reports

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
JSON = "application/json"
YAML = "application/yaml"
HTML = "text/html; charset=utf-8"
SVG = "image/svg+xml"


class Fault(Enum):
    """What is wrong with the daemon that is asked."""

    NONE = auto()
    DATABASE = auto()
    BUG = auto()
    CLOSED = auto()
    """Nothing is wrong: every scope needs a token, and there is no room for another server."""


class Case(NamedTuple):
    """A request to a path of the contract, and what has to come back."""

    path: str
    url: str
    status: int = 200
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    content_type: str = JSON
    fault: Fault = Fault.NONE

    @property
    def name(self) -> str:
        extra = [value for _, value in self.headers]
        return " ".join([self.method, self.url, str(self.status), self.fault.name, *extra])


def _post(
    body: object,
    status: int = 200,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    fault: Fault = Fault.NONE,
    url: str = "/api/upload",
) -> Case:
    raw = json.dumps(body).encode()
    return Case("/api/upload", url, status, "POST", headers, raw, fault=fault)


def _elsewhere(case: Case, method: str, path: str) -> Case:
    """Return the same request by another method, or at another path that takes reports."""
    return case._replace(method=method, path=path, url=case.url.replace(case.path, path))


def _live(
    body: object,
    status: int,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    fault: Fault = Fault.NONE,
    url: str = "/api/activity",
) -> Case:
    posted = _post(body, status, headers=headers, fault=fault, url=url)
    return posted._replace(path="/api/activity")


UPLOADS = (
    _post(reports.full(18)),
    _post(reports.full(23)),
    _post(reports.died(23)),
    _post(reports.restored()),
    _post(reports.plain(), url="/api/upload?server=nas"),
    _post({"backup": {}}, 400),
    _post([], 400, url="/api/upload/"),
    _post("x" * daemon.MAX_UPLOAD_BYTES, 413),
    _post(reports.plain(), 415, headers=(("Content-Encoding", "gzip"),)),
    _post(reports.plain(), 500, fault=Fault.BUG),
    _post(reports.plain(), 503, fault=Fault.DATABASE),
)

ACTIVITIES = (
    _live(reports.activity(), 202),
    _live(reports.activity(), 202, url="/api/activity?server=nas"),
    _live({"operation": "Backup"}, 400),
    _live("x" * daemon.MAX_UPLOAD_BYTES, 413),
    _live(reports.activity(), 415, headers=(("Content-Encoding", "gzip"),)),
    _live(reports.activity(), 500, fault=Fault.BUG),
    _live({"operation": "Backup"}, 503, fault=Fault.DATABASE),
)

_OF_UPLOADS = (("Authorization", f"Bearer {daemon.UPLOAD_TOKEN}"),)
_NEWCOMER = {
    "server": {"name": "a newcomer"},
    "backup": {"name": "b", "status": "success", "startTime": "2026-11-20T00:00:00Z"},
}

CLOSED = (
    _post(reports.plain(), 401, fault=Fault.CLOSED),
    _post(reports.plain(), 401, url="/api/upload?token=unknown", fault=Fault.CLOSED),
    _post(reports.plain(), 200, url=f"/api/upload?token={daemon.UPLOAD_TOKEN}", fault=Fault.CLOSED),
    _post(reports.plain(), 403, url=f"/api/upload?token={daemon.READ_TOKEN}", fault=Fault.CLOSED),
    _post(_NEWCOMER, 429, headers=_OF_UPLOADS, fault=Fault.CLOSED),
    _live(reports.activity(), 401, fault=Fault.CLOSED),
    _live(reports.activity(), 202, headers=_OF_UPLOADS, fault=Fault.CLOSED),
    _live(
        reports.activity(),
        403,
        url=f"/api/activity?token={daemon.READ_TOKEN}",
        fault=Fault.CLOSED,
    ),
    *(
        Case(
            path,
            path.replace("{", "").replace("}", ""),
            status,
            headers=headers,
            fault=Fault.CLOSED,
        )
        for path in (
            "/api/rejected",
            "/api/summary",
            "/api/lastbackup/{serverId}",
            "/api/lastbackups/{serverId}",
            "/api/badge.svg",
            "/api/badge/{serverId}.svg",
            "/api/servers",
            "/api/jobs",
            "/api/jobs/{jobId}",
            "/api/backups",
            "/api/backups/{backupId}",
            "/api/health",
            "/metrics",
            "/",
            "/jobs/{jobId}",
            "/servers/{serverId}",
            "/refused",
        )
        for status, headers in ((401, ()), (403, _OF_UPLOADS))
    ),
)

_POSTED = tuple(case for case in (*UPLOADS, *CLOSED) if case.path == "/api/upload")
_LIVE = tuple(case for case in (*ACTIVITIES, *CLOSED) if case.path == "/api/activity")

ELSEWHERE = (
    *(_elsewhere(case, "PUT", "/api/upload") for case in _POSTED),
    *(_elsewhere(case, "PUT", "/api/activity") for case in _LIVE),
    *(
        _elsewhere(case, method, path)
        for case in _POSTED
        for method in ("POST", "PUT")
        for path in ("/upload", "/")
    ),
)

_LISTS = ("/api/rejected", "/api/servers", "/api/jobs", "/api/backups")
_SERVER_PATHS = ("/api/lastbackup/{serverId}", "/api/lastbackups/{serverId}")

LISTINGS = tuple(
    case
    for path in _LISTS
    for case in (
        Case(path, path),
        Case(path, f"{path}?limit=1"),
        Case(path, f"{path}?limit=0", 400),
        Case(path, f"{path}?cursor=x", 400),
    )
)
SERVERS = tuple(
    Case(path, path.replace("{serverId}", server), status)
    for path in _SERVER_PATHS
    for server, status in (
        ("1", 200),
        ("nas", 200),
        ("0a1b2c3d", 200),
        ("attic", 200),
        ("99", 404),
        ("nobody", 400),
        ("a/b", 400),
    )
)
BADGES = (
    Case("/api/badge.svg", "/api/badge.svg", content_type=SVG),
    Case("/api/badge/{serverId}.svg", "/api/badge/1.svg", content_type=SVG),
    Case("/api/badge/{serverId}.svg", "/api/badge/attic.svg", content_type=SVG),
    Case("/api/badge/{serverId}.svg", "/api/badge/99.svg", 404),
    Case("/api/badge/{serverId}.svg", "/api/badge/a/b.svg", 400),
)
FILTERS = (
    Case("/api/jobs", "/api/jobs?server=nas&overdue=false&failing=false"),
    Case("/api/jobs", "/api/jobs?overdue=maybe", 400),
    Case("/api/jobs", "/api/jobs?condition=overdue"),
    Case("/api/jobs", "/api/jobs?condition=great", 400),
    Case("/api/jobs", "/api/jobs?server=99", 404),
    Case("/api/backups", "/api/backups?server=1&job=1&status=SUCCESS&operation=Backup"),
    Case("/api/backups", "/api/backups?since=2026-11-20T00:00:00Z&until=2026-11-22"),
    Case("/api/backups", "/api/backups?status=fine", 400),
    Case("/api/backups", "/api/backups?since=yesterday", 400),
    Case("/api/backups", "/api/backups?server=99", 404),
)
SINGLE = (
    Case("/api/summary", "/api/summary"),
    Case("/api/summary", "/api/summary/"),
    Case("/api/jobs/{jobId}", "/api/jobs/1"),
    Case("/api/jobs/{jobId}", "/api/jobs/99", 404),
    Case("/api/jobs/{jobId}", "/api/jobs/Photos", 400),
    *(Case("/api/backups/{backupId}", f"/api/backups/{run}") for run in range(1, 10)),
    Case("/api/backups/{backupId}", "/api/backups/99", 404),
    Case("/api/backups/{backupId}", "/api/backups/newest", 400),
    Case("/api/openapi.yaml", "/api/openapi.yaml", content_type=YAML),
    Case("/-/healthy", "/-/healthy"),
    Case("/-/ready", "/-/ready"),
)

PAGES = (
    Case("/", "/", content_type=HTML),
    Case("/", "/?q=a&status=overdue&server=nas&group=server&page=9", content_type=HTML),
    Case("/", "/?status=great", content_type=HTML),
    Case("/jobs/{jobId}", "/jobs/1", content_type=HTML),
    Case("/jobs/{jobId}", "/jobs/99", 404),
    Case("/jobs/{jobId}", "/jobs/Photos", 400),
    Case("/servers/{serverId}", "/servers/nas", content_type=HTML),
    Case("/servers/{serverId}", "/servers/99", 404),
    Case("/servers/{serverId}", "/servers/nobody", 400),
    Case("/refused", "/refused", content_type=HTML),
    Case("/refused", "/refused?cursor=x", 400),
    Case("/page.css", "/page.css", content_type="text/css; charset=utf-8"),
    Case("/page.js", "/page.js", content_type="text/javascript; charset=utf-8"),
)

_ASKS_JSON = (("Accept", JSON),)
_ASKS_OPENMETRICS = (("Accept", "application/openmetrics-text; version=1.0.0"),)
_ASKS_GZIP = (("Accept-Encoding", "gzip"),)

METRICS = (
    *(Case(path, path, content_type=TEXT) for path in ("/api/health", "/metrics")),
    *(
        Case(path, path, headers=_ASKS_OPENMETRICS, content_type=OPENMETRICS)
        for path in ("/api/health", "/metrics")
    ),
    *(
        case
        for path in ("/api/health", "/metrics")
        for case in (
            Case(path, f"{path}?name[]=duplistatus_servers", content_type=TEXT),
            Case(path, f"{path}?server=1&server=nas", content_type=TEXT),
            Case(path, f"{path}?server=nobody", 400),
            Case(path, f"{path}?server=99", 404),
        )
    ),
    Case("/metrics", "/metrics", headers=_ASKS_GZIP, content_type=TEXT),
    Case("/metrics", "/metrics", headers=_ASKS_JSON, content_type=TEXT),
    Case("/api/health", "/api/health", headers=_ASKS_JSON),
)

_ADMIN = (("Authorization", f"Bearer {daemon.ADMIN_TOKEN}"),)
_STRANGER = (("Authorization", "Bearer of bad news"),)
_TOO_LARGE = b"x" * (64 * 1024 + 1)


class _Change(NamedTuple):
    """A change that can be made of the first server or job, and one that is refused."""

    method: str
    path: str
    right: object = None
    wrong: object = None
    query: str = ""

    def asked(self, thing: str = "1") -> Case:
        url = self.path.replace("{serverId}", thing).replace("{jobId}", thing)
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
_ONE_SERVER, _ONE_JOB = "/api/servers/{serverId}", "/api/jobs/{jobId}"

CHANGES = tuple(
    case
    for change in (
        _Change("PATCH", _ONE_SERVER, {"alias": "Basement", "note": None}, {"alias": " "}),
        _Change("DELETE", _ONE_SERVER),
        _Change("POST", f"{_ONE_SERVER}/merge", {"from": [2, 3]}, {"from": [1]}),
        _Change("PATCH", _ONE_JOB, {"schedule": "off", "tolerance": "2h"}, {"name": "x"}),
        _Change("PUT", f"{_ONE_JOB}/planned", _PLANNED, {"interval": "1d"}),
        _Change("DELETE", f"{_ONE_JOB}/copies", query="?destination=file:///mnt/copy"),
        _Change("POST", f"{_ONE_JOB}/separate"),
        _Change("DELETE", _ONE_JOB),
    )
    for case in change.cases()
)

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

_UNCHANGED = (("If-None-Match", "*"),)

_TAGGED = {
    case.path: case
    for case in (*LISTINGS, *SERVERS, *BADGES, *SINGLE, *PAGES)
    if case.status == 200
}
NOT_MODIFIED = (
    *(case._replace(status=304, headers=_UNCHANGED) for case in _TAGGED.values()),
    Case("/api/health", "/api/health", 304, headers=(*_ASKS_JSON, *_UNCHANGED)),
)

_STORED = (
    Case("/api/rejected", "/api/rejected", 503),
    Case("/api/backups", "/api/backups", 503),
    Case("/api/backups/{backupId}", "/api/backups/1", 503),
    Case("/api/health", "/api/health", 503, headers=_ASKS_JSON),
    Case("/-/ready", "/-/ready", 503),
    Case("/", "/", 503),
    Case("/jobs/{jobId}", "/jobs/1", 503),
    Case("/servers/{serverId}", "/servers/1", 503),
    Case("/refused", "/refused", 503),
)
_BUGGED = (
    *_STORED,
    Case("/api/summary", "/api/summary"),
    Case("/api/lastbackup/{serverId}", "/api/lastbackup/1"),
    Case("/api/lastbackups/{serverId}", "/api/lastbackups/1"),
    Case("/api/badge.svg", "/api/badge.svg"),
    Case("/api/badge/{serverId}.svg", "/api/badge/1.svg"),
    Case("/api/servers", "/api/servers"),
    Case("/api/jobs", "/api/jobs"),
    Case("/api/jobs/{jobId}", "/api/jobs/1"),
    Case("/metrics", "/metrics"),
)
FAULTS = (
    *(case._replace(fault=Fault.DATABASE) for case in _STORED),
    *(case._replace(status=500, fault=Fault.BUG) for case in _BUGGED),
)

CASES = (
    *UPLOADS,
    *CLOSED,
    *ACTIVITIES,
    *ELSEWHERE,
    *LISTINGS,
    *SERVERS,
    *BADGES,
    *FILTERS,
    *SINGLE,
    *PAGES,
    *CHANGES,
    *IMPORTS,
    *METRICS,
    *NOT_MODIFIED,
    *FAULTS,
)
