"""What is wrong with the daemon, asked of those who know it."""

import pytest

from exporter.limits import Limit
from exporter.model.conditions import DaemonCondition
from exporter.notifications.faults import DaemonFaults, Sources
from exporter.store import StoreUnavailableError
from exporter.times import HOUR, Millis
from tests.support.daemon import NOW, Daemon


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
        Sources(
            services.store,
            services.refusals,
            services.timekeeper,
            services.self_metrics,
            waiting,
            lambda: {"nas": "connection refused", "attic": None},
        )
    )


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


def test_a_limit_that_keeps_no_report_out_is_none(daemon: Daemon, faults: DaemonFaults) -> None:
    daemon.services.self_metrics.count_limit_hit(Limit.LOG_LINES)
    assert faults.of_daemon(NOW) == {}


def test_storage_that_fails_is_a_fault(
    daemon: Daemon, faults: DaemonFaults, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise StoreUnavailableError("the disk is full")

    monkeypatch.setattr(daemon.services.store, "check_writable", fail)
    assert faults.of_daemon(NOW) == {
        DaemonCondition.STORAGE: "reports cannot be stored: the disk is full"
    }


def test_pulls_say_why_they_fail(faults: DaemonFaults) -> None:
    assert faults.of_pulls() == {"nas": "connection refused", "attic": None}


def test_a_clock_that_is_wrong_is_a_fault(daemon: Daemon, faults: DaemonFaults) -> None:
    daemon.clock.now = 0
    assert DaemonCondition.CLOCK in faults.of_daemon(0)
