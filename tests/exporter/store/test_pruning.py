"""Old runs are removed in small steps; counters, last states and each job's last run stay."""

from collections.abc import Callable

import pytest

from exporter.store import Store
from exporter.store.rules import pruning
from exporter.times import DAY, HOUR, MINUTE
from tests.support.daemon import NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report
from tests.support.stores import Database

RUNS = 30
LINES = ("[Warning-x]: careful", "[Warning-x]: more careful")


@pytest.fixture
def filled(store: Store) -> Store:
    """Record a run of two jobs on each day, all with log lines."""
    for number in range(RUNS):
        hand_in(store, number, "Documents")
        hand_in(store, number, "Photos")
    return store


def hand_in(store: Store, number: int, backup: str, lines: tuple[str, ...] = LINES) -> None:
    timestamp = NOW + number * DAY
    body = duplicati_report(began=timestamp - HOUR, backup=backup, lines=lines)
    deliver(store, body, received=timestamp)


def prune(step: Callable[[int, int], tuple[int, int | None]], before: int) -> list[int]:
    """Run all steps; return how much each removed."""
    removed: list[int] = []
    after: int | None = 0
    while after is not None:
        number, after = step(before, after)
        removed.append(number)
    return removed


def test_log_lines_older_than_a_time_go_and_the_runs_stay(
    filled: Store, database: Database
) -> None:
    prune(filled.prune_messages, NOW + 10 * DAY)
    assert database.rows("SELECT count(*) FROM runs") == [(2 * RUNS,)]
    kept = "SELECT min(received), count(*) FROM runs JOIN logs ON run_id = runs.id"
    assert database.rows(kept) == [(NOW + 10 * DAY, 2 * (RUNS - 10))]
    detail = filled.run(1)
    assert detail is not None
    assert detail.log.messages == ()


def test_runs_older_than_a_time_go_with_their_log_lines(filled: Store, database: Database) -> None:
    prune(filled.prune_runs, NOW + 10 * DAY)
    left = [(NOW + 10 * DAY, 2 * (RUNS - 10))]
    assert database.rows("SELECT min(received), count(*) FROM runs") == left
    assert database.rows("SELECT count(*) FROM logs") == [(2 * (RUNS - 10),)]


def test_counters_and_last_states_stay_now_and_after_a_restart(
    filled: Store, database: Database
) -> None:
    before = filled.snapshot()
    prune(filled.prune_messages, NOW + 99 * DAY)
    prune(filled.prune_runs, NOW + 99 * DAY)
    assert filled.snapshot() == before
    assert database.reopen(filled).snapshot() == before


def test_each_jobs_last_run_stays_so_that_it_is_known_when_it_comes_again(
    filled: Store, database: Database
) -> None:
    prune(filled.prune_runs, NOW + 99 * DAY)
    assert database.rows("SELECT count(*) FROM runs") == [(2,)]
    body = duplicati_report(began=NOW + (RUNS - 1) * DAY - HOUR, backup="Photos", lines=LINES)
    assert not deliver(filled, body, received=NOW + RUNS * DAY).new


def test_no_id_is_given_twice(filled: Store, database: Database) -> None:
    late = duplicati_report(began=NOW - DAY, backup="Photos")
    last = deliver(filled, late, received=NOW + RUNS * DAY).run_id
    prune(filled.prune_runs, NOW + 99 * DAY)
    again = database.reopen(filled)
    body = duplicati_report(began=NOW + 50 * DAY, backup="Photos")
    assert deliver(again, body, received=NOW + 50 * DAY).run_id > last


def test_a_step_removes_no_more_than_its_rows(store: Store) -> None:
    for number in range(2 * pruning.ROWS + 10):
        body = duplicati_report(began=NOW + number * MINUTE, lines=LINES)
        deliver(store, body, received=NOW + number * MINUTE)
    removed = prune(store.prune_messages, NOW + 99 * DAY)
    assert removed == [pruning.ROWS, pruning.ROWS, 10, 0]


def test_a_step_removes_no_more_than_its_bytes_but_always_something(
    filled: Store, database: Database
) -> None:
    database.execute("UPDATE logs SET log = ?", (bytes(300_000),))
    removed = prune(filled.prune_messages, NOW + 99 * DAY)
    assert removed == [1] * (2 * RUNS) + [0]


def test_nothing_is_removed_where_nothing_is_too_old(filled: Store, database: Database) -> None:
    assert prune(filled.prune_messages, NOW) == [0]
    assert prune(filled.prune_runs, NOW) == [0]
    assert database.rows("SELECT count(*) FROM logs") == [(2 * RUNS,)]
