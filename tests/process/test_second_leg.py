"""A daemon that asks Duplicati's server where a report is missing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis, now, parse_timestamp
from tests.support.duplicati.fixtures import duplicati
from tests.support.duplicati.memory import MACHINE_ID
from tests.support.duplicati.simulator import PASSWORD, Canned, Simulator
from tests.support.live import activity
from tests.support.process.daemon import Daemon
from tests.support.process.notified import Notifying, channel, gets, settled, titles
from tests.support.process.setting import SettableClock
from tests.support.process.waiting import eventually
from tests.support.receivers import Receiver, receiver
from tests.support.reports_builder import duplicati_report

__all__ = ["duplicati", "receiver"]

pytestmark = pytest.mark.not_quick
NOW = parse_timestamp("2026-06-15T10:00:00Z")
OVERDUE = "nas / Photos to S3 is overdue"


class Machine:
    """A machine whose backup runs every day, and a daemon that may pull, but not by interval."""

    def __init__(self, folder: Path, simulator: Simulator, receiver: Receiver) -> None:
        self.clock = SettableClock(folder, NOW)
        self.simulator = simulator
        simulator.ahead = NOW - now()
        password = folder / "password"
        password.write_text(PASSWORD)
        table = f'[[pull]]\nurl = "{simulator.url}"\npassword_file = "{password}"\nname = "nas"\n'
        told = channel(receiver.url("json"), on='["failing", "overdue"]')
        made = Notifying(folder, table + told)
        made.variables = self.clock.variables
        self.daemon: Daemon = made.start()
        for days in range(1, 6):  # the newest first: the backup must not be overdue in between
            self.report(NOW - days * DAY + HOUR)

    def report(self, began: Millis) -> None:
        """Upload the report of a run."""
        body = duplicati_report(began=began, backup="Photos to S3", machine_id=MACHINE_ID)
        self.daemon.upload(body)

    def runs(self, began: Millis, status: str = "Success") -> None:
        """Let the backup run, and its report be lost."""
        body = json.loads(duplicati_report(began=began, status=status, machine_id=MACHINE_ID))
        self.simulator.add_row("2", body["Data"], Timestamp=(began + MINUTE) // 1000)

    def job(self) -> dict[str, object]:
        """Return the only job."""
        (job,) = self.daemon.data("/api/jobs")["jobs"]
        return dict(job)


@pytest.fixture
def machine(tmp_path: Path, duplicati: Simulator, receiver: Receiver) -> Iterator[Machine]:
    made = Machine(tmp_path, duplicati, receiver)
    yield made
    made.daemon.kill()


def test_a_lost_report_is_found_before_anybody_is_told_that_its_backup_is_overdue(
    machine: Machine, receiver: Receiver
) -> None:
    machine.runs(NOW + HOUR)
    machine.clock.set(NOW + 6 * HOUR)
    eventually(lambda: machine.simulator.asked("/backups"), "the pull")
    eventually(lambda: not machine.job()["overdue"], "the run")
    settled(machine.daemon)
    assert titles(receiver) == []


def test_a_failure_that_was_not_reported_is_told_as_a_failure(
    machine: Machine, receiver: Receiver
) -> None:
    machine.runs(NOW + HOUR, "Error")
    machine.clock.set(NOW + 6 * HOUR)
    gets(receiver, "attic-nas / Photos to S3 failed")


def test_a_server_that_cannot_be_pulled_excuses_nothing(
    machine: Machine, receiver: Receiver
) -> None:
    machine.simulator.always["/backups"] = Canned(500)
    machine.clock.set(NOW + 6 * HOUR)
    gets(receiver, OVERDUE)
    assert machine.job()["overdue"] is True
    assert machine.simulator.asked("/backups")


def test_a_run_that_ended_live_and_sent_no_report_is_pulled(machine: Machine) -> None:
    began = NOW + MINUTE
    machine.clock.set(NOW + 2 * MINUTE)
    body = activity(
        began=began,
        at=NOW + 2 * MINUTE,
        status="Completed",
        backup="Photos to S3",
        machine_id=MACHINE_ID,
    )
    url = f"{machine.daemon.url}/api/activity"
    assert requests.post(url, data=body, timeout=10).status_code == 202
    machine.runs(began)
    machine.clock.set(NOW + 3 * MINUTE + 10 * SECOND)
    eventually(lambda: machine.job()["lastRun"]["startTime"] == "2026-06-15T10:01:00.000Z", "it")  # type: ignore[index] # JSON
    assert machine.simulator.asked("/backups") == 1


def test_a_server_that_hangs_does_not_hold_up_the_end(machine: Machine) -> None:
    machine.simulator.always["/auth/login"] = Canned(503, headers=(("Retry-After", "3000"),))
    machine.clock.set(NOW + 6 * HOUR)
    eventually(lambda: machine.simulator.requests, "the question")
    assert machine.daemon.stop() == 0
