"""duplistatus serve."""

import argparse
import contextlib
import ipaddress
import logging
import os
import socket
from functools import partial

from msgspec.structs import replace

from api.server.accepting import raise_descriptors
from api.server.listening import handed_over, held_to_the_end, listen
from exporter import logs
from exporter.cli import tuning
from exporter.cli.arguments import Commands, add_configured, configuration
from exporter.cli.background import Background
from exporter.cli.daemon import announce, build_services, stop_on_signals, url_of, version
from exporter.cli.notifications import require_usable
from exporter.cli.publishing import require_publishable
from exporter.cli.reloading import Reloader
from exporter.cli.running import RunningDaemon
from exporter.cli.stores import open_store
from exporter.cli.telling import watch_of
from exporter.config import Config
from exporter.config.parsers import Address
from exporter.reports.sender_options import duplicati_options, retrying_options
from exporter.store import Store

_log = logging.getLogger(__name__)


def add_to(commands: Commands) -> None:
    """Add the command."""
    add_configured(commands, "serve", "run the daemon", run)


def run(chosen: argparse.Namespace) -> int:
    """Serve until a signal stops it."""
    reloader = Reloader()
    reloader.ask_on_hangup()
    settings = configuration(chosen)
    require_usable(settings.notifications)
    require_publishable(settings.broker)
    logs.set_up(settings.log_format, settings.log_level)
    raise_descriptors()
    given = handed_over(os.environ)
    tuning.share_memory()
    tuning.hold_gc()
    with (
        held_to_the_end(given or listen(*settings.listen)) as listening,
        contextlib.closing(_open(settings)) as store,
    ):
        daemon = _daemon(settings, store, listening, reloader)
        _tell(settings if given is None else _at(settings, given), store, listening)
        renew = partial(daemon.renew, partial(configuration, chosen))
        with daemon.working(), reloader.reloading(renew):
            daemon.server.run()
    _log.info("stopped")
    return 0


def _open(settings: Config) -> Store:
    return open_store(settings, version(), watch_of(settings.notifications))


def _daemon(
    settings: Config, store: Store, listening: socket.socket, reloader: Reloader
) -> RunningDaemon:
    background = Background()
    services = build_services(settings, store)
    services = services._replace(
        pull_failures=background.failing, awaited_pulls=background, reload=reloader.reload
    )
    daemon = RunningDaemon(settings, services, listening, background)
    stop_on_signals(daemon.server)
    tuning.tune_gc()
    tuning.switch_sooner()
    return daemon


def _at(settings: Config, given: socket.socket) -> Config:
    """Return settings with the address of a socket that was handed over."""
    return replace(settings, listen=Address(_host(given), given.getsockname()[1]))


def _tell(settings: Config, store: Store, listening: socket.socket) -> None:
    announce(settings, store, listening)
    url = url_of(settings, listening, socket.gethostname())
    upload = f"{url}/api/upload"
    for versions, options in (
        ("2.2 and later", retrying_options(upload)),
        ("earlier versions", duplicati_options(upload)),
    ):
        _log.info("Duplicati options to paste, %s: %s", versions, " ".join(options))


def _host(listening: socket.socket) -> str | None:
    """Return where a socket listens; None stands for every interface."""
    host: str = listening.getsockname()[0].partition("%")[0]
    return None if ipaddress.ip_address(host).is_unspecified else host
