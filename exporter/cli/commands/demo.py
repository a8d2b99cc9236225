"""duplistatus demo: a daemon with a synthetic fleet, which leaves nothing behind.

Historical reports take the same path as real ones, but with their own time of arrival; reports
that become due while it serves keep arriving.
"""

import argparse
import contextlib
import logging
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import dropwhile, takewhile
from pathlib import Path
from types import FrameType
from typing import NoReturn

from api.server.listening import listen
from api.services import Services
from exporter import config, logs
from exporter.cli.arguments import Commands, add, take
from exporter.cli.daemon import (
    STOPPING,
    announce,
    assemble,
    build_services,
    listen_to_runs,
    site_of,
    stop_on_signals,
)
from exporter.cli.demo_people import furnish
from exporter.cli.progress import bar, progress
from exporter.config import Config
from exporter.config.options import OPTIONS
from exporter.demo import DAYS, Arrival, arrivals, live_arrivals
from exporter.demo.extras import LIVE, REPORTING
from exporter.exposition.families.daemon import UploadOutcome
from exporter.model import Delivery
from exporter.reports import read_live_status, read_report
from exporter.store import Recorded
from exporter.store.sqlite import Store
from exporter.times import DAY, SECOND, Millis, now

_EXPLAINED = """\
Thirteen servers with forty-five backups, and ninety days of their reports: each condition that the
page knows holds for one at least, most are fine. Some have tags, one is paused, one is muted, a
server may be a second one of the same machine, a report was refused. While it serves, more reports
arrive. Look at

  http://localhost:9666/                         all of it, in a browser
  http://localhost:9666/api/summary              the whole fleet in five figures
  http://localhost:9666/api/jobs?overdue=true    what is missing, and since when
  http://localhost:9666/api/jobs?failing=true    what fails
  http://localhost:9666/api/lastbackups/media    the last run of each backup of a server
  http://localhost:9666/metrics                  what Prometheus gets

or let Prometheus scrape it with deploy/prometheus/prometheus.yml. The commands work on it too: they
take the database that its log names. It makes no other file, needs no network, and Ctrl-C ends it
and removes all it made."""

_SENDER = "127.0.0.1"
_AT_ONCE = 16
"""Reports that are recorded together share a commit, which is slow on a slow disk."""

_TOLD_EVERY = 100

_TOLD_LIVE_EVERY = 30 * SECOND
_REMEMBERED = 3 * DAY
"""How far back live reports are generated: the newest run that vanished is within it."""

_LOOK_SECONDS = 60.0
"""How long to wait before the clock is read again: it goes on while a laptop sleeps."""

_ENDING = (*STOPPING, signal.SIGHUP)
"""A terminal that closes sends SIGHUP, which ends the demo too."""

_log = logging.getLogger(__name__)


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add(commands, "demo", "run a demo daemon with synthetic data", run)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EXPLAINED
    take(parser, *(option for option in OPTIONS if option.name != "database"))


def run(chosen: argparse.Namespace) -> int:
    """Serve a synthetic fleet until a signal stops it."""
    for number in _ENDING:
        signal.signal(number, _leave)
    with tempfile.TemporaryDirectory(prefix="duplistatus-demo-") as folder:
        database = Path(folder, "duplistatus.sqlite")
        settings = config.load(vars(chosen) | {"database": str(database)}, os.environ)
        logs.set_up(settings.log_format, settings.log_level)
        with (
            listen(*settings.listen) as listening,
            contextlib.closing(Store(database, settings.limits)) as store,
        ):
            _serve(settings, store, listening)
    _log.info("stopped, demo data removed")
    return 0


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    """Exit before anything is served, and clean up."""
    raise SystemExit(0)


def _serve(settings: Config, store: Store, listening: socket.socket) -> None:
    services, present = build_services(settings, store), now()
    services.fleet.created = present - DAYS * DAY  # as if it had listened since
    _catch_up(services, present)
    furnish(services, present)
    server = assemble(site_of(services), services, listening)
    stop_on_signals(server, _ENDING)
    announce(settings, store, listening)
    _log.info("demo with synthetic data: Ctrl-C ends it and removes its database")
    with listen_to_runs(services), _reporting(services, present):
        server.run()


def _catch_up(services: Services, present: Millis) -> None:
    """Record ninety days of reports, up to the present."""
    past = [*takewhile(lambda arrival: arrival.at <= present, arrivals(present, REPORTING))]
    threads = ThreadPoolExecutor(_AT_ONCE)
    try:
        with progress() as show:
            for number, _ in enumerate(threads.map(partial(receive, services), past)):
                if number % _TOLD_EVERY == 0:
                    show(f"{bar(number, len(past))} Generating {DAYS} days of reports")
    finally:
        threads.shutdown(cancel_futures=True)


def receive(services: Services, arrival: Arrival) -> Recorded:
    """Record a report as an upload at its time of arrival would."""
    began = time.perf_counter()
    delivery = Delivery(arrival.at, _SENDER)
    recorded = services.store.record(read_report(arrival.body), delivery)
    outcome = UploadOutcome.RECORDED if recorded.new else UploadOutcome.DUPLICATE
    services.self_metrics.observe_upload(outcome, time.perf_counter() - began)
    return recorded


@contextlib.contextmanager
def _reporting(services: Services, present: Millis) -> Iterator[None]:
    """Record reports meanwhile, each when it is due, and live reports of running backups."""
    coming = dropwhile(lambda arrival: arrival.at <= present, arrivals(present, REPORTING))
    live = live_arrivals(present, present - _REMEMBERED, _TOLD_LIVE_EVERY, LIVE)
    ending = threading.Event()
    threads = [
        threading.Thread(target=keep_receiving, args=(services, coming, ending), name="fleet"),
        threading.Thread(target=keep_hearing, args=(services, live, ending), name="live fleet"),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join()


def keep_receiving(services: Services, coming: Iterable[Arrival], ending: threading.Event) -> None:
    """Record each report when it is due, until `ending` is set."""
    for arrival in _when_due(services, coming, ending):
        _log_recorded(receive(services, arrival))


def keep_hearing(services: Services, coming: Iterable[Arrival], ending: threading.Event) -> None:
    """Accept each live report when it is due, until `ending` is set."""
    for arrival in _when_due(services, coming, ending):
        services.live_reports.accept(read_live_status(arrival.body), Delivery(arrival.at, _SENDER))


def _when_due(
    services: Services, coming: Iterable[Arrival], ending: threading.Event
) -> Iterator[Arrival]:
    for arrival in coming:
        while (left := arrival.at - services.clock()) > 0:
            if ending.wait(min(left / SECOND, _LOOK_SECONDS)):
                return
        yield arrival


def _log_recorded(recorded: Recorded) -> None:
    message = "report recorded" if recorded.new else "report already recorded"
    _log.info(message, extra=logs.log_fields(server=recorded.server.name, job=recorded.job.name))
