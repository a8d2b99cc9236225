"""What the runs of a span add up to, by job."""

from typing import Any

import pytest

from exporter.model import MAX_INT64, Counts, Delivery, Status
from exporter.store import EarlierRun, RunCounts, Store
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.daemon import NOW, SENDER
from tests.support.recording import report_of

SINCE = NOW - 7 * DAY


def run(
    store: Store,
    began: Millis,
    status: Status = Status.SUCCESS,
    *,
    name: str = "Documents",
    size: int | None = 100,
    counts: Counts | None = None,
    **fields: Any,  # noqa: ANN401 - any field of a run
) -> None:
    given = counts or Counts(examined_bytes=size)
    report = report_of(name, began, status, counts=given, **fields)
    store.record(report, Delivery(NOW, SENDER))


def counted(store: Store) -> list[RunCounts]:
    return store.run_counts(SINCE, NOW)


def test_runs_are_counted_by_how_they_ended(store: Store) -> None:
    for number, status in enumerate(Status):
        run(store, SINCE + number * HOUR, status)
        run(store, SINCE + number * HOUR + MINUTE, status)
    (found,) = counted(store)
    assert (found.job_id, found.runs, found.failed, found.interrupted) == (1, 12, 6, 2)


@pytest.mark.parametrize(
    ("began", "runs"), [(SINCE - 1, 0), (SINCE, 1), (NOW - 1, 1), (NOW, 0), (SINCE + DAY, 1)]
)
def test_the_begin_of_a_span_is_included_and_its_end_is_not(
    store: Store, began: Millis, runs: int
) -> None:
    run(store, began)
    assert sum(each.runs for each in counted(store)) == runs


def test_only_backups_count(store: Store) -> None:
    run(store, SINCE, operation="Restore")
    run(store, SINCE + HOUR, dry_run=True)
    assert counted(store) == []
    run(store, SINCE + HOUR, name="Photos")
    assert [each.job_id for each in counted(store)] == [2]


def test_uploads_are_added_up_to_the_largest_number(store: Store) -> None:
    run(store, SINCE, size=1)
    assert counted(store)[0].uploaded_bytes is None
    run(store, SINCE + MINUTE, counts=Counts(uploaded_bytes=70))
    run(store, SINCE + HOUR, counts=Counts(uploaded_bytes=7))
    assert counted(store)[0].uploaded_bytes == 77
    for number in range(3):
        run(store, SINCE + DAY + number * HOUR, counts=Counts(uploaded_bytes=MAX_INT64))
    assert counted(store)[0].uploaded_bytes == MAX_INT64


def test_sizes_are_compared_with_the_last_run_before_the_span(store: Store) -> None:
    for day in (9, 8):
        counts = Counts(examined_bytes=day, stored_bytes=day * 10)
        run(store, NOW - day * DAY, counts=counts)
    run(store, SINCE, size=7)
    assert counted(store)[0].earlier == EarlierRun(NOW - 8 * DAY, 8, 80)


def test_without_one_they_are_compared_with_the_first_run_in_it(store: Store) -> None:
    run(store, SINCE + HOUR, size=5)
    run(store, SINCE + DAY, size=6)
    assert counted(store)[0].earlier == EarlierRun(SINCE + HOUR, 5, None)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": Status.FATAL},
        {"status": Status.INTERRUPTED},
        {"size": None},
        {"dry_run": True},
        {"operation": "Restore"},
    ],
)
def test_a_run_that_did_not_measure_its_whole_source_is_not_compared_with(
    store: Store, fields: dict[str, Any]
) -> None:
    run(store, SINCE - 2 * HOUR, size=3)
    run(store, SINCE - HOUR, **fields)
    run(store, SINCE)
    assert counted(store)[0].earlier == EarlierRun(SINCE - 2 * HOUR, 3, None)


def test_a_size_of_long_ago_is_not_looked_for_in_all_runs(store: Store) -> None:
    run(store, SINCE - 100 * MINUTE, size=3)
    for number in range(20):
        run(store, SINCE - (50 - number) * MINUTE, size=None)
        run(store, SINCE + (50 + number) * MINUTE, size=None)
    assert counted(store)[0].earlier is None
