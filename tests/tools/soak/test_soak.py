"""The commands, each for a short time; of the longest only its checks."""

import random
from pathlib import Path

import pytest

from tests.support.deliver import sqlite
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.ports import free_port
from tests.tools.soak import kills, outage
from tests.tools.soak.strangers import honest, lives, watch
from tests.tools.soak.strangers.attacks import Stranger
from tests.tools.soak.strangers.ledger import Ledger
from tests.tools.soak.strangers.watch import Descriptors, Look, Memory

IDLE = Descriptors(others=5, database=7, deleted=0)
FLAT = Memory(early=80, late=90, peak=100)


def test_kills_at_random_times_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    assert kills.run(tmp_path, rounds=3) == []


def test_senders_that_all_try_again_at_once_are_recorded_once_each(tmp_path: Path) -> None:
    assert outage.run(tmp_path, senders=200) == []


def test_an_acknowledged_report_that_is_missing_or_duplicated_is_reported(tmp_path: Path) -> None:
    ledger, database = Ledger(), tmp_path / "duplistatus.sqlite"
    with Daemon(tmp_path, *ANY_PORT) as daemon:
        sender = honest.Sender(daemon.port, 1, ledger)
        for _ in range(3):
            sender.run(random.Random(1))
        assert daemon.stop() == 0
    assert ledger.faults(database) == []
    with sqlite(database) as db:
        db.execute("UPDATE runs SET began = (SELECT max(began) FROM runs) WHERE id = 1")
        db.execute("DELETE FROM runs WHERE id = 2")
    missing, twice = ledger.faults(database)
    assert missing.startswith("2 acknowledged reports are not stored")
    assert twice.startswith("1 reports are stored more than once")


def test_a_report_whose_three_tries_fail_is_reported(tmp_path: Path) -> None:
    ledger = Ledger()
    with Daemon(tmp_path, *ANY_PORT) as daemon:
        assert daemon.stop() == 0
    honest.Sender(free_port(), 1, ledger).run(random.Random(2))
    (lost,) = ledger.faults(tmp_path / "duplistatus.sqlite")
    assert lost.count("ConnectionRefusedError") >= honest.TRIES


def test_memory_that_grows_within_a_life_or_from_life_to_life_is_reported() -> None:
    assert list(watch.grown([FLAT, FLAT])) == []
    assert list(watch.grown([FLAT, FLAT._replace(late=150)])) == [
        "memory grew within life 2 from 80 to 150 MB"
    ]
    assert list(watch.grown([FLAT, Memory(early=155, late=160, peak=160)])) == [
        "memory grew from the end of the first life to that of the last from 90 to 160 MB"
    ]


def test_of_memory_the_least_counts_a_minute_after_the_start_and_at_the_end() -> None:
    looks = [Look(second, 500 if second % 7 else second) for second in range(301)]
    assert watch.memory(looks, 600) == Memory(early=63, late=245, peak=600)


@pytest.mark.parametrize(
    ("rested", "reported"),
    [
        (IDLE._replace(database=100), []),
        (IDLE._replace(others=6), ["6 descriptors are open at rest, 5 were before"]),
        (IDLE._replace(database=200), ["200 descriptors of the database are open"]),
        (IDLE._replace(deleted=1), ["1 files are open that are deleted"]),
    ],
)
def test_what_stays_open_is_reported(rested: Descriptors, reported: list[str]) -> None:
    assert list(watch.kept_open(IDLE, rested)) == reported


def test_traces_and_files_that_are_left_are_reported(tmp_path: Path) -> None:
    log, temporary = tmp_path / "log", tmp_path / "temporary"
    log.write_text('{"event": "x"}\n{"trace": "Traceback (most recent call last)"}\n')
    temporary.mkdir()
    (temporary / "left").touch()
    assert lives.log_errors(log)[0].startswith("1 traces in the log")
    assert lives.left(temporary) == ["1 temporary files left, the first: left"]


def test_strangers_must_be_answered_as_is_right_unless_the_daemon_stops() -> None:
    stranger = Stranger("x", 1, lambda _port, _chance: None, frozenset((400,)), is_answered=True)
    assert stranger.may_be_answered(400, stays=True)
    assert stranger.may_be_answered(None, stays=False)
    assert not stranger.may_be_answered(None, stays=True)
    assert not stranger.may_be_answered(500, stays=False)
