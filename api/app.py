"""The app: which resource answers which path. No globals, no environment."""

from collections.abc import Mapping
from typing import TypeVar

import falcon

from api import errors
from api.auth import AuthMiddleware
from api.basic_users import BasicUsers
from api.client_address import RequestOrigin
from api.denials import Denials
from api.freshness import FreshnessMiddleware
from api.headers import SecurityHeadersMiddleware, SharingMiddleware
from api.hosts import Hosts
from api.oversized import Oversized
from api.page.arriving import Arriving
from api.page.assets import add_assets
from api.page.audit import AuditPage
from api.page.connect import ConnectPage
from api.page.connection import Connection
from api.page.digest import DigestPage
from api.page.error_pages import HtmlErrorMiddleware, UnknownPathMiddleware
from api.page.forms.form import FormServices
from api.page.forms.routes import add_forms
from api.page.forms.sign_in import SignIn
from api.page.forms.sign_out import SignOut
from api.page.job import JobPage
from api.page.notifications import NotificationsPage
from api.page.overview import Besides, Overview
from api.page.refused import RefusedPage
from api.page.server import ServerPage
from api.page.servers import JobsAddress, ServersPage
from api.page.top import TopLines
from api.reading import ReaderMiddleware
from api.reception import Kind, Reception
from api.remembered import Remembered
from api.resources import activity, badges, upload
from api.resources.activity import Activity
from api.resources.audit import Audit
from api.resources.backup_list import BackupLists
from api.resources.badges import FleetBadge, ServerBadge, SvgName
from api.resources.digest import DigestResource
from api.resources.imports import Import
from api.resources.jobs import JobResource, Jobs, PlannedStart, SecondCopies
from api.resources.latest_runs import LastBackup, LastBackups
from api.resources.metrics import Health, Metrics
from api.resources.notifications import Notifications
from api.resources.openapi import Contract
from api.resources.probes import Healthy, Ready
from api.resources.pulled import PulledServer
from api.resources.rejected import RejectedReport, RejectedReports
from api.resources.reload import Reload
from api.resources.renaming import SeparatedJob
from api.resources.runs import BackupResource, Backups
from api.resources.servers import MergedServer, ServerResource, Servers
from api.resources.status import StatusResource
from api.resources.strays import Strays
from api.resources.summary import Summary
from api.resources.upload import Astray, OnlyAstray, Upload
from api.route_prefix import PrefixMiddleware
from api.services import Services
from api.session_cookie import SessionMiddleware
from api.sessions import Sessions
from api.settled import Settled
from api.sites import Sites
from api.throttle import Throttle
from exporter.ingest.importer import StoreImporter

App = falcon.App[falcon.Request, falcon.Response]
TakesReports = TypeVar("TakesReports", bound=Upload)


def create_app(services: Services, remembered: Remembered | None = None) -> App:
    """Return the app; every route of openapi.yaml.

    Args:
        services: what it is built on.
        remembered: what an app before this one knows of those who came; None for nothing.
    """
    known = Remembered.nothing(services.clock) if remembered is None else remembered
    sessions = Sessions(services.authorizer, services.clock, known.signed_in)
    app = _admitting(services, sessions, known)
    app.req_options.strip_url_path_trailing_slash = True
    app.router_options.converters["svg"] = SvgName
    errors.register(app)
    for add_routes in _ROUTES:
        add_routes(app, services)
    if services.page:
        _add_forms(app, services, sessions, known.sign_ins)
        _add_connect(app, services, known.denials)
    return app


