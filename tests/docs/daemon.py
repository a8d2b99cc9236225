"""The app with a database of its own, reports in it, and ways to break it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, cast

from falcon.testing import TestClient
from msgspec.structs import replace

from api.app import App, create_app
from api.services import Services, nothing_to_read
from api.throttle import PER_ADDRESS
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
from exporter.model import Delivery, Rejected
from exporter.model.audit import Author
from exporter.model.notifications import MessageOutcome
from exporter.notifications.deliveries import Deliveries
from exporter.schedule.policy import SchedulePolicy
from exporter.store import StoreUnavailableError
from exporter.store.sqlite import Store
from exporter.times import HOUR, Millis, parse_timestamp
from tests.docs import reports
from tests.support import messages
from tests.support.outbox import MemoryOutbox
from tests.support.signing_in import sign_in

NOW = parse_timestamp("2026-11-23T12:00:00Z")
VERSION = "1.2.3"
MAX_UPLOAD_BYTES = 4096
ADMIN_TOKEN = "the-token-of-these-tests"
UPLOAD_TOKEN = "the-token-of-duplicati"
READ_TOKEN = "the-token-of-the-readers"
_LOOPBACK = "127.0.0.1"  # from where requests come unless they say another
_ACCESS = Authorizer.from_entries({Scope.MANAGE: [ADMIN_TOKEN]})
_LIMITS = Limits(max_upload_bytes=MAX_UPLOAD_BYTES)
_ASKED = {
    "record",
    "record_all",
    "declare_job",
    "plan_job",
    "note_list",
    "note_pulled",
    "reject",
    "check_writable",
    "runs",
    "run_counts",
    "run",
    "newest_backups",
    "rejected",
    "audit",
    "rescheduled",
    "clear_rejected",
    "set_server",
    "set_job",
    "forget_copy",
    "separate_job",
    "merge_servers",
    "delete_server",
    "delete_job",
}


def clock() -> Millis:
    """Return the one time at which these tests happen."""
    return NOW


class DeadStore(Store):
    """A store whose database no longer answers."""

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - stands for every method
        if name in _ASKED:
            return _refuse
        return super().__getattribute__(name)


class Broken:
    """Stands for a part with a bug: whatever is asked of it raises."""

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError(name)


def _refuse(*_arguments: object) -> NoReturn:
    raise StoreUnavailableError("the disk is full")


def _well() -> tuple[str, ...]:
    """Have a configuration read anew that has no fault."""
    return ()


def _slow() -> NoReturn:
    raise TimeoutError


def make_app(
    store: Store,
    authorizer: Authorizer = _ACCESS,
    reload: Callable[[], tuple[str, ...]] = _well,
) -> App:
    """Return the app over a store, with a message of each kind of end where that has reports."""
    fleet = Fleet(SchedulePolicy(), store.created())
    store.follow(fleet)
    self_metrics = SelfMetrics(VERSION, store.size_bytes)
    timekeeper = Timekeeper(store, fleet, self_metrics, clock, clock)
    services = Services(
        store=store,
        fleet=fleet,
        standing=Standing(fleet),
        volumes=Volumes(fleet),
        timekeeper=timekeeper,
        live_reports=LiveReportService(store, fleet, self_metrics, clock, timekeeper),
        exposition=Exposition(fleet, clock, self_metrics),
        self_metrics=self_metrics,
        refusals=Refusals(store),
        clock=clock,
        version=VERSION,
        authorizer=authorizer,
        limits=_LIMITS,
        deliveries=Deliveries(_outbox(store), ("phone", "monday")),
        reload=_slow if isinstance(store, DeadStore) else reload,
    )
    return create_app(services)


def _outbox(store: Store) -> MemoryOutbox:
    if isinstance(store, DeadStore):
        return messages.DeadOutbox()
    outbox = MemoryOutbox()
    if store.snapshot().servers:
        messages.put(
            outbox,
            messages.ended("phone", NOW - 4 * HOUR, MessageOutcome.GIVEN_UP),
            messages.ended("monday", NOW - 3 * HOUR, MessageOutcome.SENT),
            messages.tried("phone", NOW - 2 * HOUR),
        )
    return outbox


def make_closed_app(store: Store) -> App:
    """Return an app that needs a token for everything."""
    tokens = {
        Scope.UPLOAD: [UPLOAD_TOKEN],
        Scope.READ: [READ_TOKEN],
        Scope.METRICS: [READ_TOKEN],
        Scope.MANAGE: [ADMIN_TOKEN],
    }
    return make_app(store, Authorizer.from_entries(tokens), nothing_to_read)


def make_guessed_app(store: Store) -> App:
    """Return an app at which somebody has tried as many wrong tokens as are accepted."""
    app = make_app(store)
    for _ in range(PER_ADDRESS):
        sign_in(TestClient(app), "a wrong one", sender=_LOOPBACK)
    return app


def make_broken_app(store: Store) -> App:
    """Return an app of which every part has a bug, but for what uploads count."""
    broken = cast("Any", Broken())
    self_metrics = SelfMetrics(VERSION, store.size_bytes)
    services = Services(
        store=broken,
        fleet=broken,
        standing=broken,
        volumes=broken,
        timekeeper=broken,
        live_reports=broken,
        exposition=broken,
        self_metrics=self_metrics,
        refusals=broken,
        clock=clock,
        version=VERSION,
        authorizer=_ACCESS,
        limits=_LIMITS,
        deliveries=Deliveries(broken),
        reload=broken,
    )
    return create_app(services)


def database_in(folder: Path) -> Path:
    """Return where a daemon of a folder stores."""
    return folder / "reports.sqlite"


def fill(store: Store) -> None:
    """Hand in runs of every kind and two bodies that cannot be understood."""
    store.record(reports.under_a_former_name(), Delivery(NOW, "192.0.2.7"))
    client = TestClient(make_app(store))
    for day in (19, 20, 21, 22, 23):
        _upload(client, reports.full(day))
    _upload(client, reports.died(22))
    _upload(client, reports.restored_on_nas())
    _upload(client, reports.plain())
    _upload(client, reports.restored(), server="attic")
    for body in (b"hello", b"\xff"):
        store.reject(Rejected(NOW, "192.0.2.7", "body: is not a report", None, len(body), body))
    for job in store.snapshot().jobs[:2]:
        store.set_job(job.id, lambda known: replace(known, tags=("prod",)), Author("Ada", NOW))


def _upload(client: TestClient, report: dict[str, Any], server: str | None = None) -> None:
    params = {"server": server} if server else {}
    answer = client.simulate_post("/api/upload", json=report, params=params)
    assert answer.status_code == 200, answer.text
