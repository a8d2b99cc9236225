"""A database that is away for long: reports wait for it in the daemons, and none is given up."""

import sys
import time
from pathlib import Path

import psycopg

from tests.support.postgres import Postgres, binaries
from tests.tools.soak.replicas.cluster import stored_runs
from tests.tools.soak.replicas.daemons import Daemons
from tests.tools.soak.replicas.senders import Ledger
from tests.tools.soak.replicas.trial import sending

_SETTINGS = ("max_connections=100", "listen_addresses=")
_SENDERS = 20
_BEFORE_SECONDS, _AFTER_SECONDS = 5.0, 8.0


def run(folder: Path, seconds: float) -> list[str]:
    """Stop a database for so many seconds under load; print and return what became of reports."""
    folder.chmod(0o755)
    programs = binaries()
    if programs is None:
        return ["PostgreSQL is missing: apt-get install postgresql"]
    server = Postgres(folder / "postgres", programs, _SETTINGS)
    server.make()
    server.start()
    try:
        return _tried(folder, server, seconds)
    finally:
        server.stop("immediate")


def _tried(folder: Path, server: Postgres, seconds: float) -> list[str]:
    url, ledger = server.create("reports"), Ledger()
    with Daemons(folder, url).running() as daemons:
        with sending(daemons.port, ledger, _SENDERS):
            time.sleep(_BEFORE_SECONDS)
            server.stop("fast")
            time.sleep(seconds)
            server.start()
            time.sleep(_AFTER_SECONDS)
        with psycopg.connect(url) as connection:
            stored = stored_runs(connection)
        agree = daemons.agree()
    gone = sum(each not in stored for each in ledger.acknowledged)
    twice = sum(count > 1 for count in stored.values())
    shown = f"{len(ledger.acknowledged)} acknowledged, longest pause {ledger.longest_pause:.1f} s"
    sys.stdout.write(f"{shown}, {ledger.given_up} given up, {gone} gone, {twice} twice\n")
    counts = {"given up": ledger.given_up, "gone": gone, "twice": twice, "unlike": not agree}
    return [f"{count} {what}" for what, count in counts.items() if count]
