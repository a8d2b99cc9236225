import statistics
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from exporter.jobs.state import JobState
from exporter.model import Counts, Status, StoredRun, Verification
from exporter.times import DAY, HOUR, MINUTE
from tests.support.strategies.state import START, fold, histories, stored_run

S, W, E, F, U = Status.SUCCESS, Status.WARNING, Status.ERROR, Status.FATAL, Status.UNKNOWN


def nights(*statuses: Status) -> list[StoredRun]:
    return [stored_run(START + n * DAY, status=status) for n, status in enumerate(statuses)]


def test_a_job_without_runs_is_no_backup() -> None:
    state = JobState()
    assert not state.is_backup
    assert not state.decided_failed
    assert (state.total_runs, state.completed_runs, state.failed_runs) == (0, 0, 0)


def test_success_and_warning_complete_a_run_and_all_others_but_interrupted_fail_it() -> None:
    state = fold(nights(S, S, W, E, F, U, Status.INTERRUPTED))
    assert state.runs == (2, 1, 1, 1, 1, 1)
    assert (state.total_runs, state.completed_runs, state.failed_runs) == (7, 3, 3)


@pytest.mark.parametrize(
    ("statuses", "failures"),
    [
        ([S], 0),
        ([E], 1),
        ([S, E, F, U], 3),
        ([E, E, W], 0),
        ([E, S, E], 1),
        ([W, S, S], 0),
    ],
)
def test_consecutive_failures_are_those_since_the_last_completed_run(
    statuses: list[Status], failures: int
) -> None:
    state = fold(nights(*statuses))
    assert state.consecutive_failures == failures
    assert state.decided_failed is (failures > 0)


def test_a_completed_run_that_arrives_late_ends_only_the_failures_before_it() -> None:
    first, second, late, last = nights(E, E, S, E)
    state = fold([first, second, last, late])
    assert state.consecutive_failures == 1
    assert state.last == last
    assert state.last_completed is not None
    assert state.last_completed.id == late.id


def test_a_failure_that_arrives_late_from_before_a_completed_run_changes_no_streak() -> None:
    late, completed, failed = nights(F, S, E)
    assert fold([completed, failed, late]).consecutive_failures == 1


def test_dry_runs_and_other_operations_count_nowhere() -> None:
    counts = Counts(uploaded_bytes=5, examined_files=3)
    restored = stored_run(START, operation="Restore", counts=counts)
    compacted = stored_run(START + 1, operation="Compact", status=E, next_scheduled=START + DAY)
    tried = stored_run(START + 2, dry_run=True, status=F, counts=counts)
    known = JobState(restored=START + MINUTE, dry_until=START + 2 + MINUTE)
    assert fold([restored, compacted, tried]) == known


def test_uploaded_bytes_add_up_over_runs_of_any_status() -> None:
    runs = [
        stored_run(START, counts=Counts(uploaded_bytes=10)),
        stored_run(START + 1, counts=Counts()),
        stored_run(START + 2, status=F, counts=Counts(uploaded_bytes=7)),
    ]
    assert fold(runs).uploaded_bytes == 17


def test_a_run_that_died_measures_nothing() -> None:
    whole, died = nights(E, F)
    measured = fold([whole, died]).last_complete
    assert measured is not None
    assert measured.id == whole.id
    assert fold([died]).last_complete is None


