"""A run of which a second report told more counts as if it had told all of it at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.jobs.folding import fits_in_place, rebuilt, with_more_told
from exporter.jobs.state import JobState
from exporter.model import Counts, Run, Status, StoredRun, Verification
from exporter.times import DAY, HOUR
from tests.exporter.jobs.oracle import state_of
from tests.support.strategies.state import (
    START,
    fold,
    histories,
    runs_after,
    stored_run,
    whatever_order,
)

S, W, E, F, U, I = Status  # noqa: E741 - short in a table


def text_of(run: Run) -> Run:
    """Return what a text tells of a run that JSON would tell whole."""
    return Run(run.operation, run.status, run.began, run.ended, run.duration, Counts())


def told_more(state: JobState, known: StoredRun, runs: list[StoredRun], place: int) -> JobState:
    return with_more_told(state, known, runs[place], lambda order: runs_after(runs, order))


@given(histories(least=1), st.data())
def test_it_is_as_if_the_run_had_told_all_from_the_start(
    history: list[StoredRun], data: st.DataObject
) -> None:
    backups = [place for place, stored in enumerate(history) if stored.run.is_backup]
    place = data.draw(st.sampled_from(backups)) if backups else 0
    whole = history[place]
    known = replace(whole, run=replace(text_of(whole.run), dry_run=whole.run.dry_run))
    arrived = [*history[:place], known, *history[place + 1 :]]
    assert fits_in_place(known, whole)
    state = told_more(fold(arrived), known, history, place)
    assert whatever_order(state) == whatever_order(state_of(history))


@pytest.mark.parametrize(
    ("before", "now", "fits"),
    [(S, W, True), (E, U, True), (U, F, False), (F, E, True), (S, E, False), (W, I, False)],
)
def test_a_status_of_another_kind_needs_the_state_made_anew(
    before: Status, now: Status, *, fits: bool
) -> None:
    known = stored_run(START, status=before)
    assert fits_in_place(known, stored_run(START, status=now)) is fits


@pytest.mark.parametrize(
    "fuller",
    [
        stored_run(START, run_id=1, dry_run=True),
        stored_run(START + HOUR, run_id=1),
        stored_run(START, run_id=1, verification=Verification(START, E)),
    ],
)
def test_neither_is_taken_back_in_place(fuller: StoredRun) -> None:
    known = stored_run(START, run_id=1, verification=Verification(START, S))
    assert not fits_in_place(known, fuller)


@given(histories(least=1), st.data(), st.sampled_from(Status))
def test_a_state_made_anew_is_right_whatever_changed(
    history: list[StoredRun], data: st.DataObject, status: Status
) -> None:
    place = data.draw(st.integers(0, len(history) - 1))
    known = history[place]
    worse = replace(known, run=replace(known.run, status=status))
    now = [*history[:place], worse, *history[place + 1 :]]
    assert rebuilt(fold(history), history, now) == state_of(now)


def test_what_is_told_twice_counts_once() -> None:
    known = stored_run(START, counts=Counts(uploaded_bytes=7))
    fuller = stored_run(START, counts=Counts(uploaded_bytes=7, stored_bytes=9, versions=1))
    other = stored_run(START + DAY, counts=Counts(uploaded_bytes=1))
    state = told_more(fold([known, other]), known, [fuller, other], 0)
    assert state == state_of([fuller, other])
    assert state.uploaded_bytes == 8


def test_a_restore_of_which_more_is_told_takes_no_backup_away() -> None:
    backup = stored_run(START)
    known = stored_run(START + HOUR, operation="Restore", duration=None)
    fuller = stored_run(START + HOUR, operation="Restore")
    state = told_more(fold([backup, known]), known, [backup, fuller], 1)
    assert state == state_of([backup, fuller])


def test_what_the_scheduler_was_asked_after_a_run_outlives_what_the_run_tells() -> None:
    known = stored_run(START)
    fuller = stored_run(START, next_scheduled=START + DAY)
    asked = fold([known]).with_plan(START + 2 * DAY, 3 * DAY, START)
    state = told_more(asked, known, [fuller], 0)
    assert state.reported == asked.reported
    assert rebuilt(asked, [known], [fuller]).reported == asked.reported
