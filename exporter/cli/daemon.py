"""duplistatus serve: the daemon, put together."""

import argparse
import contextlib
import gc
import ipaddress
import logging
import os
import signal
import socket
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from importlib import metadata
from types import FrameType

from msgspec.structs import replace

from api.app import Parts, create_app, oversized
from api.server.accepting import raise_descriptors
from api.server.http_server import HttpServer
from api.server.listening import handed_over, held_to_the_end, listen
from exporter import config, logs
from exporter.auth import Access, Scope, load_or_make
from exporter.cli.duplicati import open_source
from exporter.config import Config
from exporter.config.parsers import Address
from exporter.exposition import Exposition
from exporter.exposition.self_metrics import Telemetry
from exporter.fleet import Fleet
from exporter.ingest.importer import StoredArchive
from exporter.ingest.live import Listener
from exporter.ingest.refusals import Refusals
from exporter.ingest.timekeeper import Timekeeper, keeping_time
from exporter.pull.loop import Rounds, collecting
from exporter.reports.sender_options import duplicati_options
from exporter.store import Store
from exporter.store.retention import Keep, pruning
from exporter.times import now

STOPPING = (signal.SIGTERM, signal.SIGINT)

_DISTRIBUTION = "duplistatus-exporter"
_LOOPBACK = "127.0.0.1"

_ALLOCATIONS = 20_000
"""Between two looks at what is new: the garbage of some hundred reports."""

_log = logging.getLogger(__name__)


def run(chosen: argparse.Namespace) -> int:
    """Serve until a signal says to stop."""
    settings = config.load(vars(chosen), os.environ)
    logs.set_up(settings.log_format, settings.log_level)
    raise_descriptors()
    given = handed_over(os.environ)
    with (
        held_to_the_end(given or listen(*settings.listen)) as listening,
        contextlib.closing(Store(settings.database, settings.limits)) as store,
    ):
        if given is not None:
            settings = replace(settings, listen=Address(_host(given), given.getsockname()[1]))
        parts = make_parts(settings, store)
        server = assemble(settings, parts, listening)
        stop_on_signals(server)
        _spare_the_collector()
        announce(settings, store, listening)
        _tell_options(settings, listening)
        _warn_of_openness(parts.access, listening)
        keep = Keep(settings.keep_runs, settings.keep_messages)
        trusted = parts.timekeeper.is_trusted
        with (
            keeping_time(parts.timekeeper),
            pruning(store, keep, now, trusted),
            listen_to_runs(parts),
            _collecting(settings, parts),
        ):
            server.run()
    _log.info("stopped")
    return 0


def make_parts(settings: Config, store: Store) -> Parts:
    """Put over a store what the daemon consists of."""
    fleet = Fleet(settings.policy, store.created(), settings.stall_after)
    fleet.apply(store.everything())
    telemetry = Telemetry(version(), store.size_bytes)
    timekeeper = Timekeeper(store, fleet, telemetry, now)
    return Parts(
        store=store,
        fleet=fleet,
        timekeeper=timekeeper,
        listener=Listener(store, fleet, telemetry, now, timekeeper),
        exposition=Exposition(fleet, now, telemetry),
        telemetry=telemetry,
        refusals=Refusals(store),
        clock=now,
        version=version(),
        access=settings.access(admin_tokens(settings)),
        limits=settings.limits,
        trusted_proxies=settings.trusted_proxies,
        allowed_origins=settings.allowed_origins,
        allowed_hosts=settings.allowed_hosts,
        page=settings.page,
        keep_runs=settings.keep_runs,
    )


def admin_tokens(settings: Config) -> tuple[str, ...]:
    """Return what changes must carry, made at the first start where nobody configured it."""
    return settings.admin_token or (load_or_make(settings.database),)


def assemble(settings: Config, parts: Parts, listening: socket.socket) -> HttpServer:
    """Put a daemon together."""
    app, limits = create_app(parts), settings.limits
    return HttpServer(app, listening, limits, parts.telemetry, oversized(parts))


@contextlib.contextmanager
def listen_to_runs(parts: Parts) -> Iterator[None]:
    """Let the work behind live reports be done meanwhile."""
    parts.listener.start()
    try:
        yield
    finally:
        parts.listener.close()


def _collecting(settings: Config, parts: Parts) -> AbstractContextManager[None]:
    """Collect from servers of Duplicati meanwhile, where that is configured."""
    if settings.collect_every is None:
        return contextlib.nullcontext()
    if not settings.sources:
        _log.warning("collect_every has nothing to do: the file has no [[collect]] table")
        return contextlib.nullcontext()
    for source in settings.sources:
        _log.info("collecting", extra=logs.event(server=source.name, trust=source.trust))
    if settings.collect_every > settings.policy.tolerance:
        _log.warning("collect_every is longer than tolerance: what is not collected yet is overdue")
    most_lines = parts.limits.max_log_lines
    archive = StoredArchive(parts.store, parts.fleet, parts.clock, most_lines, parts.keep_runs)
    rounds = Rounds(settings.sources, open_source, archive, parts.telemetry, parts.clock)
    return collecting(rounds, settings.collect_every)


def _spare_the_collector() -> None:
    """Keep Python's garbage collector from looking again and again at what lives to the end.

    With ten thousand jobs that took a quarter of a scrape and a tenth of an upload.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)


def stop_on_signals(server: HttpServer, signals: Iterable[signal.Signals] = STOPPING) -> None:
    """Let signals finish what is in flight and end the server."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.stop()

    for number in signals:
        signal.signal(number, stop)


def announce(settings: Config, store: Store, listening: socket.socket) -> None:
    """Tell people where the daemon serves, and the commands on this machine where to ask it."""
    address = _address(settings, listening)
    store.announce(_url(address, _LOOPBACK))
    _log.info("listening", extra=logs.event(url=_url(address, "0.0.0.0")))  # noqa: S104 - shown only
    _log.info("storing", extra=logs.event(database=str(settings.database.absolute())))


def _warn_of_openness(access: Access, listening: socket.socket) -> None:
    """Say what everybody may do who reaches the daemon, where others than this machine can."""
    host = listening.getsockname()[0]
    scopes = [scope.value for scope in Scope if access.is_open(scope)]
    if scopes and not ipaddress.ip_address(host.partition("%")[0]).is_loopback:
        message = "open to everybody who reaches it; *_tokens close it"
        _log.warning(message, extra=logs.event(scopes=",".join(scopes)))


def _tell_options(settings: Config, listening: socket.socket) -> None:
    url = _url(_address(settings, listening), socket.gethostname())
    options = duplicati_options(f"{url}/api/upload")
    _log.info("Duplicati options to paste: %s", " ".join(options))


def _address(settings: Config, listening: socket.socket) -> Address:
    """Return where the daemon really listens: the port may have been left to the system."""
    return Address(settings.listen.host, listening.getsockname()[1])


def _host(listening: socket.socket) -> str | None:
    """Return where a socket listens; None stands for every interface."""
    host: str = listening.getsockname()[0].partition("%")[0]
    return None if ipaddress.ip_address(host).is_unspecified else host


def _url(address: Address, everywhere: str) -> str:
    host = address.host or everywhere
    return f"http://{f'[{host}]' if ':' in host else host}:{address.port}"


def version() -> str:
    """Return the daemon's version."""
    return metadata.version(_DISTRIBUTION)
