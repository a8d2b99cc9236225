"""What is wrong with the daemon, asked of those who know it."""

from functools import partial

import pytest

from exporter.conditions.faults import Fault
from exporter.limits import Limit
from exporter.model.conditions import DaemonCondition, ServerCondition, Severity
from exporter.notifications.deliveries import Deliveries
from exporter.notifications.faults import DaemonFaults, FaultSources, SeldomProbe, storage_problem
from exporter.store import StoreUnavailableError
from exporter.times import HOUR, Millis
from tests.support.daemon import NOW, Daemon
from tests.support.messages import DeadOutbox, put, tried


class Waiting:
    """When the oldest message was made."""

    def __init__(self) -> None:
        self.since: Millis | None = None

    def __call__(self) -> Millis | None:
        return self.since


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


@pytest.fixture
def faults(daemon: Daemon, waiting: Waiting) -> DaemonFaults:
    services = daemon.services
    return DaemonFaults(
        FaultSources(
            partial(storage_problem, services.store),
            services.refusals,
            services.timekeeper,
            services.self_metrics,
            waiting,
            lambda: {"nas": "connection refused", "attic": None},
            services.fleet.pulled_servers,
        )
    )


def full_disk(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Let no report be stored; return one entry for each time that this was tried."""
    asked: list[None] = []

    def fail() -> None:
        asked.append(None)
        raise StoreUnavailableError("the disk is full")

    monkeypatch.setattr(daemon.services.store, "check_writable", fail)
    return asked


def test_nothing_is_wrong_with_a_new_daemon(faults: DaemonFaults) -> None:
    assert faults.of_daemon(NOW) == {}


def test_a_refused_report_is_said_with_its_sender_and_reason(
    daemon: Daemon, faults: DaemonFaults
) -> None:
    daemon.post(b'{"Data": {"BeginTime": 1}, "Extra": {}')
    reason = faults.of_daemon(daemon.clock.now)[DaemonCondition.REFUSED]
    assert reason.startswith("refused from ")
    assert "JSON" in reason


def test_a_message_that_waits_for_an_hour_is_a_fault(
    faults: DaemonFaults, waiting: Waiting
) -> None:
    waiting.since = NOW - HOUR + 1
    assert DaemonCondition.NOTIFICATIONS not in faults.of_daemon(NOW)
    waiting.since = NOW - HOUR
    assert "2026-01-15 09:30:00" in faults.of_daemon(NOW)[DaemonCondition.NOTIFICATIONS]


@pytest.mark.parametrize("limit", [Limit.SERVERS, Limit.JOBS, Limit.UPLOAD_MEMORY])
def test_a_limit_that_keeps_reports_out_is_a_fault(
    daemon: Daemon, faults: DaemonFaults, limit: Limit
) -> None:
    daemon.services.self_metrics.count_limit_hit(limit)
    assert limit.value in faults.of_daemon(NOW)[DaemonCondition.LIMIT]


def test_a_configuration_with_faults_is_one_until_another_is_in_use(
    daemon: Daemon, faults: DaemonFaults
) -> None:
    metrics = daemon.services.self_metrics
    metrics.refuse_config(1, NOW)
    reason = "the log names its fault, and the one before stays in use"
    assert faults.of_daemon(NOW) == {DaemonCondition.CONFIG: reason}
    metrics.refuse_config(3, NOW)
    assert "its 3 faults" in faults.of_daemon(NOW)[DaemonCondition.CONFIG]
    metrics.use_config(NOW)
    assert faults.of_daemon(NOW) == {}


def test_a_limit_that_keeps_no_report_out_is_none(daemon: Daemon, faults: DaemonFaults) -> None:
    daemon.services.self_metrics.count_limit_hit(Limit.LOG_LINES)
    assert faults.of_daemon(NOW) == {}


def test_storage_that_fails_is_a_fault(
    daemon: Daemon, faults: DaemonFaults, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_disk(daemon, monkeypatch)
    assert faults.of_daemon(NOW) == {DaemonCondition.STORAGE: "the disk is full"}


def test_who_decides_what_is_told_probes_the_disk_once_a_minute(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, probe = full_disk(daemon, monkeypatch), SeldomProbe(daemon.store)
    assert (probe(), probe()) == ("the disk is full", "the disk is full")
    assert len(asked) == 1


def test_messages_that_cannot_be_read_may_be_late_so_that_is_a_fault_too(daemon: Daemon) -> None:
    services = daemon.services._replace(deliveries=Deliveries(DeadOutbox()))
    assert services.faults.all(NOW) == (Fault(DaemonCondition.STORAGE, "the disk is full"),)


def test_pulls_say_why_they_fail(faults: DaemonFaults) -> None:
    assert faults.of_pulls() == {"nas": "connection refused", "attic": None}


def test_a_clock_that_is_wrong_is_a_fault(daemon: Daemon, faults: DaemonFaults) -> None:
    daemon.clock.now = 0
    assert DaemonCondition.CLOCK in faults.of_daemon(0)


def test_all_that_is_wrong_is_told_worst_first_and_since_when(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        daemon.post(b'{"Data": {"BeginTime": 1}, "Extra": {}')
    put(daemon.outbox, tried("phone", NOW - HOUR))
    daemon.services.self_metrics.count_limit_hit(Limit.JOBS)
    daemon.services.self_metrics.refuse_config(2, NOW - 1)
    full_disk(daemon, monkeypatch)
    pulls = {"nas": "connection refused", "attic": None, "laptop": "", "desk": "no route"}
    found = daemon.services._replace(pull_failures=lambda: pulls).faults.all(NOW)
    assert [(each.condition, each.since, each.count, each.server) for each in found] == [
        (DaemonCondition.STORAGE, None, 1, None),
        (DaemonCondition.REFUSED, NOW, 2, None),
        (DaemonCondition.NOTIFICATIONS, NOW - HOUR, 1, None),
        (DaemonCondition.CONFIG, NOW - 1, 1, None),
        (DaemonCondition.LIMIT, None, 1, None),
        (ServerCondition.PULL_FAILING, None, 1, "desk"),
        (ServerCondition.PULL_FAILING, None, 1, "nas"),
    ]
    assert found[-1] == Fault(ServerCondition.PULL_FAILING, "connection refused", server="nas")
    assert {each.severity for each in found[1:]} == {Severity.WARNING}
