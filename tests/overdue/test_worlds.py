"""The rules for overdue backups in many simulated worlds, compared with the previous rules.

`tests/tools/worlds` prints the table, for as many lives in each world as one likes.
"""

from typing import NamedTuple

import pytest

from tests.tools.simulation.judging import Both, evaluate
from tests.tools.simulation.worlds import LIMITS, WORLDS

pytestmark = pytest.mark.not_quick

SEEDS = (0, 1)
"""One life in each half of the year: clocks are put forward and back on both hemispheres."""

FEW = 2
LIVES = 4 * len(SEEDS)


class Ratios(NamedTuple):
    """What is left of the former figures, at most."""

    missed: float = 85 / 237
    late: float = 206 / 527
    learning: float = 16_413 / 33_019
    later: float = 13_907 / 113_082


MOST = Ratios()
FALSE_HOURS = 24 * LIVES
"""By so much a world may be worse than it was: for each life a day of its 22 weeks."""


@pytest.fixture(scope="module")
def worlds() -> dict[str, Both]:
    return {life.name: evaluate(life, SEEDS) for life in (*WORLDS, *LIMITS)}


def test_misses_late_finds_and_false_alarms_are_a_small_part_of_what_they_were(
    worlds: dict[str, Both], capsys: pytest.CaptureFixture[str]
) -> None:
    before, now = Both.of(worlds[life.name] for life in WORLDS)
    with capsys.disabled():
        print(f"\n{len(WORLDS)} worlds, {now.absences} absences: before {before}, now {now}")  # noqa: T201 - the figures
    assert now.absences == before.absences > 1000
    assert now.missed <= MOST.missed * before.missed
    assert now.late <= MOST.late * before.late
    assert now.learning <= MOST.learning * before.learning
    assert now.later <= MOST.later * before.later


def test_no_world_became_much_worse(worlds: dict[str, Both]) -> None:
    worse = {
        name: (before, now)
        for name, (before, now) in worlds.items()
        if now.missed > before.missed + FEW
        or now.late > before.late + FEW
        or now.learning > before.learning + FALSE_HOURS
        or now.later > before.later + FALSE_HOURS
    }
    assert worse == {}


def test_where_duplicati_reports_its_plan_nearly_nothing_is_missed(
    worlds: dict[str, Both],
) -> None:
    reported = Both.of(worlds[life.name] for life in WORLDS if life.name.endswith(", reported")).now
    assert reported.missed + reported.late <= reported.absences // 200
