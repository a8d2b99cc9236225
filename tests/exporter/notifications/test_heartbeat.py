"""The heartbeat goes on exactly while all is well with the daemon."""

import itertools
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from exporter.cli.working import working
from exporter.config.notifications import SecretUrl
from exporter.fleet import Fleet
from exporter.jobs.job import Job
from exporter.notifications.heartbeat import Pulse, Vitals
from exporter.schedule.policy import SchedulePolicy
from exporter.store.sqlite import Store, connection
from exporter.times import HOUR, Millis
from tests.exporter.notifications.pinged import Service, hangs, says
from tests.support.daemon import CREATED
from tests.support.empty import empty_database
from tests.support.process.waiting import eventually
from tests.support.strategies.state import START, change_of, job_named, server_named, stored_run

SOON: Millis = 20


class Notifier:
    """The loop that decides about notifications, as the heartbeat sees it."""

    def __init__(self) -> None:
        self.alive = True
        self.asked = 0

    def is_alive(self) -> bool:
        self.asked += 1
        return self.alive


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as service:
        yield service


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return empty_database(tmp_path / "reports.sqlite")


@pytest.fixture
def store(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store that soon stops waiting for a database that is locked."""
    monkeypatch.setattr(connection, "_BUSY_SECONDS", 0.05)
    store = Store(path)
    yield store
    store.close()


@pytest.fixture
def fleet(store: Store) -> Fleet:
    fleet = Fleet(SchedulePolicy(), CREATED)
    store.follow(fleet)
    return fleet


@pytest.fixture
def notifier() -> Notifier:
    return Notifier()


@pytest.fixture
def vitals(store: Store, fleet: Fleet, notifier: Notifier) -> Vitals:
    return Vitals(store, fleet, notifier.is_alive)


@pytest.fixture
def pulse(service: Service, vitals: Vitals, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A heartbeat that begins with the test."""
    caplog.set_level(logging.INFO, "exporter")
    with working(Pulse(SecretUrl(f"{service.url}/uuid?status=up"), SOON, vitals, ())):
        yield
    assert not [thread for thread in threading.enumerate() if thread.name == "heartbeat"]


def goes_on(service: Service) -> None:
    before = len(service.pings)
    eventually(lambda: len(service.pings) >= before + 3, "three pings")


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name.startswith("exporter")]


def reason(caplog: pytest.LogCaptureFixture, event: str) -> str:
    """Wait until an event is logged once, and return its reason."""
    eventually(lambda: event in told(caplog), event)
    (record,) = (record for record in caplog.records if record.message == event)
    return str(record.__dict__["fields"]["reason"])


def stopped(service: Service, notifier: Notifier) -> None:
    """Check that looks at the vitals go on without a ping."""
    asked, pings = notifier.asked, len(service.pings)
    eventually(lambda: notifier.asked >= asked + 3, "three looks")
    assert len(service.pings) <= pings + 1  # one may have been on its way


