"""A state is what a recount of all runs gives, however the runs came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.jobs.folding import without_placeholder
from exporter.jobs.state import JobState, pack, unpack
from exporter.model import CopyOutcome, Status, StoredRun, Verification
from exporter.times import DAY, MINUTE
from tests.exporter.jobs.oracle import state_of
from tests.support.strategies.state import (
    START,
    copying_to,
    fold,
    histories,
    runs_after,
    stored_run,
    whatever_order,
)

S, E, F, I = Status.SUCCESS, Status.ERROR, Status.FATAL, Status.INTERRUPTED  # noqa: E741 - in a table


@given(histories(most=80))
def test_a_state_is_what_a_recount_of_all_runs_gives(history: list[StoredRun]) -> None:
    assert fold(history) == state_of(history)


@given(st.data(), histories())
def test_the_order_in_which_runs_arrive_changes_nothing(
    data: st.DataObject, history: list[StoredRun]
) -> None:
    arrived = data.draw(st.permutations(history))
    assert whatever_order(fold(arrived)) == whatever_order(state_of(history))


@given(st.data(), histories())
def test_behind_the_first_copy_nothing_of_copies_depends_on_the_order_either(
    data: st.DataObject, history: list[StoredRun]
) -> None:
    first = stored_run(START - DAY, copying=copying_to(START, CopyOutcome.COPIED, ["file:///a"]))
    arrived = data.draw(st.permutations(history))
    assert fold([first, *arrived]) == state_of([first, *history])


@given(histories())
def test_a_state_is_kept_as_it_is(history: list[StoredRun]) -> None:
    state = fold(history)
    assert unpack(pack(state)) == state


@given(histories(least=1), st.integers(0, 40), st.sampled_from([0, 7 * MINUTE, 400 * DAY]))
def test_a_clock_that_is_ahead_moves_nothing_beyond_the_arrival(
    history: list[StoredRun], place: int, ahead: int
) -> None:
    wrong = history[place % len(history)]
    run = wrong.run
    told = replace(wrong, run=replace(run, began=wrong.started + ahead + 1))
    runs = [told if each is wrong else each for each in history]
    assert fold(runs) == state_of(runs)
    latest = max(each.received for each in runs) + 5 * MINUTE
    state = fold(runs)
    version = state.destination.newest_version
    newest = None if version is None else version.timestamp
    timestamps = (state.verified, state.restored, state.compacted, newest)
    assert all(timestamp is None or timestamp <= latest for timestamp in timestamps)


def nights(*statuses: Status) -> list[StoredRun]:
    return [stored_run(START + n * DAY, status=status) for n, status in enumerate(statuses)]


@pytest.mark.parametrize(
    ("statuses", "interrupted", "failures", "failing"),
    [
        ([I], 1, 0, False),
        ([S, I, I], 2, 0, False),
        ([E, I], 1, 1, True),
        ([E, I, F], 0, 2, True),
        ([E, I, S], 0, 0, False),
        ([S, I, E, I, I], 2, 1, True),
    ],
)
def test_an_interrupted_run_neither_completed_nor_failed(
    statuses: list[Status], interrupted: int, failures: int, *, failing: bool
) -> None:
    state = fold(nights(*statuses))
    assert state.interrupted_runs == interrupted
    assert state.consecutive_failures == failures
    assert state.decided_failed is failing
    assert state.total_runs == len(statuses)
    assert state.completed_runs + state.failed_runs == len(statuses) - statuses.count(I)


def test_an_interrupted_run_moves_its_start_and_no_success() -> None:
    good, stopped = nights(S, I)
    state = fold([good, stopped])
    assert state.last == stopped
    assert state.last_completed is not None
    assert state.last_complete is not None
    assert state.last_completed.id == state.last_complete.id == good.id
    assert state.starts == (good.started, stopped.started)
    assert [run.status for run in state.recent] == [S, I]


@pytest.mark.parametrize("statuses", [[S, I, I], [E, S], [I], [], [S, E, I]])
def test_a_stand_in_leaves_as_if_it_had_never_been(statuses: list[Status]) -> None:
    others = nights(*statuses)
    stand_in = stored_run(START + 30 * DAY, status=F, duration=None)
    state = without_placeholder(fold([*others, stand_in]), stand_in, others[-1] if others else None)
    kept = replace(state, first_start=None, last_failed=None)
    assert kept == replace(fold(others), first_start=None, last_failed=None)


def test_a_stand_in_that_others_followed_leaves_them_as_they_are() -> None:
    first, stand_in, later = nights(S, F, I)
    known = fold([first, stand_in, later])
    state = without_placeholder(known, stand_in, later)
    assert replace(state, last_failed=None) == fold([first, later])


def test_nothing_is_known_before_the_first_run() -> None:
    assert fold([]) == JobState() == state_of([])


def test_a_failure_that_arrives_late_is_the_newest_one_that_nobody_can_have_seen() -> None:
    first, second = nights(E, E)
    late = replace(first, received=second.received + DAY)
    state = fold([second, late])
    assert state.last_failed is not None
    assert state.last_failed.timestamp == late.received
    assert runs_after([second, late], late.order).failed == 1


@pytest.mark.parametrize("statuses", [(S, F), (F, S), (E, F), (S, E)])
def test_of_two_tests_at_one_timestamp_the_worse_counts(statuses: tuple[Status, Status]) -> None:
    tests = [Verification(START, status) for status in statuses]
    runs = [
        stored_run(START + number, operation="Test", verification=test)
        for number, test in enumerate(tests)
    ]
    worse = statuses[0].worse(statuses[1])

    assert fold(runs).tested == fold(runs[::-1]).tested == Verification(START, worse)
