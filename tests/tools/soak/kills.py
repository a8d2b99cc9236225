"""kill -9 at random times under load: everything acknowledged is stored, and complete."""

import random
import sys
import threading
from itertools import count
from pathlib import Path

import requests

from exporter.times import now
from tests.support.deliver import sqlite
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.tools.bench import reports
from tests.tools.bench.reports import POSTED_SINCE, Place

_SENDERS = 4
_JOBS = 40
_MAX_SECONDS = 1.0

Acknowledged = dict[int, int]
"""Ids of runs, each with the start in its report."""


class _Senders:
    """Threads that post one report after the other until nobody answers."""

    def __init__(self, daemon: Daemon, numbers: "count[int]", acknowledged: Acknowledged) -> None:
        self._daemon = daemon
        self._numbers = numbers
        self._acknowledged = acknowledged
        self._threads = [threading.Thread(target=self._post) for _ in range(_SENDERS)]
        for thread in self._threads:
            thread.start()

    def _post(self) -> None:
        while True:
            place = Place(next(self._numbers), _JOBS, POSTED_SINCE)
            try:
                answer = self._daemon.post(reports.body(place))
                self._acknowledged[answer.json()["data"]["backupId"]] = place.began
            except requests.RequestException:
                return

    def join(self) -> None:
        for thread in self._threads:
            thread.join()


def run(folder: Path, rounds: int) -> list[str]:
    """Kill it again and again; return what was lost."""
    numbers, acknowledged = count(), Acknowledged()
    seed = now()
    chance = random.Random(seed)
    for number in range(rounds):
        with Daemon(folder, *ANY_PORT) as daemon:
            senders = _Senders(daemon, numbers, acknowledged)
            threading.Event().wait(chance.uniform(0, _MAX_SECONDS))
            daemon.kill()
            senders.join()
        faults = _missing(folder / "duplistatus.sqlite", acknowledged)
        if faults:
            return [f"round {number} of seed {seed}: {fault}" for fault in faults]
    sys.stdout.write(f"{rounds} kills, {len(acknowledged):,} runs acknowledged, none lost\n")
    return []


def _missing(database: Path, acknowledged: Acknowledged) -> list[str]:
    """Return what is wrong with a database that a killed daemon left."""
    with sqlite(database) as db:
        stored = dict(db.execute("SELECT id, began FROM runs"))
        half = db.execute("SELECT count(*) FROM runs WHERE id NOT IN (SELECT run_id FROM logs)")
        twice = len(stored) - len(set(stored.values()))
        lost = sum(stored.get(run_id) != began for run_id, began in acknowledged.items())
        counts = {"lost": lost, "half written": half.fetchone()[0], "recorded twice": twice}
        (whole,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    faults = [f"{number} runs {what}" for what, number in counts.items() if number]
    return faults if whole == "ok" else [*faults, str(whole)]
