"""A state made anew of the stored runs is the one that was kept, also where runs were removed."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.jobs.folding import rebuilt
from exporter.jobs.removed import baseline_state
from exporter.jobs.state import JobState
from exporter.model import StoredRun
from exporter.times import DAY
from tests.exporter.jobs.oracle import state_of
from tests.support.strategies.state import START, fold, histories, stored_run


@given(histories(most=60), st.integers(0, 60))
def test_what_was_removed_stays_in_the_state(history: list[StoredRun], removed: int) -> None:
    kept, stored = fold(history), history[removed:]
    assert rebuilt(kept, stored, stored) == kept


@given(histories())
def test_nothing_is_owed_to_runs_that_are_all_stored(history: list[StoredRun]) -> None:
    assert baseline_state(fold(history), history) == JobState()
    assert rebuilt(fold(history), history, history) == state_of(history)


@given(histories(least=1, most=30))
def test_a_run_that_moved_to_another_job_is_gone_from_its_own(history: list[StoredRun]) -> None:
    stayed = history[::2]
    assert rebuilt(fold(history), history, stayed) == state_of(stayed)


def test_a_plan_of_the_scheduler_is_kept() -> None:
    runs = [stored_run(START + night * DAY) for night in range(3)]
    asked = fold(runs).with_plan(START + 9 * DAY, DAY, START)
    assert rebuilt(asked, runs, runs) == asked