@pytest.mark.usefixtures("pulse")
def test_the_address_is_pinged_as_it_is_again_and_again(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    goes_on(service)
    assert {(ping.method, ping.path) for ping in service.pings} == {("GET", "/uuid?status=up")}
    assert told(caplog) == []


@pytest.mark.usefixtures("pulse")
def test_a_database_that_is_locked_stops_it_until_it_is_free(
    service: Service, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    goes_on(service)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert reason(caplog, "heartbeat withheld").startswith("reports cannot be stored: ")
        other.execute("ROLLBACK")
    eventually(lambda: "heartbeat resumed" in told(caplog), "the end of it")
    goes_on(service)
    assert told(caplog).count("heartbeat withheld") == 1


@pytest.mark.usefixtures("pulse")
def test_a_database_that_is_gone_stops_it_until_it_is_back(
    service: Service, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    goes_on(service)
    away = path.rename(path.with_name("away"))
    assert reason(caplog, "heartbeat withheld").startswith("reports cannot be stored: ")
    away.rename(path)
    eventually(lambda: "heartbeat resumed" in told(caplog), "the end of it")
    goes_on(service)


@pytest.mark.usefixtures("pulse")
def test_a_job_that_cannot_be_evaluated_stops_it(
    service: Service, fleet: Fleet, caplog: pytest.LogCaptureFixture
) -> None:
    goes_on(service)
    server = server_named("nas")
    fleet.apply(change_of(server, Job(1, 1, "Photos", b"no state")))
    assert reason(caplog, "heartbeat withheld").startswith("jobs that could not be evaluated: 1")
    fleet.apply(change_of(server, job_named("Photos", [stored_run(START)])))
    eventually(lambda: "heartbeat resumed" in told(caplog), "the end of it")
    goes_on(service)


@pytest.mark.usefixtures("pulse")
def test_a_notifier_that_does_not_run_stops_it_and_is_logged_once(
    service: Service, notifier: Notifier, caplog: pytest.LogCaptureFixture
) -> None:
    goes_on(service)
    notifier.alive = False
    assert "loop" in reason(caplog, "heartbeat withheld")
    stopped(service, notifier)
    notifier.alive = True
    goes_on(service)
    assert told(caplog) == ["heartbeat withheld", "heartbeat resumed"]


def test_a_fault_of_our_own_stops_it_and_not_its_thread(
    service: Service, store: Store, fleet: Fleet, caplog: pytest.LogCaptureFixture
) -> None:
    looks = itertools.count()

    def fail_twice() -> bool:
        return 1 / max(0, next(looks) - 1) > 0

    with working(Pulse(SecretUrl(service.url), SOON, Vitals(store, fleet, fail_twice))):
        goes_on(service)
    assert "ZeroDivisionError" in reason(caplog, "heartbeat withheld")
    assert told(caplog).count("heartbeat failed with an internal error") == 2


def test_of_several_daemons_only_the_one_that_leads_pings(
    service: Service, store: Store, vitals: Vitals, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    leading = threading.Event()

    def leads() -> bool:
        asked.append(leading.is_set())
        return asked[-1]

    monkeypatch.setattr(store, "leads", leads)
    with working(Pulse(SecretUrl(service.url), SOON, vitals)):
        eventually(lambda: len(asked) > 3, "some looks")
        assert service.pings == []
        leading.set()
        goes_on(service)


@pytest.mark.usefixtures("pulse")
def test_a_service_that_fails_is_logged_once_and_its_recovery_too(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.answer = says(500)
    assert "answers 500" in reason(caplog, "heartbeat failed")
    goes_on(service)
    service.answer = says(200)
    eventually(lambda: "heartbeat recovered" in told(caplog), "the recovery")
    assert told(caplog) == ["heartbeat failed", "heartbeat recovered"]
    assert "uuid" not in caplog.text


def test_a_ping_that_fails_is_tried_again_before_the_next_is_due(
    service: Service, vitals: Vitals
) -> None:
    service.answer = says(503)
    with working(Pulse(SecretUrl(service.url), HOUR, vitals, (0.01, 0.01))):
        eventually(lambda: len(service.pings) == 3, "the first and two more")
    assert len(service.pings) == 3


def test_no_pause_before_another_try_delays_the_next_ping(service: Service, vitals: Vitals) -> None:
    service.answer = says(503)
    with working(Pulse(SecretUrl(service.url), SOON, vitals, (60.0,))):
        goes_on(service)


def test_one_that_is_tried_again_ends_when_the_daemon_does(
    service: Service, vitals: Vitals
) -> None:
    service.answer = says(503)
    began = time.monotonic()
    with working(Pulse(SecretUrl(service.url), HOUR, vitals, (60.0,))):
        eventually(lambda: service.pings, "the first")
    assert time.monotonic() - began < 10
    assert len(service.pings) == 1


def test_a_request_that_hangs_does_not_delay_the_end(service: Service, vitals: Vitals) -> None:
    service.answer = hangs()
    pulse = Pulse(SecretUrl(service.url), HOUR, vitals)
    pulse.start()
    eventually(lambda: service.pings, "the request")
    began = time.monotonic()
    pulse.close()
    assert time.monotonic() - began < 5
