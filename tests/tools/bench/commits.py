"""Measure uploads and reads of two commits: `python -m tests.tools.bench.commits PATH`.

The path is a checkout of the other commit. Both daemons get the same load in turn, each on a
database that its own code made, so that a round compares what one machine did in one minute.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.tools.bench import processes
from tests.tools.bench.figures import Figure, table
from tests.tools.bench.filling import Size, fresh_copy
from tests.tools.bench.load import Load

_HERE = Path(__file__).parents[3]
_SIZE = Size(100_000, 1_000)
_FILL = """
import sys
from pathlib import Path
from tests.tools.bench.filling import Size, fill
fill(Path(sys.argv[1]), Size(int(sys.argv[2]), int(sys.argv[3])))
"""
_CONNECTIONS = (8, 64)
_OTHER = "the other commit"


class _Cost(NamedTuple):
    """Uploads answered a second, and the microseconds of a processor that each took."""

    per_second: float
    micros: float


def main() -> int:
    """Measure in rounds, print the table: ours is this commit, the floor the other one."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.tools.bench.commits", description=__doc__
    )
    parser.add_argument("checkout", type=Path, help="folder of the other commit")
    parser.add_argument("--seconds", type=int, default=5, help="length of each load")
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="duplistatus-bench-") as name:
        folder = Path(name)
        figures = list(_rounds(folder, chosen.checkout.resolve(), chosen.seconds, chosen.rounds))
    sys.stdout.write("\n".join(table(figures)) + "\n")
    return 0


def _rounds(folder: Path, other: Path, seconds: int, rounds: int) -> Iterator[Figure]:
    load = Load(folder, seconds)
    filled = {
        code: _fill(code, folder / f"{number}.sqlite") for number, code in enumerate((_HERE, other))
    }
    for _ in range(rounds):
        for connections in _CONNECTIONS:
            ours, theirs = (
                _uploads(load, code, filled[code], folder, connections) for code in (_HERE, other)
            )
            what = f"uploads, {connections} connections"
            yield Figure(what, _OTHER, "≥ 1", "/s", ours.per_second, theirs.per_second)
            what = f"processor time of an upload, {connections} connections"
            yield Figure(what, _OTHER, "≤ 1", "µs", ours.micros, theirs.micros)


def _fill(code: Path, path: Path) -> Path:
    size = (str(_SIZE.runs), str(_SIZE.jobs))
    command = [sys.executable, "-c", _FILL, str(path), *size]
    environment = {**os.environ, "PYTHONPATH": str(code)}
    subprocess.run(command, cwd=code, env=environment, check=True)
    return path


def _uploads(load: Load, code: Path, filled: Path, folder: Path, connections: int) -> _Cost:
    database = fresh_copy(filled, folder / "measured")
    with processes.daemon(database, code) as served:
        before = served.processor_seconds()
        answered = load.upload(served.url, _SIZE.jobs, connections)
        taken = served.processor_seconds() - before
    uploads = answered.per_second * load.seconds
    return _Cost(answered.per_second, taken / uploads * 1_000_000)


if __name__ == "__main__":
    sys.exit(main())
