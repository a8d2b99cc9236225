"""A daemon without its sockets: a settable clock, a store in a folder of its own, the app."""

from itertools import count
from pathlib import Path
from typing import Any, Self

from falcon import testing

from api.app import create_app
from api.services import Services
from exporter.auth import Authorizer, Scope
from exporter.conditions.standing import Standing
from exporter.exposition import Exposition
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.fleet.volumes import Volumes
from exporter.ingest.live import LiveReportService
from exporter.ingest.refusals import Refusals
from exporter.ingest.timekeeper import Timekeeper
from exporter.limits import Limits
from exporter.notifications.deliveries import Deliveries
from exporter.schedule.policy import SchedulePolicy
from exporter.store.sqlite import Store
from exporter.times import DAY, Millis, parse_timestamp
from tests.support.empty import empty_database
from tests.support.outbox import MemoryOutbox

NOW: Millis = parse_timestamp("2026-01-15T10:30:00Z")
CREATED: Millis = NOW - 30 * DAY
SENDER = "192.0.2.7"
MAX_UPLOAD_BYTES = 256 * 1024
ADMIN_TOKEN = "the-token-of-the-tests"


class Clock:
    """The present time, as the test sets it."""

    def __init__(self, now: Millis = NOW) -> None:
        self.now = now

    def __call__(self) -> Millis:
        return self.now


class Daemon:
    """The parts of the daemon put together as `exporter.cli` does it, without a server."""

    def __init__(
        self, folder: Path, clock: Clock | None = None, count: Clock | None = None
    ) -> None:
        """Start it. The clock never jumps, unless a count is given that goes on beside it."""
        self.clock = clock or Clock()
        self.count = count or self.clock
        path = folder / "reports.sqlite"
        self.outbox = MemoryOutbox()
        self.channels: tuple[str, ...] = ()
        self.path = path if path.exists() else empty_database(path)
        self._start()

    def _start(self) -> None:
        self.store = Store(self.path)
        self.fleet = Fleet(SchedulePolicy(), CREATED)
        self.store.follow(self.fleet)
        self_metrics = SelfMetrics("1.2.3", self.store.size_bytes)
        self.timekeeper = Timekeeper(self.store, self.fleet, self_metrics, self.clock, self.count)
        self.live_reports = LiveReportService(
            self.store, self.fleet, self_metrics, self.clock, self.timekeeper
        )
        self.services = Services(
            store=self.store,
            fleet=self.fleet,
            standing=Standing(self.fleet),
            volumes=Volumes(self.fleet),
            timekeeper=self.timekeeper,
            live_reports=self.live_reports,
            exposition=Exposition(self.fleet, self.clock, self_metrics),
            self_metrics=self_metrics,
            refusals=Refusals(self.store),
            clock=self.clock,
            version="1.2.3",
            authorizer=Authorizer.from_entries({Scope.MANAGE: [ADMIN_TOKEN]}),
            limits=Limits(max_upload_bytes=MAX_UPLOAD_BYTES),
            deliveries=Deliveries(self.outbox, self.channels),
            counting=count().__next__,  # a second passes before each look at it
        )
        self.app = create_app(self.services)
        self.client = testing.TestClient(self.app)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def configure(self, *channels: str) -> None:
        """Start again with these channels."""
        self.channels = channels
        self.restart()

    def restart(self) -> None:
        """Stop, and start again on the same database."""
        self.store.close()
        self._start()

    def post(self, body: bytes, *, query: str = "", sender: str = SENDER) -> testing.Result:
        """Post a report as Duplicati does."""
        return self.client.simulate_post(
            "/api/upload",
            body=body,
            query_string=query,
            remote_addr=sender,
            headers={"Content-Type": "application/json"},
        )

    def upload(self, body: bytes, *, query: str = "", sender: str = SENDER) -> dict[str, int]:
        """Post a report that is to be taken; return the ids of its run and its server."""
        result = self.post(body, query=query, sender=sender)
        assert result.status_code == 200, result.text
        ids: dict[str, int] = result.json["data"]
        return ids

    def get(self, path: str, **parameters: object) -> Any:  # noqa: ANN401 - JSON may hold anything
        """Return the data of a JSON answer."""
        result = self.client.simulate_get(path, params=parameters)
        assert result.status_code == 200, result.text
        assert result.json["status"] == "success"
        return result.json["data"]

    def series(self) -> dict[str, float]:
        """Return the samples of the exposition, each by its name and labels as written."""
        lines = self.client.simulate_get("/metrics").text.removesuffix("\n").split("\n")
        samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in samples}
