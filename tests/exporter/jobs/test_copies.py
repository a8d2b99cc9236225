"""Second copies: which runs missed theirs, and from when on one is too old."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.jobs.ageing import STALE_MARGIN, STALE_PAUSES
from exporter.jobs.copies import (
    COPYING_RUNS,
    MISSED_IN_A_ROW,
    SecondCopies,
)
from exporter.model import Copying, CopyOutcome, SecondCopy, Status, StoredRun, short_name
from exporter.times import DAY, MINUTE, SECOND, Millis
from tests.rules.rule_files import RULES
from tests.support.strategies.state import START, copying_to, fold, stored_run

S, W, E, F, I = (  # noqa: E741 - short in a table
    Status.SUCCESS,
    Status.WARNING,
    Status.ERROR,
    Status.FATAL,
    Status.INTERRUPTED,
)
COPIED, MISSED, NOT_DUE, UNTOLD = CopyOutcome
A, B = "file:///a", "ssh://host/b"

Told = tuple[Status, CopyOutcome | None]


def run_on(night: int, told: Told, *destinations: str) -> StoredRun:
    """Return a run; where it copied, to A if no other destination is named."""
    status, outcome = told
    named = destinations or ((A,) if outcome is COPIED else ())
    at = START + night * DAY
    copying = None if outcome is None else copying_to(at + MINUTE, outcome, named)
    return stored_run(at, status=status, copying=copying)


def after(*told: Told) -> SecondCopies:
    return fold(run_on(night, each) for night, each in enumerate(told)).copies


@pytest.mark.parametrize(
    ("told", "missed"),
    [
        ([], None),
        ([(S, None), (E, None)], None),
        ([(S, UNTOLD), (W, UNTOLD), (F, UNTOLD)], None),
        ([(S, COPIED)], 0),
        ([(S, COPIED), (E, MISSED), (W, MISSED)], 2),
        ([(E, MISSED)], 1),
        ([(S, COPIED), (W, MISSED), (S, COPIED)], 0),
        # Nothing is told after a death; interrupted runs are passed over.
        ([(S, COPIED), (F, UNTOLD)], 1),
        ([(S, COPIED), (E, MISSED), (I, UNTOLD), (F, UNTOLD)], 2),
        # A text tells of no copies, so it neither counts nor ends anything.
        ([(S, COPIED), (E, MISSED), (S, None)], 1),
        # By interval: what is left out between is not missed.
        ([(S, COPIED), (S, NOT_DUE), (W, NOT_DUE)], 0),
        ([(S, COPIED), (S, UNTOLD), (W, UNTOLD), (E, UNTOLD)], 0),
        ([(S, COPIED), (S, NOT_DUE), (W, UNTOLD)], 0),
        ([(S, COPIED), (S, UNTOLD), (E, MISSED), (E, MISSED)], 2),
        # What came before the second copy was set up says nothing of an interval.
        ([(S, UNTOLD), (S, UNTOLD), (S, COPIED), (W, UNTOLD), (E, UNTOLD)], 2),
        ([(S, COPIED), (W, UNTOLD), (S, UNTOLD)], 0),
    ],
)
def test_which_runs_missed_their_copy(told: list[Told], missed: int | None) -> None:
    assert after(*told).missed == missed


def test_a_long_name_of_an_older_state_goes_on_matching() -> None:
    long = "file:///" + "x" * 400
    before = after((S, COPIED)).with_run(run_on(1, (S, COPIED), long))
    later = run_on(2, (S, COPIED), short_name(long))

    for known in (before.with_run(later), before.merged_with(SecondCopies().with_run(later))):
        assert [each.copy.destination for each in known.known] == [A, short_name(long)]


def test_a_destination_that_failed_stands_still_while_the_others_move_on() -> None:
    both = run_on(0, (S, COPIED), A, B)
    one = run_on(1, (E, MISSED), A)
    copies = fold([both, one]).copies
    assert {known.copy.destination: known.copy.at for known in copies.known} == {
        A: START + DAY + MINUTE,
        B: START + MINUTE,
    }
    assert copies.missed == 1


def test_a_copy_that_comes_late_replaces_no_newer_one() -> None:
    runs = [run_on(night, (S, COPIED)) for night in range(3)]
    assert fold([runs[2], runs[0], runs[1]]).copies == fold(runs).copies


def test_the_moment_of_a_copy_is_bounded_by_the_arrival_of_its_report() -> None:
    ahead = SecondCopy(A, START + 900 * DAY, S)
    run = stored_run(START, copying=Copying(COPIED, (ahead,)))
    (known,) = fold([run]).copies.known
    assert known.copy.at == run.received + 5 * MINUTE


def weekly(count: int) -> list[StoredRun]:
    return [run_on(7 * week, (S, COPIED)) for week in range(count)]


OFTEN = [run_on(night, (S, COPIED), B) for night in (15, 16)]


@pytest.mark.parametrize(
    ("runs", "old_after"),
    [
        ([], None),
        (weekly(1), None),
        (weekly(2), (7 + 2 * 7 + 1) * DAY),
        (weekly(5), (28 + 2 * 7 + 1) * DAY),
        # Of several destinations the first that will be too old.
        ([*weekly(3), *OFTEN], (16 + 2 * 1 + 1) * DAY),
    ],
)
def test_a_copy_is_old_behind_twice_its_usual_pause_and_a_day(
    runs: list[StoredRun], old_after: Millis | None
) -> None:
    expected = None if old_after is None else START + MINUTE + old_after
    assert fold(runs).copies.old_from() == expected


def test_one_pause_that_was_long_is_not_the_usual_one() -> None:
    nights = [0, 1, 2, 3, 30, 31]
    copies = fold(run_on(night, (S, COPIED)) for night in nights).copies
    assert copies.known[0].usual_pause == DAY


def test_a_destination_that_was_given_up_is_forgotten_with_what_it_missed() -> None:
    runs = [run_on(0, (S, COPIED), A, B), *(run_on(night, (E, MISSED), A) for night in (1, 2))]
    state = fold(runs)
    assert state.copies.missed == 2
    rest = state.without_destination(B)
    assert [known.copy.destination for known in rest.copies.known] == [A]
    assert rest.copies.missed == 0
    assert rest.without_destination(A).copies == SecondCopies()
    assert state.without_destination("never:///told") == state


def test_a_job_without_second_copies_keeps_nothing_of_them() -> None:
    assert after(*[(S, UNTOLD)] * 9, (F, UNTOLD)) == SecondCopies()


@given(st.lists(st.tuples(st.sampled_from(Status), st.sampled_from(CopyOutcome)), max_size=90))
def test_what_is_kept_is_short_and_never_more_is_missed_than_is_kept(told: list[Told]) -> None:
    copies = after(*told)
    assert len(copies.runs) <= COPYING_RUNS
    assert 0 <= (copies.missed or 0) <= len(copies.runs)
    assert (copies.missed is None) == (copies.since is None)


def test_of_too_many_destinations_those_with_the_newest_copies_are_kept() -> None:
    runs = [run_on(night, (S, COPIED), f"file:///{night:02}") for night in range(30)]
    known = fold(runs).copies.known
    assert [each.copy.destination for each in known] == [f"file:///{n:02}" for n in range(10, 30)]


def expression(alert: str) -> str:
    return next(rule.expression for rule in RULES if rule.name == alert)


def test_copies_are_in_trouble_by_the_limits_of_their_alerts() -> None:
    missed = re.search(r"> (\d+)", expression("DuplistatusSecondCopyMissed"))
    assert missed is not None
    assert int(missed[1]) + 1 == MISSED_IN_A_ROW
    pauses = r"> (\d+) \* duplistatus_backup_second_copy_usual_pause_seconds \+ (\d+)"
    aged = re.search(pauses, expression("DuplistatusSecondCopyTooOld"))
    assert aged is not None
    assert (int(aged[1]), int(aged[2]) * SECOND) == (STALE_PAUSES, STALE_MARGIN)
