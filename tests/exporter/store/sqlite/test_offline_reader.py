"""Reading everything that is stored beside whoever has the database."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from exporter.model import Delivery
from exporter.reports import read_report
from exporter.store import JobHistory, RecordedRun, RunChoice, RunFilter, StoreError
from exporter.store.sqlite import OfflineReader, Store, connection
from exporter.times import DAY, MINUTE
from tests.support.daemon import NOW
from tests.support.deliver import deliver, left_out, sqlite
from tests.support.reports_builder import duplicati_report

ALL = RunChoice()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reports.sqlite"


@contextmanager
def filled(path: Path, runs: int = 3) -> Iterator[Store]:
    with closing(Store(path)) as store:
        for number in range(runs):
            body = duplicati_report(began=NOW + number * MINUTE, lines=("[Information]: done",))
            deliver(store, body, received=NOW + (number + 1) * MINUTE)
        yield store


def files(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.parent.iterdir()}


def read(path: Path, chosen: RunChoice = ALL) -> list[RecordedRun]:
    return list(OfflineReader(path).runs(chosen, left_out, messages=True))


def test_every_run_is_read_oldest_first_and_no_file_changes(path: Path) -> None:
    with filled(path, runs=502) as store:
        stored = [run.stored for run in store.runs(RunFilter(), None, 5000)]
    before = files(path)
    found = read(path)
    assert [run.stored for run in found] == stored[::-1]
    assert found[0].server == "nas"
    assert found[0].backup == "Documents"
    assert found[0].log.messages
    assert files(path) == before


def test_a_daemon_that_has_the_database_goes_on_meanwhile(path: Path) -> None:
    with filled(path) as store:
        reader = OfflineReader(path)
        runs = reader.runs(ALL, left_out, messages=False)
        first = next(runs)
        deliver(store, duplicati_report(began=NOW + DAY), received=NOW + DAY)
        assert first.stored.id == 1
        assert [run.stored.id for run in runs] == [2, 3, 4]
        assert len(read(path)) == 4
        history = reader.history(first.job_id)
        assert history is not None
        assert history.job.state.total_runs == len(history.runs) == 4


def test_a_reader_that_takes_its_time_keeps_no_log_from_being_checkpointed(path: Path) -> None:
    with filled(path) as store:
        runs = OfflineReader(path).runs(ALL, left_out, messages=False)
        next(runs)
        deliver(store, duplicati_report(began=NOW + DAY), received=NOW + DAY)
        with sqlite(path) as db:
            (waits, _, left) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert (waits, left) == (0, 0)
        assert len(list(runs)) == 3


def test_each_look_is_of_one_moment_while_a_daemon_writes(path: Path) -> None:
    with filled(path) as store:
        reader, ending = OfflineReader(path), threading.Event()

        def write() -> None:
            for number in range(100):
                deliver(store, duplicati_report(began=NOW + DAY + number * MINUTE))
            ending.set()

        writer = threading.Thread(target=write)
        writer.start()
        looks = 0
        while not ending.is_set() or not looks:
            found = reader.history(1)
            assert found is not None
            assert found.job.state.total_runs == len(found.runs)
            looks += 1
        writer.join()


def test_what_was_taken_written_and_left_while_it_answered_is_asked_again(path: Path) -> None:
    with filled(path):
        pass
    answers: list[int] = []

    def count_while_a_daemon_comes_and_goes(db: sqlite3.Connection) -> int:
        answers.append(db.execute("SELECT count(*) FROM runs").fetchone()[0])
        if len(answers) == 1:
            with closing(Store(path)) as store:
                deliver(store, duplicati_report(began=NOW + DAY), received=NOW + DAY)
        return answers[-1]

    assert connection.read_snapshot(path, count_while_a_daemon_comes_and_goes) == 4
    assert answers == [3, 4]


def test_the_log_of_a_killed_daemon_is_read_too(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "killed" / "reports.sqlite"
    copy.parent.mkdir()
    with filled(path):
        for end in ("", "-wal", "-shm"):
            shutil.copy(f"{path}{end}", f"{copy}{end}")
    assert len(read(copy)) == 3


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        (ALL, [1, 2, 3, 4, 5]),
        (RunChoice(since=NOW + MINUTE), [2, 3, 4, 5]),
        (RunChoice(until=NOW + MINUTE), [1]),
        (RunChoice(since=NOW + MINUTE, until=NOW + 2 * MINUTE), [2]),
        (RunChoice(server="nas"), [1, 2, 3]),
        (RunChoice(server="1"), [1, 2, 3]),
        (RunChoice(server="The old one"), [4, 5]),
        (RunChoice(server="nobody"), []),
    ],
)
def test_runs_are_chosen_by_start_and_server(path: Path, chosen: RunChoice, ids: list[int]) -> None:
    with filled(path) as store:
        for number in (1, 2):
            body = duplicati_report(began=NOW + number * DAY, server="old", machine_id="m-2")
            deliver(store, body, received=NOW + number * DAY)
        store.set_server(2, lambda server: replace(server, alias="The old one"))
        assert [run.stored.id for run in read(path, chosen)] == ids


def history(path: Path) -> JobHistory:
    found = OfflineReader(path).history(1)
    assert found is not None
    return found


def test_a_history_has_its_runs_in_the_order_of_their_arrival(path: Path) -> None:
    with closing(Store(path)) as store:
        for began, received in ((3, 3), (1, 4), (2, 2)):
            body = duplicati_report(began=NOW + began * DAY, backup="Late")
            deliver(store, body, received=NOW + received * DAY)
        runs = history(path).runs
    assert [run.received - NOW for run in runs] == [2 * DAY, 3 * DAY, 4 * DAY]
    assert OfflineReader(path).history(2) is None


def test_a_history_tells_which_runs_stand_in_for_a_report(path: Path) -> None:
    report = read_report(duplicati_report(began=NOW, status="Fatal"))
    with closing(Store(path)) as store:
        job = deliver(store, duplicati_report(began=NOW - DAY)).job
        stood_in = store.record_placeholder(job.id, report, Delivery(NOW, "live"))
    assert stood_in is not None
    assert history(path).placeholders == {stood_in.run_id}


def refusal(path: Path) -> str:
    """Return why a file is refused; see that the refusal changes nothing."""
    before = files(path)
    with pytest.raises(StoreError) as refused:
        OfflineReader(path)
    assert files(path) == before
    message = str(refused.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_a_database_that_is_not_there_is_refused(path: Path) -> None:
    assert "--database" in refusal(path)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"This is no database." * 500)
    assert "restore a copy" in refusal(path)


def test_an_empty_file_and_a_database_of_another_program_are_refused(path: Path) -> None:
    path.touch()
    assert "no database of duplistatus" in refusal(path)
    with sqlite(path) as db:
        db.execute("CREATE TABLE notes (text TEXT)")
    assert "no database of duplistatus" in refusal(path)


def test_half_a_database_is_refused(path: Path) -> None:
    with filled(path, runs=100):
        pass
    written = path.read_bytes()
    path.write_bytes(written[: len(written) // 2])
    assert "restore a copy" in refusal(path)


def test_a_log_that_was_cut_short_is_refused(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "cut" / "reports.sqlite"
    copy.parent.mkdir()
    with filled(path):
        for end in ("", "-wal", "-shm"):
            shutil.copy(f"{path}{end}", f"{copy}{end}")
    with Path(f"{copy}-wal").open("r+b") as log:
        log.truncate(5000)
    assert "cut short" in refusal(copy)


def test_a_database_of_an_older_version_is_refused_and_stays_as_it_is(path: Path) -> None:
    with filled(path):
        pass
    with sqlite(path) as db:
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'live_runs'")
    assert "start the daemon once" in refusal(path)


def test_a_database_of_a_newer_version_is_refused(path: Path) -> None:
    with filled(path):
        pass
    with sqlite(path) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('duplistatus', 'tomorrow', '')"
        )
    assert "newer version" in refusal(path)
