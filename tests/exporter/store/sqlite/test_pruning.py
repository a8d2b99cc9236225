"""What is too old goes in small steps; counters, last states and what makes a run known stay."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from exporter.store.rules import pruning
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE
from tests.support.daemon import NOW
from tests.support.deliver import deliver, sqlite
from tests.support.empty import empty_database
from tests.support.reports_builder import duplicati_report

RUNS = 30
LINES = ("[Warning-x]: careful", "[Warning-x]: more careful")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reports.sqlite"


def fill(path: Path) -> Store:
    """Make a store with a run a day of two jobs, all with log lines."""
    store = Store(empty_database(path))
    for number in range(RUNS):
        hand_in(store, number, "Documents")
        hand_in(store, number, "Photos")
    return store


@pytest.fixture
def filled(path: Path) -> Iterator[Store]:
    with closing(fill(path)) as store:
        yield store


def hand_in(store: Store, number: int, backup: str, lines: tuple[str, ...] = LINES) -> None:
    timestamp = NOW + number * DAY
    body = duplicati_report(began=timestamp - HOUR, backup=backup, lines=lines)
    deliver(store, body, received=timestamp)


def prune(step: Callable[[int, int], tuple[int, int | None]], before: int) -> list[int]:
    """Take steps to the end; return how much each removed."""
    removed: list[int] = []
    after: int | None = 0
    while after is not None:
        number, after = step(before, after)
        removed.append(number)
    return removed


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite(path) as db:
        return list(db.execute(query))


def test_log_lines_older_than_a_moment_go_and_the_runs_stay(filled: Store, path: Path) -> None:
    prune(filled.prune_messages, NOW + 10 * DAY)
    assert rows(path, "SELECT count(*) FROM runs") == [(2 * RUNS,)]
    kept = "SELECT min(received), count(*) FROM runs JOIN logs ON run_id = runs.id"
    assert rows(path, kept) == [(NOW + 10 * DAY, 2 * (RUNS - 10))]
    detail = filled.run(1)
    assert detail is not None
    assert detail.log.messages == ()


def test_runs_older_than_a_moment_go_with_their_log_lines(filled: Store, path: Path) -> None:
    prune(filled.prune_runs, NOW + 10 * DAY)
    left = [(NOW + 10 * DAY, 2 * (RUNS - 10))]
    assert rows(path, "SELECT min(received), count(*) FROM runs") == left
    assert rows(path, "SELECT count(*) FROM logs") == [(2 * (RUNS - 10),)]


def test_counters_and_last_states_stay_now_and_after_a_restart(path: Path) -> None:
    with closing(fill(path)) as store:
        before = store.snapshot()
        prune(store.prune_messages, NOW + 99 * DAY)
        prune(store.prune_runs, NOW + 99 * DAY)
        assert store.snapshot() == before
    with closing(Store(path)) as again:
        assert again.snapshot() == before


def test_each_jobs_last_run_stays_so_that_it_is_known_when_it_comes_again(
    filled: Store, path: Path
) -> None:
    prune(filled.prune_runs, NOW + 99 * DAY)
    assert rows(path, "SELECT count(*) FROM runs") == [(2,)]
    body = duplicati_report(began=NOW + (RUNS - 1) * DAY - HOUR, backup="Photos", lines=LINES)
    assert not deliver(filled, body, received=NOW + RUNS * DAY).new


def test_no_id_is_given_twice(path: Path) -> None:
    with closing(fill(path)) as store:
        late = duplicati_report(began=NOW - DAY, backup="Photos")
        last = deliver(store, late, received=NOW + RUNS * DAY).run_id
        prune(store.prune_runs, NOW + 99 * DAY)
    with closing(Store(path)) as again:
        body = duplicati_report(began=NOW + 50 * DAY, backup="Photos")
        assert deliver(again, body, received=NOW + 50 * DAY).run_id == last + 1


def test_a_step_removes_no_more_than_its_rows(path: Path) -> None:
    with closing(Store(path)) as store:
        for number in range(2 * pruning.ROWS + 10):
            body = duplicati_report(began=NOW + number * MINUTE, lines=LINES)
            deliver(store, body, received=NOW + number * MINUTE)
        removed = prune(store.prune_messages, NOW + 99 * DAY)
    assert removed == [pruning.ROWS, pruning.ROWS, 10, 0]


def test_a_step_removes_no_more_than_its_bytes_but_always_something(
    filled: Store, path: Path
) -> None:
    with sqlite(path) as db:
        db.execute("UPDATE logs SET log = zeroblob(300000)")
    removed = prune(filled.prune_messages, NOW + 99 * DAY)
    assert removed == [1] * (2 * RUNS) + [0]


def test_nothing_is_removed_where_nothing_is_too_old(filled: Store, path: Path) -> None:
    assert prune(filled.prune_messages, NOW) == [0]
    assert prune(filled.prune_runs, NOW) == [0]
    assert rows(path, "SELECT count(*) FROM logs") == [(2 * RUNS,)]


def test_space_is_given_back(path: Path) -> None:
    with closing(fill(path)) as store:
        with sqlite(path) as db:
            db.execute("UPDATE logs SET log = randomblob(100000)")
        before = store.size_bytes()
        prune(store.prune_messages, NOW + 99 * DAY)
        assert store.size_bytes() == before
        while store.reclaim_space():
            pass
        assert store.size_bytes() < before / 3
    assert path.stat().st_size < before / 3


def test_a_file_that_can_not_give_space_back_keeps_it_for_new_reports(path: Path) -> None:
    with sqlite(path) as db:
        db.execute("PRAGMA application_id = 0x44535441")
        db.execute("CREATE TABLE filling (content BLOB)")
        db.execute("INSERT INTO filling SELECT zeroblob(5000000)")
        db.execute("DELETE FROM filling")
    with closing(Store(path)) as store:
        assert not store.reclaim_space()
