"""Nine days of a daemon: its database, and what a scrape got from it every half hour.

The made-up fleet reports to it, and a few machines that do what that fleet does not. A plugin of
the tests: `past` is one for the whole session.
"""

import heapq
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from exporter.demo import DAYS, Arrival, arrivals
from exporter.exports import LEFT_OUT
from exporter.exposition import Exposition
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.model import Delivery
from exporter.reports import read_report
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Store
from exporter.store.sqlite import Store as SqliteStore
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.authors import BY
from tests.support.daemon import SENDER, Clock
from tests.support.deliver import sqlite
from tests.support.reports_builder import duplicati_report, exception_report
from tests.tools.synthetic.scrapes import END as PRESENT

BEGIN: Millis = PRESENT - DAYS * DAY
STEP: Millis = 30 * MINUTE
END: Millis = BEGIN + 9 * DAY
CREATED: Millis = BEGIN - HOUR
POLICY = SchedulePolicy(tolerance=2 * HOUR)


class Past(NamedTuple):
    """A closed database, and the lines that scrapes returned, by their timestamps."""

    database: Path
    scrapes: Mapping[Millis, list[bytes]]


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Let the days pass. The database is to be copied before it is changed."""
    database = tmp_path_factory.mktemp("past") / "past.sqlite"
    with closing(SqliteStore(database)) as store:
        with sqlite(database) as db:
            db.execute("UPDATE meta SET value = ? WHERE key = 'created'", (CREATED,))
        return Past(database, dict(_scrapes(store)))


def scrape(store: Store, at: Millis) -> list[bytes]:
    """Return what a daemon that starts on a store answers then."""
    fleet = Fleet(POLICY, store.created())
    store.follow(fleet)
    return _lines(Exposition(fleet, Clock(at), SelfMetrics("1.2.3", store.size_bytes)))


def _scrapes(store: Store) -> Iterator[tuple[Millis, list[bytes]]]:
    clock, fleet = Clock(), Fleet(POLICY, store.created())
    store.follow(fleet)
    exposition = Exposition(fleet, clock, SelfMetrics("1.2.3", store.size_bytes))
    coming = deque(heapq.merge(_fleet(), sorted(_strange())))
    for at in range(BEGIN, END, STEP):
        while coming and coming[0].at <= at:
            _receive(store, coming.popleft())
        clock.now = at
        if fleet.servers():
            yield at, _lines(exposition)


def _lines(exposition: Exposition) -> list[bytes]:
    """Return an exposition's lines without those that no database has."""
    lines = b"".join(exposition.openmetrics().fleet).split(b"\n")[:-1]
    return [line for line in lines if family_of(line) not in LEFT_OUT]


def family_of(line: bytes) -> str:
    """Return the family of a sample or of a line of a head."""
    words = line.replace(b"{", b" ").split(b" ")
    return (words[2] if words[0] == b"#" else words[0]).decode()


def _receive(store: Store, arrival: Arrival) -> None:
    delivery = Delivery(arrival.at, SENDER)
    recorded = store.record(read_report(arrival.body), delivery)
    settings = _SETTINGS.get(recorded.job.name)
    if settings is not None and recorded.new:
        store.set_job(recorded.job.id, lambda known: replace(known, **settings), BY)


_SETTINGS: Mapping[str, Mapping[str, object]] = {
    "By calendar": {"schedule": "cron 0 3 * * 1-5 Europe/Berlin"},
    "Paused": {"paused": True},
    "Off": {"schedule": "off"},
}


def _fleet() -> Iterator[Arrival]:
    return takewhile(lambda arrival: arrival.at < END, arrivals(PRESENT))


def _strange() -> Iterator[Arrival]:
    """Yield reports that come late, in no order, from wrong clocks and of no backup."""
    for number, after in enumerate((3, 2, 5, 1, 4, 0)):
        status = "Fatal" if number % 2 else "Success"
        yield _arrival(5 * DAY + number * HOUR, after * DAY, "Laptop", status=status)
    for number, backup in enumerate(_SETTINGS):
        yield _arrival(DAY + number, DAY - HOUR, backup)
    yield from _stopped()
    yield _arrival(DAY, 400 * DAY, "Of the future", next_scheduled=BEGIN + 401 * DAY)
    yield _arrival(2 * DAY, DAY, "Tried", data={"Dryrun": True})
    yield _arrival(3 * DAY, 2 * DAY, "Tried")
    yield _arrival(2 * DAY, DAY, "Tested", operation="Test")
    yield _arrival(3 * DAY, 2 * DAY, "Tested", machine_id="m-2", server="elsewhere")
    yield _arrival(
        4 * DAY, 3 * DAY, "Restored", operation="Restore", machine_id="m-3", server="new"
    )
    yield _arrival(4 * DAY, 3 * DAY, 'Quo"ted\\ {name}\n', machine_id="m-3", server="new")
    yield Arrival(BEGIN + 6 * DAY, exception_report(server="old"))
    yield Arrival(BEGIN + 7 * DAY, exception_report(server="old", message="again"))


def _stopped() -> Iterator[Arrival]:
    """Yield a backup that is stopped again and again, copied now and then, and restored from."""
    stopped = {"Interrupted": True, "PartialBackup": True}
    looked = {"LastBackupDate": "2026-07-25T03:00:00Z", "KnownFileSize": 7, "BackupListCount": 1}
    copied = [{"Destination": "ssh://me:secret@host/copy?a=b", "CopiedFileSize": 9}]
    copy: dict[str, Any] = {"RemoteSynchronizationResults": copied}
    missed = (
        "2026-07-27 03:00:00 +00 - [Error-RemoteSynchronizationHandler-RemoteSyncFailed]: no",
    )
    runs: tuple[tuple[Millis, dict[str, Any]], ...] = (
        (DAY, {"data": stopped}),
        (2 * DAY, {"data": copy, "backend": {**looked, "RetryAttempts": 2}}),
        (3 * DAY, {"data": stopped, "backend": looked}),
        (4 * DAY, {"status": "Error", "lines": missed, "data": copy}),
        (5 * DAY, {"operation": "Restore"}),
        (6 * DAY, {"data": stopped}),
    )
    for number, (began, told) in enumerate(runs):
        yield _arrival(began + HOUR + number % 2 * 40 * HOUR, began, "Stopped", **told)


def _arrival(at: Millis, began: Millis, backup: str, **told: Any) -> Arrival:  # noqa: ANN401 - as the builder takes it
    machine = {"machine_id": "m-1", "server": "laptop"}
    body = duplicati_report(began=BEGIN + began, backup=backup, **{**machine, **told})
    return Arrival(BEGIN + at, body)
