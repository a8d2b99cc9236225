"""Requests that send reports, and requests without the right token."""

import json

from tests.docs import daemon, reports
from tests.docs.case import Case, Fault


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
    case = _post(body, status, headers=headers, fault=fault, url=url)
    return case._replace(path="/api/activity")


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
            "/api/notifications",
            "/api/summary",
            "/api/status",
            "/api/digest",
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
            "/jobs",
            "/servers",
            "/servers/{serverId}",
            "/refused",
            "/notifications",
            "/digest",
            "/connect",
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
