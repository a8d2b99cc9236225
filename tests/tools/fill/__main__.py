"""Make a database of many runs: `python -m tests.tools.fill DATABASE`."""

import argparse
import sys
from pathlib import Path

from exporter.cli.progress import progress
from exporter.times import MINUTE, now
from tests.tools.fill.database import fill
from tests.tools.fill.fleet import FilledFleet

_AGO = 10 * MINUTE
"""The last day of the runs ends so long before now."""


def main() -> int:
    """Make a database, and show how far it is on a terminal."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.fill", description=__doc__)
    parser.add_argument("database", type=Path, metavar="DATABASE", help="a file that is created")
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=100_000, help="of all jobs together")
    chosen = parser.parse_args()
    days = chosen.runs // max(chosen.jobs, 1)
    if days < 1 or chosen.runs != days * chosen.jobs:
        parser.error("--runs must be --jobs or a multiple of it")
    fleet = FilledFleet(chosen.jobs, days, now() - _AGO)
    try:
        with progress() as show:
            fill(chosen.database, fleet, show)
    except FileExistsError:
        parser.error(f"there is a file {chosen.database}")
    sys.stdout.write(f"{chosen.database}: {chosen.jobs:,} jobs, {chosen.runs:,} runs\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
