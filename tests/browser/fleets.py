"""The states that a page can be in, each a daemon with a frozen present."""

from collections.abc import Callable, Mapping, Sequence
from heapq import merge
from itertools import takewhile
from pathlib import Path

from exporter.cli.demo_people import furnish
from exporter.demo import JOBS, Arrival, arrivals, live_arrivals
from exporter.demo.extras import LIVE, REPORTING
from exporter.demo.job import Job
from exporter.model import Delivery, Report
from exporter.reports import read_report
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.api.page.conftest import fill_with_all
from tests.exporter.demo import past
from tests.support.daemon import NOW, SENDER, Clock, Daemon
from tests.support.reports_builder import duplicati_report
from tests.tools.bench.filling import Size, fill

_SERVERS = ("nas", "mail", "laptop")
_JOBS = ("Documents", "Photos", "Configuration")

_MANY = Size(runs=20_000, jobs=10_000)


def fine(folder: Path) -> Daemon:
    """Return three servers with three backups each, that all went well."""
    daemon = Daemon(folder, Clock(NOW))
    for machine, server in enumerate(_SERVERS):
        for hour, job in enumerate(_JOBS):
            for day in range(9, -1, -1):
                daemon.upload(
                    duplicati_report(
                        began=NOW - day * DAY - (hour + 1) * HOUR,
                        server=server,
                        machine_id=f"m-{machine}",
                        backup=job,
                        duration=(hour + 1 + day % 3) * MINUTE,
                        data={"ExaminedFiles": 1000, "SizeOfExaminedFiles": 10**9 + day},
                        backend={"KnownFileSize": 8 * 10**8, "BytesUploaded": 10**6},
                    )
                )
    return daemon


def trouble(folder: Path) -> Daemon:
    """Return the fleet of the demonstration, with what runs in its present."""
    return _filled(folder, past.up_to(past.PRESENT), JOBS)


def demo(folder: Path) -> Daemon:
    """Return the same with all that the demonstration has beside it."""
    reports = takewhile(_is_past, arrivals(past.PRESENT, REPORTING))
    daemon = _filled(folder, [*reports], LIVE)
    daemon.live_reports.run_once()
    furnish(daemon.services, past.PRESENT)
    return daemon


def _filled(folder: Path, reports: Sequence[Arrival], heard: Sequence[Job]) -> Daemon:
    daemon = Daemon(folder, Clock(past.PRESENT))

    live_since = past.PRESENT - 3 * DAY
    daemon.store.record_all(_delivered(each) for each in reports if each.at <= live_since)
    told = takewhile(_is_past, live_arrivals(past.PRESENT, live_since, MINUTE, heard))
    later = ((each, False) for each in reports if each.at > live_since)
    for arrival, is_live in merge(later, ((each, True) for each in told), key=_when):
        daemon.clock.now = arrival.at  # which never goes back: that would be a wrong clock
        if is_live:
            daemon.client.simulate_post("/api/activity", body=arrival.body)
        else:
            daemon.store.record(*_delivered(arrival))
    daemon.clock.now = past.PRESENT
    return daemon


def _delivered(arrival: Arrival) -> tuple[Report, Delivery]:
    return read_report(arrival.body), Delivery(arrival.at, SENDER)


def _is_past(arrival: Arrival) -> bool:
    return arrival.at <= past.PRESENT


def _when(entry: tuple[Arrival, bool]) -> Millis:
    return entry[0].at


def every(folder: Path) -> Daemon:
    """Return a job of each condition, on two servers."""
    daemon = Daemon(folder, Clock(NOW))
    fill_with_all(daemon)
    return daemon


def empty(folder: Path) -> Daemon:
    """Return a daemon that nobody reported to."""
    return Daemon(folder, Clock(NOW))


def many(folder: Path) -> Daemon:
    """Return ten thousand backups, a millisecond apart, at the moment when half are overdue."""
    fill(folder / "reports.sqlite", _MANY)
    daemon = Daemon(folder)
    middle = daemon.fleet.jobs()[_MANY.jobs // 2].expectation
    assert middle is not None
    daemon.clock.now = middle.deadline
    return daemon


STATES: Mapping[str, Callable[[Path], Daemon]] = {
    "fine": fine,
    "trouble": trouble,
    "demo": demo,
    "every": every,
    "empty": empty,
    "many": many,
}
