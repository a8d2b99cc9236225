"""A request for every answer the contract describes."""

from tests.docs.case import HTML, JSON, OPENMETRICS, SVG, TEXT, YAML, Case, Fault
from tests.docs.cases_of_changes import CHANGES, EXPECTING, IMPORTS, LISTS, RELOADS, REVIEWS
from tests.docs.cases_of_forms import FORMS
from tests.docs.cases_of_reports import ACTIVITIES, CLOSED, ELSEWHERE, UPLOADS

_LISTS = ("/api/rejected", "/api/notifications", "/api/servers", "/api/jobs", "/api/backups")
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
    Case("/api/jobs", "/api/jobs?tag=nobody", 404),
    Case("/api/backups", "/api/backups?server=1&job=1&status=SUCCESS&operation=Backup"),
    Case("/api/backups", "/api/backups?since=2026-11-20T00:00:00Z&until=2026-11-22"),
    Case("/api/backups", "/api/backups?status=fine", 400),
    Case("/api/backups", "/api/backups?since=yesterday", 400),
    Case("/api/backups", "/api/backups?server=99", 404),
)

STATUS = (
    Case("/api/status", "/api/status"),
    Case("/api/status", "/api/status?server=nas&condition=failing"),
    Case("/api/status", "/api/status?fail=ok", 400),
    Case("/api/status", "/api/status?server=99", 404),
    Case("/api/status", "/api/status?server=nas&backup=Photos"),
    Case("/api/status", "/api/status?backup=nothing", 404),
    Case("/api/status", "/api/status?fail=warning", 503),
    Case("/api/status", "/api/status", fault=Fault.DATABASE),
    Case("/api/status", "/api/status?fail=critical", 503, fault=Fault.DATABASE),
)

SINGLE = (
    Case("/api/summary", "/api/summary"),
    Case("/api/summary", "/api/summary/"),
    Case("/api/digest", "/api/digest"),
    Case("/api/digest", "/api/digest?since=1d12h"),
    Case("/api/digest", "/api/digest?since=367d", 400),
    Case("/api/digest", "/api/digest?tag=nobody", 404),
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
    Case("/notifications", "/notifications", content_type=HTML),
    Case("/notifications", "/notifications?cursor=x", 400),
    Case("/connect", "/connect", content_type=HTML),
    Case("/connect", "/connect?since=2024-01-15T07:00:00Z&server=nas", content_type=HTML),
    Case("/connect", "/connect?since=yesterday", 400),
    Case("/digest", "/digest", content_type=HTML),
    Case("/digest", "/digest?since=yesterday", 400),
    Case("/digest", "/digest?tag=nobody", 404),
    Case("/jobs", "/jobs", 303),
    Case("/servers", "/servers", content_type=HTML),
    Case("/servers", "/servers?q=nas&page=9", content_type=HTML),
    Case("/favicon-{state}.svg", "/favicon-ok.svg", content_type=SVG),
    Case("/favicon-{state}.svg", "/favicon-great.svg", 404),
    Case("/favicon.ico", "/favicon.ico", content_type=SVG),
    Case("/icon.svg", "/icon.svg", content_type=SVG),
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
_UNCHANGED = (("If-None-Match", "*"),)

_TAGGED = {
    case.path: case
    for case in (*LISTINGS, *SERVERS, *BADGES, *STATUS[:1], *SINGLE, *PAGES, *FORMS)
    if case.status == 200
}

NOT_MODIFIED = (
    *(case._replace(status=304, headers=(*case.headers, *_UNCHANGED)) for case in _TAGGED.values()),
    Case("/api/health", "/api/health", 304, headers=(*_ASKS_JSON, *_UNCHANGED)),
)

_STORED = (
    Case("/api/rejected", "/api/rejected", 503),
    Case("/api/notifications", "/api/notifications", 503),
    Case("/api/backups", "/api/backups", 503),
    Case("/api/backups/{backupId}", "/api/backups/1", 503),
    Case("/api/health", "/api/health", 503, headers=_ASKS_JSON),
    Case("/-/ready", "/-/ready", 503),
    Case("/", "/", 503),
    Case("/jobs/{jobId}", "/jobs/1", 503),
    Case("/servers/{serverId}", "/servers/1", 503),
    Case("/refused", "/refused", 503),
    Case("/notifications", "/notifications", 503),
    Case("/api/digest", "/api/digest", 503),
    Case("/digest", "/digest", 503),
)

_BUGGED = (
    *_STORED,
    Case("/servers", "/servers"),
    Case("/api/status", "/api/status"),
    Case("/api/summary", "/api/summary"),
    Case("/api/lastbackup/{serverId}", "/api/lastbackup/1"),
    Case("/api/lastbackups/{serverId}", "/api/lastbackups/1"),
    Case("/api/badge.svg", "/api/badge.svg"),
    Case("/api/badge/{serverId}.svg", "/api/badge/1.svg"),
    Case("/api/servers", "/api/servers"),
    Case("/api/jobs", "/api/jobs"),
    Case("/api/jobs/{jobId}", "/api/jobs/1"),
    Case("/metrics", "/metrics"),
    Case("/connect", "/connect"),
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
    *STATUS,
    *SINGLE,
    *PAGES,
    *FORMS,
    *CHANGES,
    *EXPECTING,
    *LISTS,
    *IMPORTS,
    *REVIEWS,
    *RELOADS,
    *METRICS,
    *NOT_MODIFIED,
    *FAULTS,
)
