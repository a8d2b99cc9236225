"""Reading everything that is stored, also while a daemon uses the database."""

import threading

import pytest
from msgspec.structs import replace

from exporter.model import Delivery
from exporter.reports import read_report
from exporter.store import JobHistory, RecordedRun, RunChoice, RunFilter, Store
from exporter.times import DAY, MINUTE
from tests.support.authors import BY
from tests.support.daemon import NOW
from tests.support.deliver import deliver, left_out
from tests.support.reports_builder import duplicati_report
from tests.support.stores import Database

ALL = RunChoice()


def fill(store: Store, runs: int = 3) -> None:
    for number in range(runs):
        body = duplicati_report(began=NOW + number * MINUTE, lines=("[Information]: done",))
        deliver(store, body, received=NOW + (number + 1) * MINUTE)


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


def read(database: Database, chosen: RunChoice = ALL) -> list[RecordedRun]:
    return list(database.reader().runs(chosen, left_out, messages=True))


def test_every_run_is_read_oldest_first(store: Store, database: Database) -> None:
    fill(store, 502)
    stored = [run.stored for run in store.runs(RunFilter(), None, 5000)]
    found = read(database)
    assert [run.stored for run in found] == stored[::-1]
    assert found[0].server == "nas"
    assert found[0].backup == "Documents"
    assert found[0].log.messages


@pytest.mark.usefixtures("filled")
def test_log_lines_are_read_where_they_are_asked_for(database: Database) -> None:
    (first, *_) = database.reader().runs(ALL, left_out, messages=False)
    assert not first.log.messages


def test_what_a_reader_returns_about_the_whole(filled: Store, database: Database) -> None:
    reader, (server,) = database.reader(), filled.snapshot().servers
    assert reader.created() == filled.created()
    assert reader.first_arrival() == NOW + MINUTE
    assert reader.jobs() == [(server, "Documents")]
    assert reader.servers() == [server]
    assert reader.job_ids() == [1]


def test_of_an_empty_database_there_is_nothing(database: Database) -> None:
    reader = database.reader()
    assert reader.first_arrival() is None
    assert (reader.jobs(), reader.servers(), reader.job_ids(), read(database)) == ([], [], [], [])


def test_a_daemon_that_has_the_database_goes_on_meanwhile(
    filled: Store, database: Database
) -> None:
    reader = database.reader()
    runs = reader.runs(ALL, left_out, messages=False)
    first = next(runs)
    deliver(filled, duplicati_report(began=NOW + DAY), received=NOW + DAY)
    assert first.stored.id == 1
    assert [run.stored.id for run in runs] == [2, 3, 4]
    assert len(read(database)) == 4
    history = reader.history(first.job_id)
    assert history is not None
    assert history.job.state.total_runs == len(history.runs) == 4


def test_each_answer_is_one_snapshot_while_a_daemon_writes(
    filled: Store, database: Database
) -> None:
    reader, ending = database.reader(), threading.Event()

    def write() -> None:
        for number in range(100):
            deliver(filled, duplicati_report(began=NOW + DAY + number * MINUTE))
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
def test_runs_are_chosen_by_start_and_server(
    filled: Store, database: Database, chosen: RunChoice, ids: list[int]
) -> None:
    for number in (1, 2):
        body = duplicati_report(began=NOW + number * DAY, server="old", machine_id="m-2")
        deliver(filled, body, received=NOW + number * DAY)
    filled.set_server(2, lambda server: replace(server, alias="The old one"), BY)
    assert [run.stored.id for run in read(database, chosen)] == ids


def history(database: Database) -> JobHistory:
    found = database.reader().history(1)
    assert found is not None
    return found


def test_a_history_has_its_runs_in_the_order_of_their_arrival(
    store: Store, database: Database
) -> None:
    for began, received in ((3, 3), (1, 4), (2, 2)):
        body = duplicati_report(began=NOW + began * DAY, backup="Late")
        deliver(store, body, received=NOW + received * DAY)
    runs = history(database).runs
    assert [run.received - NOW for run in runs] == [2 * DAY, 3 * DAY, 4 * DAY]
    assert database.reader().history(2) is None


def test_a_history_says_which_runs_are_placeholders(store: Store, database: Database) -> None:
    report = read_report(duplicati_report(began=NOW, status="Fatal"))
    job = deliver(store, duplicati_report(began=NOW - DAY)).job
    stood_in = store.record_placeholder(job.id, report, Delivery(NOW, "live"))
    assert stood_in is not None
    assert history(database).placeholders == {stood_in.run_id}


@pytest.mark.usefixtures("filled")
def test_a_run_that_cannot_be_read_is_left_out_and_reported(database: Database) -> None:
    database.execute("UPDATE logs SET log = ? WHERE run_id = ?", (b"\xc1", 2))
    skipped: list[str] = []
    found = database.reader().runs(ALL, lambda what, _: skipped.append(what), messages=True)
    assert [run.stored.id for run in found] == [1, 3]
    assert skipped == ["run 2"]