def _admitting(services: Services, sessions: Sessions, known: Remembered) -> App:
    """Return an app that first checks whether a request is for us, then who may send it.

    Each call costs every request: what has nothing to do in this configuration is left out.
    """
    trusted, origins = services.trusted_proxies, services.allowed_origins
    users = BasicUsers(trusted, known.passwords)
    return falcon.App(
        middleware=[
            PrefixMiddleware(services.prefix, services.clock),
            ReaderMiddleware(services.zone),
            SecurityHeadersMiddleware(),
            *([SharingMiddleware(origins)] if origins else []),
            Hosts(services.allowed_hosts, trusted, services.clock),
            _sites(services),
            SessionMiddleware(sessions),
            AuthMiddleware(
                services.authorizer, services.self_metrics, trusted, known.denials, users
            ),
            HtmlErrorMiddleware(services.version),
            *([UnknownPathMiddleware()] if services.page else []),
            FreshnessMiddleware(services.store),
            Strays(_reception(services), services.authorizer),
        ]
    )


def _sites(services: Services) -> Sites:
    return Sites(services.allowed_origins, services.trusted_proxies)


_UPLOAD_STRAY = "/upload"
_ACTIVITY = "/api/activity"
_ROOT = "/"

_KINDS: Mapping[str, Kind] = {
    upload.ADDRESS: upload.KIND,
    _UPLOAD_STRAY: upload.KIND,
    _ROOT: upload.KIND,
    _ACTIVITY: activity.KIND,
}
"""The routes that accept reports, also reports that were sent to a wrong path."""


def _add_reports(app: App, services: Services) -> None:
    app.add_route(upload.ADDRESS, _upload(Upload, services))
    app.add_route(_UPLOAD_STRAY, _upload(Astray, services))
    live = Activity(services.live_reports, services.fleet, services.limits, _reception(services))
    app.add_route(_ACTIVITY, live)
    app.add_route(
        "/api/rejected", RejectedReports(services.store, services.refusals, services.clock)
    )
    app.add_route("/api/rejected/{rejected_id}", RejectedReport(services.refusals, services.clock))


def oversized(services: Services) -> Oversized:
    """Return what records reports that are refused before they reach the app."""
    return Oversized(
        _reception(services), services.authorizer, _sites(services), services.self_metrics, _KINDS
    )


def _upload(kind: type[TakesReports], services: Services) -> TakesReports:
    return kind(
        services.store, services.fleet, services.self_metrics, services.limits, _reception(services)
    )


def _reception(services: Services) -> Reception:
    origin = RequestOrigin(services.clock, services.trusted_proxies)
    refusals, timekeeper = services.refusals, services.timekeeper
    return Reception(services.self_metrics, origin, services.limits, refusals, timekeeper)


def _add_answers(app: App, services: Services) -> None:
    store, fleet, clock = services.store, services.fleet, services.clock
    settled = Settled(fleet, services.standing, clock, services.recent_faults())
    app.add_route("/api/summary", Summary(settled, services.volumes))
    app.add_route("/api/status", StatusResource(store, settled))
    # A server may be named instead of its id, and a name may hold slashes.
    app.add_route("/api/lastbackup/{server_id:path}", LastBackup(fleet))
    app.add_route("/api/lastbackups/{server_id:path}", LastBackups(fleet))
    embedding = badges.embedding(services.authorizer)
    app.add_route("/api/badge.svg", FleetBadge(settled, embedding))
    app.add_route("/api/badge/{server_id:svg}", ServerBadge(settled, embedding))
    sources, templates = services.digest_sources, services.templates
    app.add_route("/api/digest", DigestResource(sources, clock, templates, services.links_to))
    app.add_route("/api/backups", Backups(store, fleet))
    app.add_route("/api/backups/{run_id}", BackupResource(store, fleet))
    app.add_route("/api/notifications", Notifications(services.deliveries))
    app.add_route("/api/openapi.yaml", Contract())


