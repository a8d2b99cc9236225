"""Histories of a simulated server, and pulls from it."""

import json
from collections.abc import Callable

from exporter.pull.summary import Summary
from exporter.store import RunFilter
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, Millis
from tests.support.daemon import NOW
from tests.support.duplicati.simulator import Simulator
from tests.support.reports_builder import duplicati_report

PHOTOS, MAIL = "/backup/2/log", "/backup/3/log"
BEGAN = NOW - 40 * DAY
PullFrom = Callable[..., Summary]


def fill(simulator: Simulator, backup_id: str, runs: int, *, first: Millis = BEGAN) -> None:
    """Let a backup have had a run every hour."""
    for at in range(runs):
        body = json.loads(duplicati_report(began=first + at * HOUR))
        simulator.add_row(backup_id, body["Data"], Timestamp=(first + at * HOUR) // 1000)


def starts(store: Store) -> list[Millis]:
    return sorted(run.stored.started for run in store.runs(RunFilter(), None, 1000))


def hourly(runs: int) -> list[Millis]:
    return [BEGAN + at * HOUR for at in range(runs)]
