"""Two jobs whose runs become one job's have the state of all their runs."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.jobs.joining import merge_states
from exporter.jobs.state import JobState
from exporter.model import CopyOutcome, StoredRun
from exporter.times import DAY
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


def of_both(one: list[StoredRun], other: list[StoredRun]) -> JobState:
    both = [*one, *other]
    return merge_states(fold(one), fold(other), lambda order: runs_after(both, order))


@given(histories(most=60), st.data())
def test_the_states_of_two_jobs_join_to_the_state_of_all_their_runs(
    history: list[StoredRun], data: st.DataObject
) -> None:
    sides = data.draw(st.lists(st.booleans(), min_size=len(history), max_size=len(history)))
    one = [run for run, side in zip(history, sides, strict=True) if side]
    other = [run for run, side in zip(history, sides, strict=True) if not side]
    expected = whatever_order(state_of(history))
    assert whatever_order(of_both(one, other)) == expected
    assert whatever_order(of_both(other, one)) == expected


@given(histories(most=40), st.integers(0, 40))
def test_the_runs_of_a_renamed_job_follow_those_under_its_former_name(
    history: list[StoredRun], renamed: int
) -> None:
    first = stored_run(START - DAY, copying=copying_to(START, CopyOutcome.COPIED, ["file:///a"]))
    before, behind = [first, *history[:renamed]], history[renamed:]
    expected = state_of([*before, *behind])
    assert whatever_order(of_both(before, behind)) == whatever_order(expected)
    assert of_both(before, []) == fold(before)
