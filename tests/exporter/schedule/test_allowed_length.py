"""How long a run may take before its job is overdue."""

import pytest

from exporter.model import Status, StoredRun
from exporter.schedule import Schedule
from exporter.times import DAY, HOUR
from tests.exporter.schedule.nights import TOOK, Ran, at, due, expected
from tests.support.strategies.state import stored_run


def lasting(*hours: float) -> list[StoredRun]:
    """Build nightly runs of some lengths in hours."""
    first = at("2026-03-01T02:00")
    return [
        stored_run(first + night * 5 * DAY, duration=int(length * HOUR))
        for night, length in enumerate(hours)
    ]


WEEKLY = Schedule(expected_interval=5 * DAY)


@pytest.mark.parametrize(
    ("hours", "allowed"),
    [
        ([3], 3),
        ([3, 1], 1),
        ([3, 2, 1], 2),
        ([1, 2, 3], 3),
        ([96, 1, 1, 1], 1),
        ([96, 97, 1, 1], 96),
        ([1, 1, 150], 120),
        ([150], 120),
        ([9, 8, *[1] * 18], 8),
        ([9, 8, *[1] * 19], 1),
    ],
)
def test_a_run_may_take_as_long_as_the_second_longest_or_the_last(
    hours: list[float], allowed: float
) -> None:
    found = expected(*lasting(*hours), schedule=WEEKLY)
    assert found.because.length == allowed * HOUR
    assert found.deadline == found.start + allowed * HOUR + HOUR


def test_a_run_that_told_no_length_took_until_its_report_came() -> None:
    died = [
        Ran(f"2026-03-0{day}T22:00", status=Status.FATAL, arrived=f"2026-03-0{day + 1}T03:00")
        for day in (1, 2, 3)
    ]
    assert due(*died) == ("2026-03-04T22:00", "2026-03-05T04:00")


def test_the_length_of_an_interrupted_run_counts_nowhere() -> None:
    stopped = [
        Ran(f"2026-03-0{day}T02:00", took=9 * HOUR, status=Status.INTERRUPTED) for day in (1, 3, 5)
    ]
    usual = [Ran(f"2026-03-0{day}T02:00") for day in (2, 4)]
    found = expected(*(each.stored() for each in [*stopped, *usual]))
    assert found.because.length == TOOK
    assert found.start == at("2026-03-06T02:00")
