"""What only time causes: overdue backups, digests, mutes, and a clock that is set."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from exporter.model.notifications import Alert
from exporter.store.rules import outbox
from exporter.times import DAY, HOUR, MINUTE, Millis, parse_timestamp
from tests.process.test_notifications import FAILED
from tests.support.deliver import sqlite
from tests.support.process.notified import Notifying, channel, gets, settled, titles
from tests.support.process.setting import SettableClock
from tests.support.process.waiting import eventually
from tests.support.receivers import Receiver, receiver
from tests.support.reports_builder import duplicati_report

__all__ = ["receiver"]

pytestmark = pytest.mark.not_quick
NOW = parse_timestamp("2026-06-15T10:00:00Z")
OVERDUE = "nas / Documents is overdue"


class Machine:
    """A machine with the daemon on it, and the clock of both."""

    def __init__(self, folder: Path, config: str) -> None:
        self.clock = SettableClock(folder, NOW)
        self._made = Notifying(folder, config)
        token = {"DUPLISTATUS_ADMIN_TOKEN": "admin-token-of-a-test"}
        self._made.variables = {**self.clock.variables, **token}
        self.daemon = self._made.start()

    def restart(self) -> None:
        """End the daemon at once and start it again."""
        self.daemon.kill()
        self.daemon = self._made.start()

    def report(self, began: Millis, status: str = "Success") -> None:
        """Upload a report of a run."""
        self.daemon.upload(duplicati_report(began=began, status=status, duration=MINUTE))

    def mute(self, span: str | None) -> None:
        """Mute the job by the API; None ends it."""
        url = f"{self.daemon.url}/api/jobs/1"
        headers = {"Authorization": "Bearer admin-token-of-a-test"}
        change = {"muteFor": span}
        answer = requests.patch(url, json=change, headers=headers, timeout=10)
        assert answer.status_code == 200, answer.text

    def is_overdue(self) -> bool:
        """Return what the page says."""
        return bool(self.daemon.data("/api/jobs")["jobs"][0]["overdue"])


@pytest.fixture
def machine(tmp_path: Path, receiver: Receiver) -> Iterator[Machine]:
    config = channel(receiver.url("json"), on='["failing", "overdue"]')
    made = Machine(tmp_path, config)
    yield made
    made.daemon.kill()


def test_a_backup_that_does_not_come_is_told_when_it_is_overdue(
    machine: Machine, receiver: Receiver
) -> None:
    machine.report(NOW - 10 * MINUTE)
    machine.clock.set(NOW + DAY + 50 * MINUTE)
    machine.report(NOW + DAY, "Success")
    machine.clock.set(NOW + 2 * DAY + 3 * HOUR)
    gets(receiver, OVERDUE)
    settled(machine.daemon)
    machine.restart()
    settled(machine.daemon)
    assert titles(receiver) == [OVERDUE]


def test_a_muted_backup_is_told_once_the_mute_is_over(machine: Machine, receiver: Receiver) -> None:
    machine.report(NOW - 10 * MINUTE)
    machine.mute("3d")
    machine.report(NOW - 5 * MINUTE, "Error")
    machine.restart()
    settled(machine.daemon)
    assert titles(receiver) == []
    machine.mute(None)
    gets(receiver, FAILED)


def test_a_clock_that_was_ahead_for_a_while_hides_no_failure(
    machine: Machine, receiver: Receiver
) -> None:
    machine.report(NOW - 10 * MINUTE)
    machine.clock.set(NOW + 5 * DAY)
    eventually(machine.is_overdue, "an overdue backup")
    gets(receiver, OVERDUE)
    machine.clock.set(NOW + MINUTE)
    eventually(lambda: not machine.is_overdue(), "no overdue backup")
    machine.report(NOW, "Error")
    eventually(lambda: any("failed" in title for title in titles(receiver)), "the failure", 20)
    assert titles(receiver).count(OVERDUE) == 1


def alerts(folder: Path) -> list[Alert]:
    """Return the alerts that are due today: the clock that was ahead leaves one for later, too."""
    with sqlite(folder / "duplistatus.sqlite") as database:
        return [each for each in outbox.load(database).alerts if each.due < NOW + DAY]


def test_a_failure_while_the_clock_is_ahead_does_not_wait_for_that_time(
    tmp_path: Path, receiver: Receiver
) -> None:
    machine = Machine(tmp_path, channel(receiver.url("json"), hold='"1h"'))
    machine.report(NOW - 10 * MINUTE)
    machine.clock.set(NOW + 5 * DAY)
    machine.report(NOW + 5 * DAY - HOUR, "Error")
    machine.clock.set(NOW + MINUTE)
    machine.report(NOW, "Error")
    eventually(lambda: alerts(tmp_path), "an alert of the clock that is right again")
    machine.clock.set(NOW + 3 * HOUR)
    gets(receiver, FAILED)
    machine.daemon.kill()


def test_a_digest_is_sent_at_its_time_and_no_restart_sends_it_again(
    tmp_path: Path, receiver: Receiver
) -> None:
    url = receiver.url("json").secret
    config = f'[[digest]]\nname = "daily"\nurl = "{url}"\nat = "cron 0 8 * * *"\n'
    machine = Machine(tmp_path, config)
    machine.report(NOW - 10 * MINUTE)
    settled(machine.daemon)
    assert receiver.posts == []
    machine.clock.set(NOW + 22 * HOUR + MINUTE)
    eventually(lambda: receiver.posts, "the digest", 20)
    settled(machine.daemon)
    machine.restart()
    settled(machine.daemon)
    assert len(receiver.posts) == 1
    machine.clock.set(NOW + 46 * HOUR + MINUTE)
    eventually(lambda: len(receiver.posts) > 1, "the next digest", 20)
    settled(machine.daemon)
    assert len(receiver.posts) == 2
    machine.daemon.kill()
