"""Try whether the daemon holds out: `python -m tests.tools.soak`, see README.md beside this."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.tools.soak import kills, mixed, outage
from tests.tools.soak.replicas import away
from tests.tools.soak.replicas import trial as replicas
from tests.tools.soak.strangers import trial


def main() -> int:
    """Run what was chosen and print its figures; 1 where something was lost or grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.soak", description=__doc__)
    parser.set_defaults(run=lambda folder, _: mixed.run(folder, minutes=3.0))
    chosen = parser.add_subparsers()
    load = chosen.add_parser("load", help="mixed load: is memory flat, and all else?")
    load.add_argument("--minutes", type=float, default=3.0)
    load.set_defaults(run=lambda folder, asked: mixed.run(folder, asked.minutes))
    killed = chosen.add_parser("kills", help="kill it at random times under load")
    killed.add_argument("--rounds", type=int, default=100)
    killed.set_defaults(run=lambda folder, asked: kills.run(folder, asked.rounds))
    retried = chosen.add_parser("outage", help="let all senders try again at once")
    retried.add_argument("--senders", type=int, default=1000)
    retried.set_defaults(run=lambda folder, asked: outage.run(folder, asked.senders))
    beside = chosen.add_parser("strangers", help="honest senders beside strangers, and restarts")
    beside.add_argument("--minutes", type=float, default=60.0)
    beside.add_argument("--seed", type=int, help="make the choices of an earlier trial again")
    beside.set_defaults(run=lambda folder, asked: trial.run(folder, asked.minutes, asked.seed))
    several = chosen.add_parser("replicas", help="two daemons over Patroni, and kills of each part")
    several.add_argument("--seconds", type=float, default=30.0, help="how long each fault lasts")
    several.set_defaults(run=lambda folder, asked: replicas.run(folder, asked.seconds))
    missing = chosen.add_parser("away", help="two daemons over a PostgreSQL that is away for long")
    missing.add_argument("--seconds", type=float, default=200.0, help="how long it is away")
    missing.set_defaults(run=lambda folder, asked: away.run(folder, asked.seconds))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="duplistatus-soak-") as folder:
        faults: list[str] = asked.run(Path(folder), asked)
    for fault in faults:
        sys.stdout.write(f"FAULT: {fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
