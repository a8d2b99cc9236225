"""What a scrape of the synthetic fleet's daemon would have got, every half hour for thirty days.

Everything is as in a real daemon, reports and exposition, but the clock; and the process's own
figures, which would be those of the tests.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import NamedTuple

from exporter.demo import DAYS as DAYS_OF_FLEET
from exporter.demo import Arrival, arrivals, live_arrivals
from exporter.exposition import Exposition
from exporter.exposition.families.daemon import UploadOutcome
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.ingest.live import LiveReportService
from exporter.ingest.timekeeper import Timekeeper
from exporter.model import Delivery
from exporter.reports import read_live_status, read_report
from exporter.schedule.policy import SchedulePolicy
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis, parse_timestamp

END: Millis = parse_timestamp("2026-10-22T10:00:00Z")
"""The fleet's present: a Thursday, and such that thirty days are in two blocks of Prometheus."""

DATABASE = "reports.sqlite"

BEGIN: Millis = END - 30 * DAY
STEP: Millis = 30 * MINUTE

DOWN = range(END - 12 * DAY, END - 12 * DAY + 2 * HOUR)
"""When the daemon was not reachable."""

_SENDER = "192.0.2.7"
_REJECTED = 0.01
_FAILED = 0.002
_TOLD = 0.05
_TOLD_AGAIN = 0.01
_UNREACHABLE = b"# HELP up Whether the scrape worked.\n# TYPE up gauge\nup 0\n"


_OF_POSTGRESQL = {
    "duplistatus_replicas": ("gauge", 2),
    "duplistatus_database_reachable": ("gauge", 1),
    "duplistatus_reports_held": ("gauge", 0),
}
_CATCHING_UP = """# HELP duplistatus_catch_up_seconds Of the daemon.
# TYPE duplistatus_catch_up_seconds summary
duplistatus_catch_up_seconds_sum {seconds}
duplistatus_catch_up_seconds_count {questions}
"""
"""What this daemon, which has SQLite, would not say: the dashboards ask for it."""


class Scrape(NamedTuple):
    """What one scrape got and when, in OpenMetrics."""

    at: Millis
    exposition: bytes


class _Clock:
    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> Millis:
        return self.now


class _Daemon:
    """A daemon whose clock is set from report to report."""

    def __init__(self, store: Store) -> None:
        self.clock = _Clock()
        self._store = store
        self._self_metrics = SelfMetrics("0.3.0", store.size_bytes)
        self._self_metrics.use_config(END - DAYS_OF_FLEET * DAY)
        self._fleet = Fleet(SchedulePolicy(), END - DAYS_OF_FLEET * DAY)
        store.follow(self._fleet)
        self._exposition = Exposition(self._fleet, self.clock, self._self_metrics)
        timekeeper = Timekeeper(store, self._fleet, self._self_metrics, self.clock, self.clock)
        self._live_reports = LiveReportService(
            store, self._fleet, self._self_metrics, self.clock, timekeeper
        )
        self._random = Random("uploads")
        self._told = Random("notifications")
        self._self_metrics.set_channels(["phone"])

    def receive(self, arrivals: Iterable[Arrival]) -> None:
        """Record reports, and now and then one that is refused or could not be stored."""
        reports = [(read_report(each.body), Delivery(each.at, _SENDER)) for each in arrivals]
        for recorded in self._store.record_all(reports):
            self._count(UploadOutcome.RECORDED if recorded.new else UploadOutcome.DUPLICATE, 1)
            self._count(UploadOutcome.REJECTED, _REJECTED)
            self._count(UploadOutcome.FAILED, _FAILED)
            self._tell("sent", _TOLD)
            self._tell("failed", _TOLD_AGAIN)

    def hear(self, arrival: Arrival) -> None:
        """Take in a live report."""
        self.clock.now = arrival.at
        self._live_reports.accept(read_live_status(arrival.body), Delivery(arrival.at, _SENDER))
        self._live_reports.run_once()

    def _count(self, outcome: UploadOutcome, share: float) -> None:
        if self._random.random() < share:
            self._self_metrics.observe_upload(outcome, self._random.lognormvariate(-4.5, 0.8))

    def _tell(self, outcome: str, share: float) -> None:
        if self._told.random() < share:
            self._self_metrics.count_notification("phone", outcome)

    def scrape(self) -> bytes:
        """Return the exposition at the clock's time, followed by what Prometheus adds."""
        exposed = self._exposition.openmetrics()
        exposition = b"".join((*exposed.fleet, exposed.daemon)).removesuffix(b"# EOF\n")
        samples = exposition.count(b"\n") - exposition.count(b"\n#") - exposition.startswith(b"#")
        return exposition + _around(self.clock.now, samples).encode()


class _Coming:
    """What arrives, in the order of time, applied step by step."""

    def __init__(self, arrivals: Iterator[Arrival]) -> None:
        self._arrivals = arrivals
        self._next = next(arrivals)

    def until(self, at: Millis) -> Iterator[Arrival]:
        """Apply what arrives up to a time."""
        while self._next.at <= at:
            yield self._next
            self._next = next(self._arrivals)


def scrapes(folder: Path) -> Iterator[Scrape]:
    """Yield the scrapes in the order of time; the daemon's database is made in a folder."""
    coming, live = _Coming(arrivals(END)), _Coming(live_arrivals(END, BEGIN - DAY, STEP))
    with closing(Store(folder / DATABASE)) as store:
        daemon = _Daemon(store)
        for at in range(BEGIN - DAY, END + 1, STEP):
            daemon.receive(coming.until(at))
            for arrival in live.until(at):
                daemon.hear(arrival)
            daemon.clock.now = at
            if at >= BEGIN:
                yield Scrape(at, _UNREACHABLE if at in DOWN else daemon.scrape())


def _around(now: Millis, samples: int) -> str:
    """Write what Prometheus says of a scrape, and a process that started with the thirty days."""
    random, running = Random(now), (now - BEGIN) / SECOND
    values = {
        "up": ("gauge", 1),
        "scrape_duration_seconds": ("gauge", random.uniform(0.002, 0.006)),
        "scrape_samples_scraped": ("gauge", samples),
        "process_start_time_seconds": ("gauge", BEGIN / SECOND),
        "process_cpu_seconds": ("counter", 0.0021 * running),
        "process_resident_memory_bytes": ("gauge", random.randint(58_000_000, 63_000_000)),
        "process_virtual_memory_bytes": ("gauge", 310_000_000),
        "process_open_fds": ("gauge", random.randint(14, 19)),
        "process_max_fds": ("gauge", 1024),
        **_OF_POSTGRESQL,
    }
    told = "".join(_family(name, kind, value) for name, (kind, value) in values.items())
    return told + _CATCHING_UP.format(seconds=0.0002 * running, questions=running)


def _family(name: str, kind: str, value: float) -> str:
    sample = f"{name}_total" if kind == "counter" else name
    return f"# HELP {name} Of the process or the scrape.\n# TYPE {name} {kind}\n{sample} {value}\n"
