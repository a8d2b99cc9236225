"""What honest senders know: which reports were acknowledged, and which were lost."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from exporter.times import Millis
from tests.support.deliver import sqlite

HONEST = "honest-"
"""How the names of their machines begin."""

_STORED = """
SELECT runs.id, servers.name, runs.began
FROM runs JOIN jobs ON jobs.id = runs.job_id JOIN servers ON servers.id = jobs.server_id
WHERE substr(servers.name, 1, ?) = ?"""
_SHOWN = 3


class Reported(NamedTuple):
    """A report: whose it is, and when its run began, which no other of that machine did."""

    machine: str
    began: Millis


class Ledger:
    """Threads may write into it."""

    def __init__(self) -> None:
        self.acknowledged: list[tuple[int, Reported]] = []
        """With the id of the run in the answer."""
        self.lost: list[str] = []
        """For each what became of its three tries."""
        self.seconds: list[float] = []
        """How long each sender waited until its report was taken."""

    def faults(self, database: Path) -> list[str]:
        """Return what is wrong from the senders' view, and with what a stopped daemon stored."""
        with sqlite(database) as db:
            rows = db.execute(_STORED, (len(HONEST), HONEST)).fetchall()
            (whole,) = db.execute("PRAGMA integrity_check(1)").fetchone()
        stored = {run_id: Reported(name, began) for run_id, name, began in rows}
        missing = [
            f"run {run_id} was {reported}, is {stored.get(run_id)}"
            for run_id, reported in self.acknowledged
            if stored.get(run_id) != reported
        ]
        twice = [str(reported) for reported, times in Counter(stored.values()).items() if times > 1]
        faults = [
            *_counted("reports or questions were lost to their senders", self.lost),
            *_counted("acknowledged reports are not stored as they were", missing),
            *_counted("reports are stored more than once", twice),
        ]
        return faults if whole == "ok" else [*faults, str(whole)]


def _counted(what: str, found: list[str]) -> list[str]:
    shown = "; ".join(found[:_SHOWN])
    return [f"{len(found)} {what}, the first: {shown}"] if found else []
