"""Rounds over several servers, as the daemon makes them."""

import json
import logging
import threading
from collections.abc import Callable, Iterator

import pytest

from exporter.config.pull_targets import PullTarget, make_target
from exporter.fleet import Fleet
from exporter.ingest.importer import StoreImporter
from exporter.pull.client.opening import open_server
from exporter.pull.client.server import DuplicatiServer
from exporter.pull.client.transport import ConnectionOptions, Pause
from exporter.pull.loop import PullLoop, pulling
from exporter.pull.noting import PullNotes
from exporter.store import RunFilter, StoreUnavailableError
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.daemon import NOW, Clock
from tests.support.duplicati.simulator import PASSWORD, Canned, Simulator
from tests.support.process.waiting import eventually
from tests.support.reports_builder import duplicati_report


def leads() -> bool:
    """Lead always."""
    return True


def opened(target: PullTarget, pause: Pause) -> DuplicatiServer:
    return open_server(target, PASSWORD, ConnectionOptions(pause=pause))


@pytest.fixture
def other() -> Iterator[Simulator]:
    with Simulator() as simulator:
        simulator.info["Options"] = [{"Name": "machine-id", "DefaultValue": "other"}]
        simulator.add_backup("5", "Mail")
        yield simulator


@pytest.fixture
def start(
    duplicati: Simulator,
    other: Simulator,
    archive: StoreImporter,
    store: Store,
    fleet: Fleet,
) -> Callable[[], PullLoop]:
    """Make the loop, as a start of the daemon does."""
    targets = [make_target(duplicati.url, name="nas"), make_target(other.url, name="other")]
    notes = PullNotes(store, fleet, 15 * MINUTE)
    return lambda: PullLoop(targets, opened, archive, notes, lambda: NOW)


@pytest.fixture
def rounds(start: Callable[[], PullLoop]) -> PullLoop:
    return start()


def run(simulator: Simulator, backup_id: str, hours_ago: int) -> None:
    body = json.loads(duplicati_report(began=NOW - hours_ago * HOUR))
    simulator.add_row(backup_id, body["Data"])


def noted(fleet: Fleet) -> dict[str, tuple[Millis, int]]:
    """Return when servers were last pulled well, and how many pulls failed since the first."""
    return {
        server.pulled.table.name: (server.pulled.at, server.pulled.failures)
        for server in fleet.servers()
        if server.pulled is not None and server.pulled.table is not None
    }


def test_a_round_pulls_from_every_server(
    duplicati: Simulator, other: Simulator, rounds: PullLoop, store: Store, fleet: Fleet
) -> None:
    run(duplicati, "2", 5)
    run(other, "5", 4)
    rounds.pull_all()
    assert len(store.runs(RunFilter(), None, 9)) == 2
    assert noted(fleet) == {"nas": (NOW, 0), "other": (NOW, 0)}


def test_a_server_that_fails_keeps_no_other_out(
    duplicati: Simulator, other: Simulator, rounds: PullLoop, fleet: Fleet, clock: Clock
) -> None:
    run(duplicati, "2", 5)
    rounds.pull_all()
    duplicati.password = "another"
    run(other, "5", 4)
    clock.now += HOUR
    rounds.pull_all()
    assert noted(fleet) == {"nas": (NOW, 1), "other": (NOW + HOUR, 0)}


def test_pulling_fails_after_three_failures_in_a_row(
    duplicati: Simulator, rounds: PullLoop
) -> None:
    assert rounds.failing() == {"nas": None, "other": None}
    duplicati.password = "another"
    for _ in range(2):
        rounds.pull_all()
    assert rounds.failing() == {"nas": None, "other": ""}
    rounds.pull_all()
    failing = rounds.failing()
    assert "password" in (failing["nas"] or "")
    assert failing["other"] == ""
    duplicati.password = PASSWORD
    rounds.pull_all()
    assert rounds.failing() == {"nas": "", "other": ""}
    duplicati.password = "another"
    rounds.pull_all()
    assert rounds.failing() == {"nas": "", "other": ""}


def test_failures_before_a_restart_are_of_the_same_row(
    duplicati: Simulator, start: Callable[[], PullLoop]
) -> None:
    def failing(password: str) -> str | None:
        duplicati.password = password
        rounds = start()
        rounds.pull_all()
        return rounds.failing()["nas"]

    run(duplicati, "2", 5)
    assert failing(PASSWORD) == ""
    assert [failing("another") is None for _ in range(4)] == [True, True, False, False]
    assert failing(PASSWORD) == ""
    assert failing("another") is None


def test_failures_of_a_machine_that_was_replaced_are_not_of_the_new_one(
    duplicati: Simulator, rounds: PullLoop, clock: Clock
) -> None:
    def pull(password: str) -> str | None:
        duplicati.password = password
        clock.now += HOUR
        rounds.pull_all()
        return rounds.failing()["nas"]

    run(duplicati, "2", 5)
    assert pull(PASSWORD) == ""
    assert [bool(pull("another")) for _ in range(3)] == [False, False, True]
    duplicati.info["Options"] = [{"Name": "machine-id", "DefaultValue": "new"}]
    run(duplicati, "2", 4)
    assert [pull(password) for password in (PASSWORD, "another")] == ["", ""]


