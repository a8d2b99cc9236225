"""The app: which resource answers which path. No globals, no environment."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import falcon

from api import errors
from api.auth import Gate
from api.client_address import Deliveries, Network
from api.headers import Headers
from api.hosts import Hosts
from api.oversized import Oversized
from api.page.assets import Asset
from api.page.error_pages import Faults
from api.page.job import JobPage
from api.page.overview import Connection, Incoming, Overview
from api.page.refused import RefusedPage
from api.page.server import ServerPage
from api.reception import Reception
from api.resources import badges
from api.resources.activity import Activity
from api.resources.badges import FleetBadge, ServerBadge, SvgName
from api.resources.imports import Import
from api.resources.jobs import Jobs, OneJob, PlannedStart, SecondCopies
from api.resources.latest_runs import LastBackup, LastBackups
from api.resources.metrics import Health, Metrics
from api.resources.openapi import Contract
from api.resources.probes import Healthy, Ready
from api.resources.rejected import RejectedReports
from api.resources.renaming import SeparatedJob
from api.resources.runs import Backups, OneBackup
from api.resources.servers import MergedServer, OneServer, Servers
from api.resources.strays import Strays
from api.resources.summary import Summary
from api.resources.upload import Astray, OnlyAstray, Upload
from api.sites import Sites
from exporter.auth import Authorizer
from exporter.exposition import Exposition
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.ingest.importer import StoreImporter
from exporter.ingest.live import LiveReportService
from exporter.ingest.refusals import Refusals
from exporter.ingest.timekeeper import Timekeeper
from exporter.limits import Limits
from exporter.store import Store
from exporter.times import Millis

App = falcon.App[falcon.Request, falcon.Response]
TakesReports = TypeVar("TakesReports", bound=Upload)


class Parts(NamedTuple):
    """What the app stands on. `clock` returns the present moment."""

    store: Store
    fleet: Fleet
    timekeeper: Timekeeper
    live_reports: LiveReportService
    exposition: Exposition
    self_metrics: SelfMetrics
    refusals: Refusals
    clock: Callable[[], Millis]
    version: str
    authorizer: Authorizer
    limits: Limits = Limits()
    trusted_proxies: tuple[Network, ...] = ()
    allowed_origins: frozenset[str] = frozenset()
    allowed_hosts: frozenset[str] = frozenset()
    page: bool = True
    keep_runs: Millis | None = None


def create_app(parts: Parts) -> App:
    """Return the app; every route of openapi.yaml."""
    app = _admitting(parts)
    app.req_options.strip_url_path_trailing_slash = True
    app.router_options.converters["svg"] = SvgName
    errors.register(app)
    for add_routes in _ROUTES:
        add_routes(app, parts)
    return app


def _admitting(parts: Parts) -> App:
    """Return an app that first asks whether a request is for us, then who may send it."""
    trusted = parts.trusted_proxies
    return falcon.App(
        middleware=[
            Headers(parts.allowed_origins),
            Hosts(parts.allowed_hosts, trusted, parts.clock),
            _sites(parts),
            Gate(parts.authorizer, parts.self_metrics, trusted),
            Faults(),
            Strays(_reception(parts), parts.authorizer),
        ]
    )


def _sites(parts: Parts) -> Sites:
    return Sites(parts.allowed_origins, parts.trusted_proxies)


def _add_reports(app: App, parts: Parts) -> None:
    app.add_route("/api/upload", _upload(Upload, parts))
    app.add_route("/upload", _upload(Astray, parts))
    activity = Activity(parts.live_reports, parts.fleet, parts.limits, _reception(parts))
    app.add_route("/api/activity", activity)
    app.add_route("/api/rejected", RejectedReports(parts.store, parts.clock))


def oversized(parts: Parts) -> Oversized:
    """Return what notes reports that are refused before they reach the app."""
    return Oversized(_reception(parts), parts.authorizer, _sites(parts), parts.self_metrics)


def _upload(kind: type[TakesReports], parts: Parts) -> TakesReports:
    return kind(parts.store, parts.fleet, parts.self_metrics, parts.limits, _reception(parts))


def _reception(parts: Parts) -> Reception:
    deliveries = Deliveries(parts.clock, parts.trusted_proxies)
    refusals, timekeeper = parts.refusals, parts.timekeeper
    return Reception(parts.self_metrics, deliveries, parts.limits, refusals, timekeeper)


def _add_answers(app: App, parts: Parts) -> None:
    store, fleet, clock = parts.store, parts.fleet, parts.clock
    app.add_route("/api/summary", Summary(fleet, clock))
    # A server may be named instead of its id, and a name may hold slashes.
    app.add_route("/api/lastbackup/{server_id:path}", LastBackup(fleet))
    app.add_route("/api/lastbackups/{server_id:path}", LastBackups(fleet))
    shown = badges.Showing(
        clock, parts.refusals, parts.timekeeper, badges.embedding(parts.authorizer)
    )
    app.add_route("/api/badge.svg", FleetBadge(store, fleet, shown))
    app.add_route("/api/badge/{server_id:svg}", ServerBadge(store, fleet, shown))
    app.add_route("/api/backups", Backups(store, fleet))
    app.add_route("/api/backups/{run_id}", OneBackup(store, fleet))
    app.add_route("/api/openapi.yaml", Contract())


def _add_managed(app: App, parts: Parts) -> None:
    store, fleet, clock = parts.store, parts.fleet, parts.clock
    app.add_route("/api/servers", Servers(fleet))
    app.add_route("/api/servers/{server_id}", OneServer(store, fleet))
    app.add_route("/api/servers/{server_id}/merge", MergedServer(store, fleet))
    app.add_route("/api/jobs", Jobs(fleet, clock))
    app.add_route("/api/jobs/{job_id}", OneJob(store, fleet, clock))
    app.add_route("/api/jobs/{job_id}/separate", SeparatedJob(store, fleet, clock))
    app.add_route("/api/jobs/{job_id}/copies", SecondCopies(store, fleet, clock))


def _add_past(app: App, parts: Parts) -> None:
    fleet, clock, limits = parts.fleet, parts.clock, parts.limits
    importer = StoreImporter(parts.store, fleet, clock, limits.max_log_lines, parts.keep_runs)
    app.add_route("/api/import", Import(importer, limits))
    app.add_route("/api/jobs/{job_id}/planned", PlannedStart(importer, fleet, clock))


def _add_probes(app: App, parts: Parts) -> None:
    health = Health(parts.exposition, parts.fleet, parts.store, parts.version)
    app.add_route("/api/health", health)
    app.add_route("/metrics", Metrics(parts.exposition, parts.fleet))
    app.add_route("/-/healthy", Healthy())
    app.add_route("/-/ready", Ready(parts.store))


def _add_root(app: App, parts: Parts) -> None:
    if parts.page:
        _add_page(app, parts)
    else:
        app.add_route("/", _upload(OnlyAstray, parts))


def _add_page(app: App, parts: Parts) -> None:
    store, fleet, clock = parts.store, parts.fleet, parts.clock
    connection = Connection(parts.authorizer, parts.trusted_proxies)
    incoming = Incoming(parts.refusals, parts.timekeeper, _upload(Astray, parts))
    app.add_route("/", Overview(store, fleet, clock, connection, incoming))
    app.add_route("/refused", RefusedPage(store, fleet, clock))
    app.add_route("/jobs/{job_id}", JobPage(store, fleet, clock))
    app.add_route(
        "/servers/{server_id}", ServerPage(store, fleet, clock, parts.refusals, parts.timekeeper)
    )
    app.add_route("/page.css", Asset("page.css", "text/css; charset=utf-8"))
    app.add_route("/page.js", Asset("page.js", "text/javascript; charset=utf-8"))


_ROUTES = (_add_reports, _add_answers, _add_managed, _add_past, _add_probes, _add_root)
