"""Daemons that share a database, as processes, while it is away."""

import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from exporter.times import HOUR, MINUTE
from tests.support.daemon import NOW
from tests.support.live import activity
from tests.support.postgres import Postgres
from tests.support.postgres_fixtures import postgres_server, postgres_url
from tests.support.process import reports
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.waiting import eventually
from tests.support.reports_builder import duplicati_report

__all__ = ["postgres_server", "postgres_url"]

HELD = 40
"""Reports at a daemon; it has threads for 32."""

READERS = 12
"""Of them eight are answered at the same time."""

SOON_SECONDS = 2.0
OUTAGE_SECONDS = 8.0
OF_ITSELF = ("/-/healthy", "/-/ready", "/metrics?part=daemon", "/api/health?part=daemon")


@pytest.fixture
def daemons(tmp_path: Path, postgres_url: str) -> Iterator[list[Daemon]]:
    """Two that share a database."""
    with ExitStack() as stack:
        folders = [tmp_path / name for name in ("one", "other")]
        for folder in folders:
            folder.mkdir()
        flags = (*ANY_PORT, "--database", postgres_url)
        yield [stack.enter_context(Daemon(folder, *flags)) for folder in folders]


@contextmanager
def readers(daemon: Daemon) -> Iterator[list[int]]:
    """Ask for the fleet all the time from several threads; yield the codes of the answers."""
    ended, codes = threading.Event(), list[int]()

    def read() -> None:
        while not ended.is_set():
            codes.append(daemon.get("/api/summary").status_code)

    with ThreadPoolExecutor(READERS) as pool:
        reading = [pool.submit(read) for _ in range(READERS)]
        try:
            yield codes
        finally:
            ended.set()
        for each in reading:
            each.result(60)


def spent(daemon: Daemon, path: str) -> float:
    """Return how long an answer took, which is to be one."""
    began = time.monotonic()
    assert daemon.get(path).status_code == 200, path
    return time.monotonic() - began


def test_a_daemon_tells_of_itself_while_reports_and_readers_wait_for_the_database(
    daemons: list[Daemon], postgres_server: Postgres
) -> None:
    daemons[0].upload(reports.documented())
    bodies = [reports.documented(f"server-{number}") for number in range(2 * HELD)]
    with ThreadPoolExecutor(len(bodies)) as pool:
        postgres_server.stop("immediate")
        until = time.monotonic() + OUTAGE_SECONDS
        try:
            sent = [
                pool.submit(daemons[number % 2].post, body) for number, body in enumerate(bodies)
            ]
            with readers(daemons[0]) as codes:
                slowest = dict.fromkeys(OF_ITSELF, 0.0)
                while time.monotonic() < until:
                    for path in OF_ITSELF:
                        slowest[path] = max(slowest[path], *(spent(each, path) for each in daemons))
        finally:
            postgres_server.start()
        assert set(codes) == {requests.codes.service_unavailable}
        assert max(slowest.values()) < SOON_SECONDS, slowest
        assert [each.result(60).status_code for each in sent] == [200] * len(sent)
    for daemon in daemons:
        assert daemon.data("/api/summary")["totalBackupJobs"] == len(bodies) + 1


def test_live_reports_that_wait_for_the_database_keep_no_report_from_it(
    daemons: list[Daemon], postgres_server: Postgres
) -> None:
    daemon, url = daemons[0], f"{daemons[0].url}/api/activity"
    began = NOW - HOUR
    daemon.upload(duplicati_report(began=began, machine_id="m-1"))
    told = activity(began=began + MINUTE, at=began + MINUTE)
    with ThreadPoolExecutor(HELD + 1) as pool:
        postgres_server.stop("immediate")
        try:
            live = [pool.submit(requests.post, url, told, timeout=60) for _ in range(HELD)]
            before = eventually(lambda: held(daemon), "live reports wait, one for the other", 20)
            report = pool.submit(daemon.post, reports.documented())
            eventually(lambda: held(daemon) > before, "a report waits, too")
        finally:
            postgres_server.start()
        assert report.result(60).status_code == 200
        assert {each.result(60).status_code for each in live} == {202}


def test_a_daemon_that_stops_while_the_database_is_away_refuses_what_it_holds(
    daemons: list[Daemon], postgres_server: Postgres
) -> None:
    """Who is refused finds another daemon; who is cut off may not try again."""
    stopping, other = daemons
    bodies = [reports.documented(f"server-{number}") for number in range(HELD)]
    with ThreadPoolExecutor(len(bodies)) as pool:
        postgres_server.stop("immediate")
        try:
            sent = [pool.submit(stopping.post, body) for body in bodies]
            eventually(lambda: held(stopping) > 0, "reports are held")
            stopping.signal(signal.SIGTERM)
            codes = {each.result(60).status_code for each in sent}
            assert codes == {requests.codes.service_unavailable}
            assert stopping.wait() == 0
        finally:
            postgres_server.start()
    assert other.data("/api/summary")["totalBackupJobs"] == 0


def held(daemon: Daemon) -> float:
    """Return how many reports a daemon holds."""
    lines = daemon.get("/metrics?part=daemon").text.splitlines()
    (value,) = [line.split()[1] for line in lines if line.startswith("duplistatus_reports_held ")]
    return float(value)
