"""Measure the daemon against its floors: `python -m tests.bench`."""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from tests.bench import filling, table
from tests.bench.load import Load
from tests.bench.measuring import Bench

STORED = (100, 100_000)


def main() -> int:
    """Measure in rounds, print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="length of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured")
    parser.add_argument(
        "--folder", metavar="PATH", help="where databases are measured; must be a real disk"
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="duplistatus-bench-", dir=chosen.folder) as folder:
        return _measure(Path(folder), chosen.seconds, chosen.rounds)


def _measure(folder: Path, seconds: int, rounds: int) -> int:
    try:
        load = Load(folder, seconds)
    except RuntimeError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    benches = {runs: Bench(_filled(folder, runs), runs, load, seconds) for runs in STORED}
    measured: dict[int, dict[str, list[float]]] = {runs: defaultdict(list) for runs in STORED}
    for number in range(1, rounds + 1):
        for runs, bench in benches.items():
            _tell(f"round {number} of {rounds}, {runs:,} runs stored")
            for rate in bench.round():
                _tell(f"  {rate.name}: {rate.per_second:,.0f}/s")
                measured[runs][rate.name].append(rate.per_second)
    sys.stdout.write("\n".join(table.lines(measured)) + "\n")
    return 0


def _filled(folder: Path, runs: int) -> Path:
    began = time.perf_counter()
    path = filling.fill(folder / f"{runs}.sqlite", runs)
    _tell(f"{runs:,} runs filled in {time.perf_counter() - began:.0f} s")
    return path


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
