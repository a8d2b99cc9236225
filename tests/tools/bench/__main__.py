"""Measure the daemon against its floors: `python -m tests.tools.bench`."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.tools.bench import (
    latencies,
    library,
    notifying,
    reads,
    resources,
    scraper,
    scrapes,
    sharing,
    uploads,
)
from tests.tools.bench.figures import Figure, table
from tests.tools.bench.load import Load
from tests.tools.bench.setting import Setting

MEASURES = {
    "scrapes": scrapes.measure,
    "library": library.measure,
    "reads": reads.measure,
    "uploads": uploads.measure,
    "latencies": latencies.measure,
    "resources": resources.measure,
    "scraper": scraper.measure,
    "sharing": sharing.measure,
    "notifying": notifying.measure,
}
ALWAYS = tuple(name for name in MEASURES if name not in ("scraper", "sharing", "notifying"))
"""Without those that take minutes a round, or need what is installed for them only."""


def main() -> int:
    """Measure in rounds, print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="length of each load")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured")
    parser.add_argument(
        "--folder", metavar="PATH", help="where databases are measured; must be a real disk"
    )
    parser.add_argument(
        "--only", action="append", choices=MEASURES, help="measure only this; can be repeated"
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="duplistatus-bench-", dir=chosen.folder) as folder:
        try:
            load = Load(Path(folder), chosen.seconds)
        except RuntimeError as error:
            sys.stderr.write(f"{error}\n")
            return 2
        setting = Setting(Path(folder), {}, load)
        _measure(setting, chosen.rounds, chosen.only or ALWAYS)
    return 0


def _measure(setting: Setting, rounds: int, names: Sequence[str]) -> None:
    figures: list[Figure] = []
    for number in range(1, rounds + 1):
        for name in names:
            _print_line(f"round {number} of {rounds}: {name}")
            for figure in MEASURES[name](setting):
                _print_line(f"  {figure.what}: {figure.ours:,.4g} against {figure.against:,.4g}")
                figures.append(figure)
    sys.stdout.write("\n".join(table(figures)) + "\n")


def _print_line(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
