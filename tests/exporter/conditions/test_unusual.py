"""A run that changed far more files than usual, or took far longer."""

import pytest

from exporter.conditions.evaluate import conditions, held_by_runs
from exporter.conditions.since import since
from exporter.model import Counts, Status, StoredRun
from exporter.model.conditions import Condition
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.exporter.conditions.views import view_of
from tests.support.strategies.state import START, stored_run

USUAL = 5


def churning(last: int, *, usual: int = 20, files: int | None = 10_000) -> list[StoredRun]:
    """Return runs of which the last one changed so many files."""
    changed = [*[usual] * USUAL, last]
    return [
        stored_run(
            START + day * DAY,
            counts=Counts(
                examined_files=files, modified_files=each - each // 2, added_files=each // 2
            ),
        )
        for day, each in enumerate(changed)
    ]


def taking(last: Millis | None, *, usual: Millis = 10 * MINUTE) -> list[StoredRun]:
    """Return runs of which the last one took so long."""
    lengths = [*[usual] * USUAL, last]
    return [stored_run(START + day * DAY, duration=each) for day, each in enumerate(lengths)]


def is_unusual(runs: list[StoredRun]) -> bool:
    """Return whether the last of some runs is unusual, whoever asks."""
    view = view_of(runs)
    holds = Condition.UNUSUAL in conditions(view, runs[-1].started + HOUR)
    assert holds == (Condition.UNUSUAL in held_by_runs(view.job, view.job.state))
    return holds


@pytest.mark.parametrize(
    ("runs", "holds"),
    [
        (churning(1001), True),
        (churning(1000), False),
        (churning(1001, usual=201), False),
        (churning(1001, usual=200), True),
        (churning(51, usual=1, files=100), True),
        (churning(51, usual=1, files=102), False),
        (churning(50, usual=1, files=50), False),
        (churning(51, usual=1, files=None), False),
        (churning(1001, usual=0, files=None), True),
        (churning(1001)[-3:], False),
        (taking(41 * MINUTE), True),
        (taking(40 * MINUTE), False),
        (taking(61 * MINUTE, usual=20 * MINUTE), True),
        (taking(60 * MINUTE, usual=20 * MINUTE), False),
        (taking(None), False),
        (taking(41 * MINUTE)[-3:], False),
    ],
)
def test_a_run_is_unusual(runs: list[StoredRun], *, holds: bool) -> None:
    assert is_unusual(runs) == holds


@pytest.mark.parametrize("status", [Status.ERROR, Status.FATAL, Status.INTERRUPTED])
def test_how_it_ended_does_not_matter(status: Status) -> None:
    long = stored_run(START + 9 * DAY, status=status, duration=3 * HOUR)
    assert is_unusual([*taking(10 * MINUTE), long])


def test_it_begins_with_its_run_and_ends_with_the_next() -> None:
    runs = churning(5000)
    view = view_of(runs)
    assert since(view, view.job.state, Condition.UNUSUAL) == runs[-1].started
    assert not is_unusual([*runs, stored_run(START + 9 * DAY, counts=Counts(modified_files=3))])


def test_it_is_no_trouble() -> None:
    runs = churning(5000)
    assert conditions(view_of(runs), runs[-1].started + HOUR) == (Condition.UNUSUAL,)
    assert not Condition.UNUSUAL.is_trouble
