"""Removing what is too old, a little at a time: a report that comes meanwhile waits for one step.

Counters and last states are stored with the jobs and stay. So does each job's last run, by which a
report of it that comes again is known, and the run with the largest id, after which ids go on.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from exporter.store.session import Session
from exporter.times import Millis

ROWS = 100
"""Examined in a step. With 100,000 runs on two idle cores no step held the writer longer than
21 ms, a checkpoint of the log included; half took 1 ms."""

_MAX_BYTES = 256 * 1024
"""Of log lines removed in a step: freeing a long log reads each page of it."""

_MESSAGES = """
SELECT logs.run_id, runs.received < :before, length(logs.log), 1
FROM logs JOIN runs ON runs.id = logs.run_id
WHERE logs.run_id > :after ORDER BY logs.run_id LIMIT :rows"""
_RUNS = """
SELECT runs.id, runs.received < :before, coalesce(length(logs.log), 0),
    runs.id < (SELECT max(id) FROM runs) AND EXISTS (
        SELECT 1 FROM runs AS newer
        WHERE newer.job_id = runs.job_id AND newer.started > runs.started)
FROM runs LEFT JOIN logs ON logs.run_id = runs.id
WHERE runs.id > :after ORDER BY runs.id LIMIT :rows"""


class Found(NamedTuple):
    """The ids that a step removes, and the last one it examined; None if it examined all."""

    ids: tuple[int, ...]
    last: int | None


def old_messages(db: Session, before: Millis, after: int) -> Found:
    """Find runs after an id whose log lines came before a time."""
    return _find(db, _MESSAGES, before, after)


def old_runs(db: Session, before: Millis, after: int) -> Found:
    """Find runs after an id that came before a time and need not stay."""
    return _find(db, _RUNS, before, after)


def _find(db: Session, query: str, before: Millis, after: int) -> Found:
    values = {"before": before, "after": after, "rows": ROWS}
    examined = db.execute(query, values).fetchall()
    if not any(old for _, old, _, _ in examined):
        return Found((), None)
    step = list(_bounded(examined))
    return Found(tuple(run_id for run_id, old, _, spare in step if old and spare), step[-1][0])


def _bounded(rows: Sequence[tuple[int, int, int, int]]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the first rows until their logs together are too long; at least one."""
    total = rows[0][2]
    yield rows[0]
    for row in islice(rows, 1, None):
        total += row[2]
        if total > _MAX_BYTES:
            return
        yield row
