"""Wiring of the daemon."""

import contextlib
import logging
import signal
import socket
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo

from api.app import create_app, oversized
from api.at_once import AtOnce
from api.remembered import Remembered
from api.server.http_server import HttpServer
from api.server.site import Site
from api.services import Services
from exporter import logs
from exporter.auth import load_or_make
from exporter.conditions.standing import Standing
from exporter.config import Config
from exporter.config.database import DatabaseAddress
from exporter.exposition import Exposition
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.fleet.volumes import Volumes
from exporter.ingest.live import LiveReportService
from exporter.ingest.refusals import Refusals
from exporter.ingest.timekeeper import Timekeeper
from exporter.notifications.addressees import addresses_of
from exporter.notifications.deliveries import Deliveries
from exporter.notifications.rendering import Templates
from exporter.store import Store

STOPPING = (signal.SIGTERM, signal.SIGINT)

_DISTRIBUTION = "duplistatus-exporter"
_LOOPBACK = "127.0.0.1"

_log = logging.getLogger(__name__)


def build_services(settings: Config, store: Store) -> Services:
    """Build the daemon's services on a store.

    Raises:
        AdminTokenError: the file of the admin token cannot be used.
    """
    fleet = Fleet(settings.policy, store.created(), settings.stall_after)
    store.follow(fleet)
    self_metrics = SelfMetrics(version(), store.size_bytes)
    self_metrics.share(store.sharing)
    self_metrics.use_config(store.now())
    timekeeper = Timekeeper(store, fleet, self_metrics, store.now)
    services = Services(
        store=store,
        fleet=fleet,
        standing=Standing(fleet),
        volumes=Volumes(fleet),
        timekeeper=timekeeper,
        live_reports=LiveReportService(store, fleet, self_metrics, store.now, timekeeper),
        exposition=Exposition(fleet, store.now, self_metrics),
        self_metrics=self_metrics,
        refusals=Refusals(store),
        clock=store.now,
        version=version(),
        authorizer=settings.access(admin_tokens(settings)),
    )
    return configured(services, settings)


def configured(services: Services, settings: Config) -> Services:
    """Return services with all that follows from the configuration alone.

    Raises:
        AdminTokenError: the file of the admin token cannot be used.
    """
    return services._replace(
        authorizer=settings.access(admin_tokens(settings)),
        limits=settings.limits,
        trusted_proxies=settings.trusted_proxies,
        allowed_origins=settings.allowed_origins,
        allowed_hosts=settings.allowed_hosts,
        page=settings.page,
        route_prefix=settings.route_prefix,
        keep_runs=settings.keep_runs,
        deliveries=Deliveries(services.store.outbox, addresses_of(settings.notifications)),
        templates=Templates(settings.notifications.templates),
        public_url=settings.notifications.public_url,
        zone=ZoneInfo(settings.timezone),
    )


def admin_tokens(settings: Config) -> tuple[str, ...]:
    """Return the admin tokens; one is created at the first start if none is configured.

    Daemons that share a database share no file: without a configured token nobody changes anything.
    """
    if settings.admin_token:
        return settings.admin_token
    if isinstance(settings.database, Path):
        return (load_or_make(settings.database),)
    return ()


def site_of(services: Services, remembered: Remembered | None = None) -> Site:
    """Return what answers requests."""
    # Where daemons share a store, each answer waits for it.
    at_once = AtOnce() if services.store.sharing() is None else None
    app = create_app(services, remembered)
    return Site(app, oversized(services), services.prefix, at_once)


def assemble(site: Site, services: Services, listening: socket.socket) -> HttpServer:
    """Return the HTTP server of a daemon."""
    server = HttpServer(site, listening, services.limits, services.self_metrics)
    server.hurry = services.store.hurry
    return server


@contextlib.contextmanager
def listen_to_runs(services: Services) -> Iterator[None]:
    """Process live reports in the background meanwhile."""
    services.live_reports.start()
    try:
        yield
    finally:
        services.live_reports.close()


def stop_on_signals(server: HttpServer, signals: Iterable[signal.Signals] = STOPPING) -> None:
    """Let signals stop the server once the requests in flight are answered."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.stop()

    for number in signals:
        signal.signal(number, stop)


def announce(settings: Config, store: Store, listening: socket.socket) -> None:
    """Log where the daemon serves, and store its address for the commands on this machine."""
    store.announce(url_of(settings, listening, _LOOPBACK))
    shown = url_of(settings, listening, "0.0.0.0")  # noqa: S104 - no address to listen on
    _log.info("listening", extra=logs.log_fields(url=shown))
    _log.info("database opened", extra=logs.log_fields(database=_named(settings.database)))


def _named(database: DatabaseAddress) -> str:
    return str(database.absolute() if isinstance(database, Path) else database)


def url_of(settings: Config, listening: socket.socket, everywhere: str) -> str:
    """Return the address the daemon listens on: the port may have been chosen by the system."""
    host, port = settings.listen.host or everywhere, listening.getsockname()[1]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def version() -> str:
    """Return the daemon's version."""
    return metadata.version(_DISTRIBUTION)
