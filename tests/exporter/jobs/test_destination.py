"""What is known of a destination: by the newest run that looked there."""

import pytest

from exporter.jobs.destination import Destination
from exporter.model import Counts, Status, StoredRun
from exporter.times import DAY, HOUR, Millis
from tests.support.strategies.state import START, fold, stored_run

S, F, I = Status.SUCCESS, Status.FATAL, Status.INTERRUPTED  # noqa: E741 - short in a table


def run_on(night: int, status: Status, counts: Counts, version: Millis | None = None) -> StoredRun:
    return stored_run(START + night * DAY, status=status, counts=counts, newest_version=version)


def destination(*runs: StoredRun) -> Destination:
    return fold(runs).destination


FULL = Counts(stored_bytes=500, versions=3, quota_free_bytes=70, quota_total_bytes=90)
NOTHING = Counts(stored_bytes=0, versions=0, quota_free_bytes=-1, quota_total_bytes=-1)
GOOD = run_on(0, S, FULL, START - HOUR)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize(
    ("counts", "version", "stored"),
    [
        (NOTHING, None, (500, 3)),
        (Counts(), None, (500, 3)),
        (NOTHING, START, (0, 0)),
        (Counts(stored_bytes=7, versions=0), None, (7, 0)),
        (Counts(stored_bytes=0, versions=1), None, (0, 1)),
        (Counts(versions=4), None, (None, 4)),
    ],
)
def test_a_run_that_only_counted_zeros_did_not_look_whatever_became_of_it(
    status: Status, counts: Counts, version: Millis | None, stored: tuple[int | None, int]
) -> None:
    found = destination(GOOD, run_on(1, status, counts, version)).stored
    assert found is not None
    assert (found.stored_bytes, found.versions) == stored


@pytest.mark.parametrize(
    ("counts", "quota"),
    [
        (NOTHING, (70, 90)),
        (Counts(quota_free_bytes=0, quota_total_bytes=0), (70, 90)),
        (Counts(quota_free_bytes=5, quota_total_bytes=-1), (5, None)),
        (Counts(quota_free_bytes=0, quota_total_bytes=80), (0, 80)),
        (Counts(quota_free_bytes=-1, quota_total_bytes=80), (None, 80)),
    ],
)
def test_a_quota_counts_whenever_one_of_its_figures_is_above_zero(
    counts: Counts, quota: tuple[int | None, int | None]
) -> None:
    found = destination(GOOD, run_on(1, F, counts)).quota
    assert found is not None
    assert (found.free_bytes, found.total_bytes) == quota


def test_the_newest_version_is_that_of_the_newest_run_that_told_one() -> None:
    stopped = run_on(1, I, Counts(), START + DAY)
    found = destination(GOOD, stopped, run_on(2, S, Counts())).newest_version
    assert found is not None
    assert found.timestamp == START + DAY


def test_nothing_is_known_where_no_run_looked() -> None:
    assert destination(run_on(0, I, NOTHING), run_on(1, F, Counts())) == Destination()


def test_an_older_run_that_comes_late_changes_nothing() -> None:
    newer = run_on(1, S, Counts(stored_bytes=1, versions=1))
    assert destination(newer, GOOD).stored == destination(GOOD, newer).stored