def test_a_pull_that_leaves_something_out_is_a_failure(
    duplicati: Simulator, rounds: PullLoop, fleet: Fleet, clock: Clock
) -> None:
    run(duplicati, "2", 5)
    rounds.pull_all()
    duplicati.always["/backup/2/log"] = Canned(404)
    clock.now += HOUR
    rounds.pull_all()
    assert noted(fleet) == {"nas": (NOW, 1)}


def test_a_server_that_was_never_pulled_well_has_no_figures(
    duplicati: Simulator, rounds: PullLoop, fleet: Fleet
) -> None:
    duplicati.always["/backup/2/log"] = Canned(404)
    rounds.pull_all()
    assert noted(fleet) == {}


def test_a_table_that_is_gone_is_forgotten_at_the_next_start(
    duplicati: Simulator, rounds: PullLoop, store: Store, fleet: Fleet
) -> None:
    run(duplicati, "2", 5)
    rounds.pull_all()
    PullNotes(store, fleet, MINUTE).keep_tables({"nas"})
    assert noted(fleet) == {"nas": (NOW, 0)}
    PullNotes(store, fleet, MINUTE).keep_tables({"other"})
    assert noted(fleet) == {}
    (server,) = fleet.servers()
    assert server.pulled is not None, "what the last pull knew stands"


def test_a_database_that_does_not_answer_fails_the_pull_and_no_more(
    duplicati: Simulator,
    rounds: PullLoop,
    store: Store,
    fleet: Fleet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise StoreUnavailableError("the disk is full")

    run(duplicati, "2", 5)
    rounds.pull_all()
    with monkeypatch.context() as broken:
        broken.setattr(store, "record_all", fail)
        broken.setattr(store, "note_pulled", fail)
        rounds.pull_all()
    assert noted(fleet) == {"nas": (NOW, 0)}, "nor can the failure be noted"
    rounds.pull_all()
    assert len(store.runs(RunFilter(), None, 9)) == 1


def test_a_fault_of_our_own_keeps_no_other_server_out(
    other: Simulator,
    rounds: PullLoop,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    run(other, "5", 4)
    asked = iter([ZeroDivisionError])

    def fail(server: DuplicatiServer) -> object:
        for error in asked:
            raise error
        return info(server)

    info = DuplicatiServer.info
    monkeypatch.setattr(DuplicatiServer, "info", fail)
    rounds.pull_all()
    assert len(store.runs(RunFilter(), None, 9)) == 1
    assert "pull failed with an internal error" in caplog.text


def test_a_fault_is_logged_once_and_its_end_too(
    duplicati: Simulator, rounds: PullLoop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "exporter")
    duplicati.always["/backups"] = Canned(404)
    for _ in range(3):
        rounds.pull_all()
    duplicati.always["/backups"] = Canned(200, b"null")
    rounds.pull_all()
    duplicati.always.clear()
    for _ in range(2):
        rounds.pull_all()
    told = [record.message for record in caplog.records]
    assert told == ["pull failed", "pull failed", "pull recovered"]


def test_a_backup_that_is_not_watched_is_logged_until_it_is(
    duplicati: Simulator, rounds: PullLoop, fleet: Fleet, caplog: pytest.LogCaptureFixture
) -> None:
    del duplicati.info["Options"]  # whose machine it is cannot be told
    duplicati.add_backup("3", "New", schedule={"Time": "2026-12-04T01:00:00Z", "Repeat": "1D"})
    for _ in range(2):
        rounds.pull_all()
    (record,) = caplog.records
    assert record.message == "backup not monitored"
    assert record.__dict__["fields"]["reason"].startswith("New: is scheduled")
    assert noted(fleet) == {}, "of a server without any run there is nothing to note"


def test_pulls_that_go_well_again_are_told_whatever_is_not_watched(
    duplicati: Simulator, rounds: PullLoop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "exporter")
    del duplicati.info["Options"]  # whose machine it is cannot be told
    duplicati.add_backup("3", "New", schedule={"Time": "2026-12-04T01:00:00Z", "Repeat": "1D"})
    duplicati.always["/backups"] = Canned(404)
    rounds.pull_all()
    duplicati.always.clear()
    rounds.pull_all()
    told = [record.message for record in caplog.records]
    assert told == ["pull failed", "pull recovered", "backup not monitored"]


def test_what_was_pulled_is_logged_where_it_is_new(
    duplicati: Simulator, rounds: PullLoop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "exporter")
    run(duplicati, "2", 5)
    rounds.pull_all()
    rounds.pull_all()
    (record,) = caplog.records
    assert record.__dict__["fields"] == {"server": "nas", "recorded": 1, "rows": 1}


def test_rounds_go_on_until_they_are_told_to_stop(
    duplicati: Simulator, rounds: PullLoop, store: Store
) -> None:
    with pulling(rounds, 1, leads):
        eventually(lambda: duplicati.asked("/backups") >= 3, "two rounds")
        run(duplicati, "2", 5)
        eventually(lambda: store.runs(RunFilter(), None, 9), "the run of a later round")
    assert not [thread for thread in threading.enumerate() if thread.name == "pull"]


def test_a_stop_ends_a_pause_between_two_tries(
    duplicati: Simulator, other: Simulator, rounds: PullLoop
) -> None:
    duplicati.always["/backups"] = Canned(503, headers=(("Retry-After", "30"),))
    with pulling(rounds, DAY, leads):
        eventually(lambda: duplicati.asked("/backups"), "the question")
    assert not [thread for thread in threading.enumerate() if thread.name == "pull"]
    assert other.requests == []
