"""Servers that are pulled at once, since a report of theirs is missing."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.config.pull_targets import PullTarget, make_target
from exporter.fleet.views import JobView
from exporter.ingest.importer import StoreImporter
from exporter.pull.client.opening import open_server
from exporter.pull.client.server import DuplicatiServer
from exporter.pull.client.transport import ConnectionOptions, Pause
from exporter.pull.loop import PullLoop
from exporter.pull.noting import PullNotes
from exporter.pull.second_leg import PATIENCE, REPORT_WITHIN, SecondLeg
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.support.daemon import NOW, Clock, Daemon
from tests.support.duplicati.memory import MACHINE_ID
from tests.support.duplicati.simulator import PASSWORD, Canned, Simulator
from tests.support.live import activity, tell
from tests.support.process.waiting import eventually
from tests.support.reports_builder import duplicati_report

BACKUP = "Photos to S3"


def opened(target: PullTarget, pause: Pause) -> DuplicatiServer:
    return open_server(target, PASSWORD, ConnectionOptions(pause=pause))


class World:
    """A daemon with a second leg, and the servers that it may ask."""

    def __init__(self, folder: Path, *servers: Simulator) -> None:
        self.daemon = Daemon(folder, Clock(NOW))
        self.clock = self.daemon.clock
        self.servers = servers
        self.leads = True
        self.start()

    def start(self) -> None:
        """Begin to look, knowing of nothing that was asked."""
        daemon = self.daemon
        archive = StoreImporter(daemon.store, daemon.fleet, self.clock, max_log_lines=100)
        names = ("nas", "other")
        targets = [
            make_target(server.url, name=name)
            for name, server in zip(names, self.servers, strict=False)
        ]
        notes = PullNotes(daemon.store, daemon.fleet, 0)
        self.loop = PullLoop(targets, opened, archive, notes, self.clock)
        self.leg = SecondLeg(self.loop, daemon.fleet, self.clock, lambda: self.leads)

    def report(self, began: Millis, backup: str = BACKUP, machine_id: str = MACHINE_ID) -> None:
        """Post the report of a run."""
        body = duplicati_report(began=began, backup=backup, machine_id=machine_id)
        self.daemon.upload(body)

    def hear(self, status: str, began: Millis, at: Millis) -> None:
        """Post a live report; the clock is what the sender says."""
        self.clock.now = at
        body = activity(began=began, at=at, status=status, backup=BACKUP, machine_id=MACHINE_ID)
        tell(self.daemon, body)

    def look(self, at: Millis) -> None:
        """Look at a time, and wait for the pulls that it began."""
        self.clock.now = at
        self.leg.look()
        eventually(lambda: not pulls(), "the end of the pulls")

    def asked(self) -> int:
        """Return how often the first server was pulled."""
        return self.servers[0].asked("/backups")

    def job(self) -> dict[str, object]:
        """Return the only job."""
        (job,) = self.daemon.get("/api/jobs")["jobs"]
        return dict(job)


def pulls() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name.startswith("pull ")]


def ran(simulator: Simulator, began: Millis, backup_id: str = "2") -> None:
    """Let a server know a run that it did not post."""
    body = json.loads(duplicati_report(began=began))
    simulator.add_row(backup_id, body["Data"], Timestamp=(began + MINUTE) // 1000)


@pytest.fixture
def other() -> Iterator[Simulator]:
    with Simulator() as simulator:
        simulator.info["Options"] = [{"Name": "machine-id", "DefaultValue": "other"}]
        simulator.add_backup("5", "Mail")
        yield simulator


@pytest.fixture
def world(tmp_path: Path, duplicati: Simulator) -> Iterator[World]:
    made = World(tmp_path, duplicati)
    with made.daemon:
        yield made


def daily(world: World) -> Millis:
    """Report a daily backup; return when it turns overdue."""
    for days in range(5, 0, -1):
        world.report(NOW - days * DAY + HOUR)
    view = world.daemon.fleet.job(1)
    assert view is not None
    assert view.effective_deadline is not None
    assert view.effective_deadline > NOW
    return view.effective_deadline


def test_a_run_whose_report_was_lost_is_pulled_when_its_job_turns_overdue(
    world: World, duplicati: Simulator
) -> None:
    due = daily(world)
    ran(duplicati, NOW + HOUR)
    world.look(due)
    assert world.asked() == 0
    world.look(due + 1)
    assert world.asked() == 1
    assert world.job()["overdue"] is False
    world.look(due + MINUTE)
    assert world.asked() == 1


def test_a_job_that_stays_overdue_is_asked_for_once(world: World) -> None:
    due = daily(world)
    for minutes in range(10):
        world.look(due + 1 + minutes * MINUTE)
    assert world.job()["overdue"] is True
    assert world.asked() == 1


def test_a_job_that_was_overdue_before_the_start_is_asked_for(world: World) -> None:
    due = daily(world)
    world.clock.now = due + 8 * HOUR
    world.start()
    world.look(due + 8 * HOUR)
    assert world.asked() == 1


def test_a_server_that_was_just_pulled_is_not_pulled_again(world: World) -> None:
    due = daily(world)
    world.clock.now = due - 30 * SECOND
    world.loop.pull_all()
    world.look(due + 1)
    assert world.asked() == 1
    assert world.leg.waits_until(_view(world), due + 1) is None


@pytest.mark.parametrize("status", ["Completed", "Failed"])
def test_a_run_that_ended_live_and_sent_no_report_is_pulled_a_minute_later(
    world: World, duplicati: Simulator, status: str
) -> None:
    daily(world)
    began, ended = NOW + MINUTE, NOW + 5 * MINUTE
    world.hear("Started", began, began)
    world.hear(status, began, ended)
    ran(duplicati, began)
    world.look(ended + REPORT_WITHIN - 1)
    assert world.asked() == 0
    world.look(ended + REPORT_WITHIN)
    assert world.asked() == 1
    job = world.daemon.get("/api/jobs/1")["job"]
    assert job["lastRun"]["startTime"] == "2026-01-15T10:31:00.000Z"
    world.look(ended + 20 * MINUTE)
    assert world.asked() == 1
    assert "unreported" not in world.job()["conditions"]  # type: ignore[operator] # JSON


def test_a_run_whose_report_comes_within_a_minute_is_not_pulled(world: World) -> None:
    daily(world)
    began, ended = NOW + MINUTE, NOW + 5 * MINUTE
    world.hear("Completed", began, ended)
    world.look(ended + 1)
    world.report(began)
    world.look(ended + REPORT_WITHIN)
    assert world.asked() == 0


def test_a_server_without_a_table_is_not_asked(
    tmp_path: Path, duplicati: Simulator, other: Simulator
) -> None:
    made = World(tmp_path, other)
    with made.daemon:
        made.loop.pull_all()
        due = daily(made)
        made.look(due + 1)
        assert other.asked("/backups") == 1
        assert made.leg.waits_until(_view(made), due + 1) is None
    assert duplicati.requests == []


def test_a_server_that_hangs_holds_up_no_other(
    tmp_path: Path, duplicati: Simulator, other: Simulator
) -> None:
    made = World(tmp_path, duplicati, other)
    with made.daemon:
        made.loop.pull_all()
        due = daily(made)
        for days in range(5, 0, -1):
            made.report(NOW - days * DAY + HOUR, "Mail", "other")
        reached, go_on = threading.Event(), threading.Event()

        def hold() -> None:
            reached.set()
            go_on.wait(20)

        duplicati.before["/backups"] = hold
        ran(other, NOW + HOUR, "5")
        made.look(due)
        made.clock.now = due + 1
        made.leg.look()
        assert reached.wait(10)
        eventually(lambda: not _view(made, 2).overdue(due + 1), "the run of the other server")
        assert made.leg.waits_until(_view(made), due + 1) == due + 1 + PATIENCE
        go_on.set()
        eventually(lambda: not pulls(), "the end of the pulls")


def test_who_does_not_lead_asks_nobody_until_it_does(world: World) -> None:
    due = daily(world)
    world.leads = False
    world.look(due + 1)
    assert world.asked() == 0
    world.leads = True
    world.look(due + MINUTE)
    assert world.asked() == 1


def _view(world: World, job_id: int = 1) -> JobView:
    view = world.daemon.fleet.job(job_id)
    assert view is not None
    return view


def test_notifications_wait_for_the_pull_and_not_longer(world: World, duplicati: Simulator) -> None:
    due = daily(world)
    world.look(due)
    assert world.leg.waits_until(_view(world), due) is None
    assert world.leg.waits_until(_view(world), due + 1) == due + 1 + PATIENCE
    assert world.leg.ended() == 0
    world.look(due + 1)
    assert world.leg.ended() == 1
    assert world.leg.waits_until(_view(world), due + 1) is None
    assert duplicati.requests


def test_a_pull_that_fails_excuses_nothing(world: World, duplicati: Simulator) -> None:
    due = daily(world)
    duplicati.always["/backups"] = Canned(500)
    world.look(due + 1)
    assert world.job()["overdue"] is True
    assert world.leg.waits_until(_view(world), due + 2) is None


def test_a_stop_ends_the_pulls(world: World, duplicati: Simulator) -> None:
    due = daily(world)
    duplicati.always["/backups"] = Canned(503, headers=(("Retry-After", "30"),))
    world.clock.now = due + 1
    world.leg.start()
    eventually(lambda: duplicati.asked("/backups"), "the question")
    world.leg.close()
    assert pulls() == []


def test_what_a_stopped_pull_left_out_the_next_one_records(
    world: World, duplicati: Simulator
) -> None:
    due = daily(world)
    ran(duplicati, NOW + HOUR)
    duplicati.before["/backup/2/log"] = world.loop.stop
    world.look(due + 1)
    world.leg.start()
    world.leg.close()
    duplicati.before.clear()
    world.start()
    world.look(due + MINUTE)
    assert world.job()["overdue"] is False
