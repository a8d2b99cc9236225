"""How the rules of when a backup is overdue do in every world, beside the former rules."""

import argparse
import sys
from collections.abc import Sequence

from tests.tools.simulation.judging import Both, evaluate
from tests.tools.simulation.lives import Life
from tests.tools.simulation.worlds import LIMITS, WORLDS

_ROW = "{:54} {:>6}  {:>11}  {:>11}  {:>15}  {:>17}\n"
_HEAD = ("", "absent", "missed", "late", "learning, h", "false later, h")


def _row(name: str, both: Both) -> str:
    pairs = zip(both.before[1:], both.now[1:], strict=True)
    return _ROW.format(
        name, both.before.absences, *(f"{was:,.0f} → {now:,.0f}" for was, now in pairs)
    )


def _table(lives: Sequence[Life], seeds: range, only: str) -> Both:
    found = []
    for life in lives:
        if only in life.name:
            found.append(evaluate(life, seeds))
            sys.stdout.write(_row(life.name, found[-1]))
    whole = Both.of(found)
    sys.stdout.write(_row("TOGETHER", whole))
    return whole


def main() -> int:
    """Print the table; 1 where a figure is worse than it was."""
    parser = argparse.ArgumentParser(prog="tests/tools/worlds", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="how many lives in each zone")
    parser.add_argument("--only", default="", help="worlds with this in their name")
    chosen = parser.parse_args()
    sys.stdout.write(_ROW.format(*_HEAD))
    whole = _table(WORLDS, range(chosen.seeds), chosen.only)
    sys.stdout.write("\nKnown limits: worlds in which reported or learned schedules mislead\n")
    _table(LIMITS, range(chosen.seeds), chosen.only)
    return int(any(now > was for was, now in zip(whole.before, whole.now, strict=True)))


if __name__ == "__main__":
    sys.exit(main())