def _add_managed(app: App, services: Services) -> None:
    store, fleet, clock = services.store, services.fleet, services.clock
    app.add_route("/api/audit", Audit(store))
    app.add_route("/api/servers", Servers(fleet, clock))
    app.add_route("/api/servers/{server_id}", ServerResource(store, fleet, clock))
    app.add_route("/api/servers/{server_id}/merge", MergedServer(store, fleet, clock))
    app.add_route("/api/jobs", Jobs(store, fleet, clock))
    app.add_route("/api/jobs/{job_id}", JobResource(store, fleet, clock, services.refusals))
    app.add_route("/api/jobs/{job_id}/separate", SeparatedJob(store, fleet, clock))
    app.add_route("/api/jobs/{job_id}/copies", SecondCopies(store, fleet, clock))


def _add_past(app: App, services: Services) -> None:
    fleet, clock, limits = services.fleet, services.clock, services.limits
    importer = StoreImporter(services.store, fleet, clock, limits.max_log_lines, services.keep_runs)
    app.add_route("/api/import", Import(importer, limits))
    app.add_route("/api/backup-list", BackupLists(importer, limits))
    app.add_route("/api/jobs/{job_id}/planned", PlannedStart(importer, fleet, clock))
    app.add_route("/api/servers/{server_id}/pulled", PulledServer(importer, fleet, clock))


def _add_probes(app: App, services: Services) -> None:
    health = Health(services.exposition, services.fleet, services.store, services.version)
    app.add_route("/api/health", health)
    app.add_route("/metrics", Metrics(services.exposition, services.fleet, services.store))
    app.add_route("/-/healthy", Healthy())
    app.add_route("/-/ready", Ready(services.store))
    app.add_route("/-/reload", Reload(services.reload, services.store, services.clock))


def _add_root(app: App, services: Services) -> None:
    if services.page:
        _add_page(app, services)
    else:
        app.add_route(_ROOT, _upload(OnlyAstray, services))


def _add_page(app: App, services: Services) -> None:
    store, fleet, clock = services.store, services.fleet, services.clock
    connection = Connection(services.authorizer, services.trusted_proxies)
    besides = Besides(services.standing, _top(services), _upload(Astray, services))
    app.add_route(_ROOT, Overview(store, fleet, clock, connection, besides))
    app.add_route("/refused", RefusedPage(store, fleet, clock))
    app.add_route("/audit", AuditPage(store, fleet, clock))
    app.add_route("/notifications", NotificationsPage(store, fleet, clock, services.deliveries))
    app.add_route("/digest", DigestPage(services.digest_sources, clock))
    app.add_route("/jobs", JobsAddress())
    job_page, server_page = _pages_of_one(services)
    app.add_route("/jobs/{job_id}", job_page)
    standing, faults = services.standing, services.faults.all
    app.add_route("/servers", ServersPage(store, fleet, clock, standing, faults))
    app.add_route("/servers/{server_id}", server_page)
    add_assets(app)


def _pages_of_one(services: Services) -> tuple[JobPage, ServerPage]:
    needed = services.store, services.fleet, services.clock, _top(services)
    return JobPage(*needed), ServerPage(*needed)


def _top(services: Services) -> TopLines:
    return TopLines(services.faults.all, services.refusals, services.deliveries)


def _add_forms(app: App, services: Services, sessions: Sessions, throttle: Throttle) -> None:
    trusted = services.trusted_proxies
    store, fleet, refusals = services.store, services.fleet, services.refusals
    forms = FormServices(store, fleet, refusals, services.clock, trusted)
    app.add_route("/sign-in", SignIn(sessions, throttle, services.self_metrics, trusted))
    app.add_route("/sign-out", SignOut(forms, sessions))
    add_forms(app, forms, *_pages_of_one(services))


def _add_connect(app: App, services: Services, denials: Denials) -> None:
    connection = Connection(services.authorizer, services.trusted_proxies)
    arriving = Arriving(services.fleet, services.refusals, denials)
    app.add_route(
        "/connect",
        ConnectPage(services.store, services.fleet, services.clock, connection, arriving),
    )


_ROUTES = (_add_reports, _add_answers, _add_managed, _add_past, _add_probes, _add_root)