@pytest.mark.parametrize("arrival", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_newest_test_of_stored_files_is_kept_and_when_the_last_good_one_ended(
    arrival: tuple[int, ...],
) -> None:
    runs = [
        stored_run(START, duration=DAY, verification=Verification(START + HOUR, S)),
        stored_run(START + DAY, operation="Test", verification=Verification(START + DAY, E)),
        stored_run(START + 2 * DAY, verification=Verification(START + 2 * HOUR, S)),
    ]
    state = fold([runs[n] for n in arrival])
    assert state.tested == Verification(START + DAY, E)
    assert state.verified == START + 2 * HOUR


def test_a_test_within_a_run_that_died_verified_nothing() -> None:
    good = stored_run(START, verification=Verification(START, S))
    died = stored_run(START + DAY, status=F, verification=Verification(START + DAY, F))
    believed = stored_run(START + 2 * DAY, status=F, verification=Verification(START + 2 * DAY, S))
    assert fold([good, died]).tested == Verification(START + DAY, F)
    assert fold([good, died, believed]).verified == START


def test_a_test_that_a_person_stopped_says_nothing() -> None:
    good = stored_run(START, verification=Verification(START, S))
    stopped = Verification(START + DAY, Status.INTERRUPTED)
    state = fold([good, stored_run(START + DAY, operation="Test", verification=stopped)])
    assert (state.tested, state.verified) == (Verification(START, S), START)


def test_a_test_of_stored_files_by_a_clock_that_is_ahead_hides_no_later_one() -> None:
    stored = stored_run(START, verification=Verification(START + 900 * DAY + HOUR, S))
    ahead = replace(stored, run=replace(stored.run, began=START + 900 * DAY))
    later = stored_run(START + DAY, verification=Verification(START + DAY, E))
    bound = ahead.received + 5 * MINUTE
    assert fold([ahead]).tested == Verification(bound, S)
    assert fold([ahead, later]).tested == Verification(START + DAY, E)
    assert fold([ahead, later]).verified == bound


def measured_run(night: int, duration: int, *, size: int | None = None) -> StoredRun:
    counts = Counts(examined_bytes=size, added_files=duration // MINUTE, deleted_files=1)
    return stored_run(START + night * DAY, duration=duration, counts=counts)


def test_nothing_is_typical_before_three_completed_runs_and_a_last_one() -> None:
    runs = [measured_run(night, MINUTE, size=10) for night in range(3)]
    baseline = fold(runs).baseline()
    assert (baseline.duration, baseline.examined_bytes, baseline.changed_files) == (
        None,
        None,
        None,
    )


def test_typical_is_the_median_of_the_completed_runs_before_the_last() -> None:
    lengths = [MINUTE, 5 * MINUTE, 2 * MINUTE, 90 * MINUTE]
    runs = [measured_run(night, length, size=length) for night, length in enumerate(lengths)]
    baseline = fold(runs).baseline()
    assert baseline.duration == 2 * MINUTE
    assert baseline.examined_bytes == 2 * MINUTE
    assert baseline.changed_files == 3


def test_a_failed_last_run_is_measured_against_all_completed_ones() -> None:
    runs = [measured_run(night, MINUTE * (night + 1)) for night in range(3)]
    failed = stored_run(START + 9 * DAY, status=F, duration=9 * HOUR)
    assert fold([*runs, failed]).baseline().duration == 2 * MINUTE


def test_typical_looks_back_twenty_completed_runs_and_past_failed_ones() -> None:
    old = [measured_run(night, 50 * HOUR) for night in range(10)]
    recent = [measured_run(night, MINUTE) for night in range(10, 30)]
    failed = stored_run(START + 30 * DAY, status=E, duration=HOUR)
    assert fold([*old, *recent, failed]).baseline().duration == MINUTE
    assert fold([*old, *recent[:-1], failed]).baseline().duration == MINUTE
    assert fold([*old, *recent[:9], failed]).baseline().duration == 50 * HOUR


def test_what_too_few_runs_told_is_not_typical() -> None:
    told = [measured_run(night, MINUTE, size=10) for night in range(2)]
    untold = [measured_run(night, MINUTE) for night in range(2, 6)]
    baseline = fold([*told, *untold]).baseline()
    assert baseline.examined_bytes is None
    assert baseline.duration == MINUTE


def backups_of(history: Sequence[StoredRun]) -> list[StoredRun]:
    return [stored for stored in history if stored.run.is_backup]


def naive_habit(history: Sequence[StoredRun]) -> tuple[float | None, ...]:
    backups = backups_of(history)
    completed = [stored.run for stored in backups[:-1] if stored.run.status.completed][-20:]
    columns = (
        [run.duration for run in completed],
        [run.counts.examined_bytes for run in completed],
        [run.counts.changed_files for run in completed],
    )
    told = [[value for value in column if value is not None] for column in columns]
    return tuple(statistics.median(column) if len(column) >= 3 else None for column in told)


@given(histories(most=60))
def test_typical_values_are_what_a_recount_of_all_runs_gives(history: list[StoredRun]) -> None:
    baseline = fold(history).baseline()
    expected = naive_habit(history)
    assert (baseline.duration, baseline.examined_bytes, baseline.changed_files) == expected


@settings(max_examples=20)
@given(histories(least=30, most=60))
def test_lists_are_bounded_and_in_the_order_of_starts(history: list[StoredRun]) -> None:
    state = fold(history)
    starts = [stored.started for stored in backups_of(history)]
    assert [run.started for run in state.recent] == starts[-20:]
    assert len(state.completed) <= 21
    assert [run.started for run in state.completed] == [
        stored.started for stored in backups_of(history) if stored.run.status.completed
    ][-21:]


def test_the_starts_kept_are_those_of_a_month_or_of_ten_runs_whichever_is_more() -> None:
    hourly = [stored_run(START + n * HOUR) for n in range(900)]
    assert fold(hourly).starts == tuple(run.started for run in hourly[-(31 * 24 + 1) :])
    weekly = [stored_run(START + n * 7 * DAY) for n in range(20)]
    assert fold(weekly).starts == tuple(run.started for run in weekly[-10:])


def test_the_starts_kept_have_a_bound() -> None:
    minutely = [stored_run(START + n * MINUTE) for n in range(3000)]
    assert len(fold(minutely).starts) <= 1000
