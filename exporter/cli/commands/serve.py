"""duplistatus serve."""

import argparse
import contextlib
import gc
import ipaddress
import logging
import os
import socket
from collections.abc import Iterator

from msgspec.structs import replace

from api.server.accepting import raise_descriptors
from api.server.listening import handed_over, held_to_the_end, listen
from api.services import Services
from exporter import logs
from exporter.auth import Authorizer, Scope
from exporter.cli.arguments import Commands, add_configured, configuration
from exporter.cli.daemon import (
    announce,
    assemble,
    build_services,
    listen_to_runs,
    site_of,
    stop_on_signals,
    url_of,
    version,
)
from exporter.cli.duplicati import open_source
from exporter.cli.notifications import require_usable
from exporter.cli.stores import open_store
from exporter.cli.telling import telling, watch_of
from exporter.config import Config
from exporter.config.parsers import Address
from exporter.ingest.importer import StoreImporter
from exporter.ingest.timekeeper import keeping_time
from exporter.pull.loop import PullLoop, pulling
from exporter.reports.sender_options import duplicati_options
from exporter.store import Store
from exporter.store.retention import RetentionPolicy, pruning

_ALLOCATIONS = 20_000
"""Between two collections of new objects: the garbage of some hundred reports."""

_log = logging.getLogger(__name__)


def add_to(commands: Commands) -> None:
    """Add the command."""
    add_configured(commands, "serve", "run the daemon", run)


def run(chosen: argparse.Namespace) -> int:
    """Serve until a signal stops it."""
    settings = configuration(chosen)
    require_usable(settings.notifications)
    logs.set_up(settings.log_format, settings.log_level)
    raise_descriptors()
    given = handed_over(os.environ)
    with (
        held_to_the_end(given or listen(*settings.listen)) as listening,
        contextlib.closing(_open(settings)) as store,
    ):
        if given is not None:
            settings = replace(settings, listen=Address(_host(given), given.getsockname()[1]))
        _serve(settings, store, listening)
    _log.info("stopped")
    return 0


def _open(settings: Config) -> Store:
    return open_store(settings, version(), watch_of(settings.notifications))


def _serve(settings: Config, store: Store, listening: socket.socket) -> None:
    services = build_services(settings, store)
    loop = _pull_loop(settings, services)
    if loop is not None:
        services = services._replace(pull_failures=loop.failing)
    server = assemble(site_of(services), services, listening)
    stop_on_signals(server)
    _tune_gc()
    announce(settings, store, listening)
    _tell_options(settings, listening)
    _warn_unauthenticated(services.authorizer, listening)
    with _working_behind(settings, services, loop):
        server.run()


@contextlib.contextmanager
def _working_behind(settings: Config, services: Services, loop: PullLoop | None) -> Iterator[None]:
    """Run the background work meanwhile."""
    retention = RetentionPolicy(settings.keep_runs, settings.keep_messages)
    trusted = services.timekeeper.is_trusted
    with (
        keeping_time(services.timekeeper),
        pruning(services.store, retention, services.clock, trusted),
        listen_to_runs(services),
        contextlib.ExitStack() as stack,
    ):
        stack.enter_context(telling(settings.notifications, services))
        if loop is not None and settings.pull_interval is not None:
            stack.enter_context(pulling(loop, settings.pull_interval, services.store.leads))
        yield


def _pull_loop(settings: Config, services: Services) -> PullLoop | None:
    """Return what pulls from servers of Duplicati; None where that is not configured."""
    if settings.pull_interval is None:
        return None
    if not settings.pull_targets:
        _log.warning("pull_interval has no effect: the file has no [[pull]] table")
        return None
    for target in settings.pull_targets:
        _log.info("pulling", extra=logs.log_fields(server=target.name, trust=target.trust))
    if settings.pull_interval > settings.policy.tolerance:
        _log.warning(
            "pull_interval is longer than tolerance: jobs may be overdue until the next pull"
        )
    most_lines = services.limits.max_log_lines
    importer = StoreImporter(
        services.store, services.fleet, services.clock, most_lines, services.keep_runs
    )
    return PullLoop(
        settings.pull_targets,
        open_source,
        importer,
        services.self_metrics,
        services.clock,
    )


def _tune_gc() -> None:
    """Keep Python's garbage collector from scanning long-lived objects repeatedly.

    With ten thousand jobs that took a quarter of a scrape and a tenth of an upload.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)


def _tell_options(settings: Config, listening: socket.socket) -> None:
    url = url_of(settings, listening, socket.gethostname())
    options = duplicati_options(f"{url}/api/upload")
    _log.info("Duplicati options to paste: %s", " ".join(options))


def _warn_unauthenticated(authorizer: Authorizer, listening: socket.socket) -> None:
    """Warn of scopes without authentication if other machines can reach the daemon."""
    host = listening.getsockname()[0]
    scopes = [scope.value for scope in Scope if authorizer.is_open(scope)]
    if scopes and not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        message = "no authentication for these scopes; configure *_tokens"
        _log.warning(message, extra=logs.log_fields(scopes=",".join(scopes)))


def _host(listening: socket.socket) -> str | None:
    """Return where a socket listens; None stands for every interface."""
    host: str = listening.getsockname()[0].partition("%")[0]
    return None if ipaddress.ip_address(host).is_unspecified else host
