"""The loop goes on after any fault, from what is stored."""

import threading
from collections.abc import Iterable, Iterator

import pytest

from exporter.cli.working import working
from exporter.config.notifications import SecretUrl
from exporter.model import Status
from exporter.model.notifications import Message, OutboxUpdate
from exporter.notifications import loop, storage_alarm
from exporter.notifications.loop import NotifierLoop
from exporter.notifications.storage_alarm import StorageAlarm
from exporter.store import OutboxState, StoreUnavailableError
from exporter.times import HOUR, MINUTE
from tests.exporter.notifications.world import PHONE, World, compose, read
from tests.support.process.waiting import eventually


class Daemon:
    """A loop over a world, and what becomes of its messages."""

    def __init__(self) -> None:
        self.world = World(PHONE)
        self.world.notifier.close()
        self.leading = True
        self.offered: list[Message] = []
        self.sent: list[Message] = []
        self.refusing = False
        self.alarm = StorageAlarm([PHONE], compose, self._send, self._clock, (0.001,))
        self.loop = NotifierLoop(
            self.world.parts, self._clock, lambda: self.leading, self._offer, self.alarm
        )

    def _clock(self) -> int:
        return self.world.now

    def _offer(self, messages: Iterable[Message]) -> None:
        self.offered += messages

    def _send(self, url: SecretUrl, message: Message) -> str | None:
        if self.refusing:
            return "connection refused"
        self.sent.append(message)
        return None

    def look_after(self, span: int) -> list[str]:
        """Let time pass and the loop look twice; return what was offered meanwhile."""
        self.world.now += span
        known = len(self.offered)
        self.loop.look()
        self.world.now += MINUTE
        self.loop.look()
        return [told.happening for each in self.offered[known:] for told in read(each)]


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    made = Daemon()
    yield made
    made.loop.close()


def break_store(monkeypatch: pytest.MonkeyPatch, daemon: Daemon) -> None:
    def fail(*_: object) -> OutboxState:
        raise StoreUnavailableError("the disk is full")

    monkeypatch.setattr(daemon.world.outbox, "update", fail)
    monkeypatch.setattr(daemon.world.outbox, "load", fail)


def test_what_changes_is_offered(daemon: Daemon) -> None:
    daemon.world.report(1, Status.ERROR)
    assert daemon.look_after(0) == ["began"]


def test_what_waits_from_before_is_offered(daemon: Daemon) -> None:
    daemon.world.report(1, Status.ERROR)
    daemon.look_after(0)
    again = Daemon()
    again.world.outbox.all = daemon.world.outbox.all
    again.loop.look()
    assert again.offered == daemon.offered


def test_a_daemon_that_does_not_lead_decides_nothing(daemon: Daemon) -> None:
    daemon.leading = False
    daemon.world.report(1, Status.ERROR)
    assert daemon.look_after(0) == []
    daemon.leading = True
    assert daemon.look_after(0) == ["began"]


def test_what_another_daemon_decided_is_loaded(daemon: Daemon) -> None:
    daemon.loop.look()
    daemon.world.outbox.update(OutboxUpdate(), daemon.world.outbox.revision)
    daemon.world.report(1, Status.ERROR)
    daemon.loop.look()
    assert daemon.offered == []
    assert daemon.look_after(MINUTE) == ["began"]


def test_while_the_store_is_away_nothing_is_lost(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    daemon.loop.look()
    with monkeypatch.context() as broken:
        break_store(broken, daemon)
        daemon.world.report(1, Status.ERROR)
        daemon.world.report(1, Status.SUCCESS)
        for _ in range(3):
            assert daemon.look_after(MINUTE) == []
    assert daemon.look_after(MINUTE) == ["past"]
    assert [each.levelname for each in caplog.records] == ["WARNING"]


def test_a_bug_is_logged_once_and_the_loop_goes_on(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(daemon.world.faults, "of_daemon", fail)
        daemon.loop.look()
        daemon.loop.look()
    assert [each.exc_info is not None for each in caplog.records] == [True]
    daemon.world.report(1, Status.ERROR)
    assert daemon.look_after(0) == ["began"]


def test_the_thread_notices_a_change_by_itself(daemon: Daemon) -> None:
    with working(daemon.loop):
        daemon.world.report(1, Status.ERROR)
        eventually(lambda: "job:1" in str(daemon.world.outbox.alerts), "an alert")
        assert daemon.loop.is_alive()


def test_that_nothing_can_be_stored_is_sent_from_memory(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_alarm, "HOLD", 0)
    daemon.loop.look()
    with monkeypatch.context() as broken:
        break_store(broken, daemon)
        daemon.world.faults.disk = "the disk is full"
        daemon.refusing = True
        daemon.look_after(HOUR)
        daemon.look_after(HOUR)
        daemon.refusing = False
        eventually(lambda: len(daemon.sent) == 1, "the alarm")
    daemon.world.faults.disk = None
    daemon.look_after(MINUTE)
    eventually(lambda: len(daemon.sent) == 2, "its end")
    said = [(told.condition, told.happening) for each in daemon.sent for told in read(each)]
    assert said == [("storage", "began"), ("storage", "over")]


def test_a_short_outage_of_the_store_is_not_told(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.loop.look()
    with monkeypatch.context() as broken:
        break_store(broken, daemon)
        daemon.world.faults.disk = "the database is locked"
        daemon.look_after(MINUTE)
    daemon.world.faults.disk = None
    daemon.look_after(MINUTE)
    assert daemon.sent == []


def test_a_bug_in_what_is_sent_from_memory_ends_no_loop(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(daemon.alarm, "look", fail)
        daemon.loop.look()
    assert [each.exc_info is not None for each in caplog.records] == [True]
    daemon.world.report(1, Status.ERROR)
    assert daemon.look_after(0) == ["began"]


def test_a_bug_in_when_to_look_ends_no_loop(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(loop, "_PAUSE_SECONDS", 0.01)
    failed = threading.Event()

    def fail(*_: object) -> None:
        failed.set()
        raise ZeroDivisionError

    with working(daemon.loop):
        with monkeypatch.context() as broken:
            broken.setattr(daemon.world.parts.extras, "next_at", fail)
            assert failed.wait(10)
        daemon.world.report(1, Status.ERROR)
        eventually(lambda: "job:1" in str(daemon.world.outbox.alerts), "an alert")


def test_a_clock_that_is_set_back_lets_it_start_again(daemon: Daemon) -> None:
    daemon.world.now += 10 * HOUR
    daemon.world.report(1, Status.ERROR)
    daemon.loop.look()
    daemon.world.now -= 9 * HOUR
    assert daemon.look_after(0) == ["began"]
