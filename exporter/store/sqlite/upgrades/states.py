"""Stored states of jobs, as MessagePack arrays, extended by the values that are new.

A run within a state is [id, started, received, [operation, status, began, …]]; its counts are the
sixth value of the inner list.
"""

from typing import Any

import msgspec
from sqlite_utils import Database

_JOBS = """
SELECT jobs.id, jobs.name, jobs.state, jobs.server_id FROM jobs
WHERE jobs.id > ? ORDER BY jobs.id LIMIT 500"""
_FIRST_START = """
SELECT min(started) FROM runs WHERE job_id = ? AND operation = 'Backup' AND NOT dry_run"""
_LAST_FAILED = """
SELECT started, id, received FROM runs WHERE job_id = ? AND operation = 'Backup' AND NOT dry_run
AND status IN ('error', 'fatal', 'unknown') ORDER BY started DESC, id DESC LIMIT 1"""
_RESTORED = """
SELECT job_id, max(min(coalesce(ended, started), received)) FROM runs
WHERE operation = 'Restore' AND NOT dry_run AND status IN ('success', 'warning') GROUP BY job_id"""
_COMPACTED = _RESTORED.replace("Restore", "Compact")
_INTERRUPTED = """
SELECT job_id, count(*) FROM runs WHERE status = 'interrupted' GROUP BY job_id"""
_ONLY_MACHINE = """
SELECT server_id, min(machine_id) FROM machine_ids GROUP BY server_id HAVING count(*) = 1"""
_SAVE = """
UPDATE jobs SET state = ?, machine_id = ?, backup_id = ?, destination_type = ? WHERE id = ?"""
_OUTDATE = "INSERT INTO outdated_states VALUES (?) ON CONFLICT DO NOTHING"

_SOUND = ("success", "warning")
_WARNING = 1
_TOLERANCE = 5 * 60 * 1000
_RUNS, _LAST, _LAST_COMPLETED, _MEASURED, _TESTED, _STARTS = 0, 2, 3, 4, 8, 9
_RUN, _STATUS, _BEGAN, _ENDED, _COUNTS, _BACKUP_ID, _DESTINATION_TYPE = 3, 1, 2, 3, 5, 9, 10
_STORED, _QUOTA = slice(8, 10), slice(10, 12)


class _Facts:
    """What the stored rows say about jobs."""

    def __init__(self, db: Database) -> None:
        self.restored: dict[int, int] = dict(db.execute(_RESTORED).fetchall())
        self.compacted: dict[int, int] = dict(db.execute(_COMPACTED).fetchall())
        self.interrupted: dict[int, int] = dict(db.execute(_INTERRUPTED).fetchall())
        self.machines: dict[int, str] = dict(db.execute(_ONLY_MACHINE).fetchall())


def extend(db: Database) -> None:
    """Extend the state of every job, and store the ids by which Duplicati knows its backup."""
    facts, last = _Facts(db), 0
    while chunk := db.execute(_JOBS, (last,)).fetchall():
        for job_id, name, packed, server_id in chunk:
            state = msgspec.msgpack.decode(packed)
            _extend(state, db, facts, job_id, name)
            if not _is_sound(state):
                db.execute(_OUTDATE, (job_id,))
            identity = _identity(state, facts.machines.get(server_id))
            db.execute(_SAVE, (msgspec.msgpack.encode(state), *identity, job_id))
        last = chunk[-1][0]


def _extend(state: list[Any], db: Database, facts: _Facts, job_id: int, name: str) -> None:
    stopped = facts.interrupted.get(job_id, 0)
    state[_RUNS] = [*state[_RUNS], stopped]
    state[_RUNS][_WARNING] = max(state[_RUNS][_WARNING] - stopped, 0)
    tested, last, measured = state[_TESTED], state[_LAST], state[_MEASURED]
    state[_LAST_COMPLETED] = _good(state[_LAST_COMPLETED])
    state[_MEASURED] = _measured(measured)
    starts = [db.execute(_FIRST_START, (job_id,)).fetchone()[0], *state[_STARTS]]
    state += [
        tested[0] if tested and tested[1] in _SOUND else None,
        0,
        [last[1], last[0]] if last else None,
        _destination(measured),
        [[], []],
        facts.restored.get(job_id),
        facts.compacted.get(job_id),
        min((start for start in starts if start is not None), default=None),
        db.execute(_LAST_FAILED, (job_id,)).fetchone() if name == "(unnamed)" else None,
    ]


def _good(run: list[Any] | None) -> list[Any] | None:
    """Return the order key, the believed end and the status of the last good run."""
    if run is None:
        return None
    run_id, started, received, reported = run
    began, ended = reported[_BEGAN], reported[_ENDED]
    ahead = 0 if began is None else began - started
    over = started if ended is None else max(min(ended - ahead, received + _TOLERANCE), 0)
    if began == started:
        over = max(over, started)
    return [started, run_id, over, reported[_STATUS]]


def _measured(run: list[Any] | None) -> list[Any] | None:
    if run is None:
        return None
    files, size, *_ = run[_RUN][_COUNTS]
    return [run[1], run[0], files, size]


def _destination(measured: list[Any] | None) -> list[Any]:
    if measured is None:
        return [None, None, None]
    order, counts = [measured[1], measured[0]], measured[_RUN][_COUNTS]
    stored, quota = counts[_STORED], counts[_QUOTA]
    return [
        [*order, *stored] if any(value is not None for value in stored) else None,
        [*order, *quota] if any(quota) else None,
        None,
    ]


def _is_sound(state: list[Any]) -> bool:
    """Return whether the last test was good: else the last good one has to be found."""
    tested = state[_TESTED]
    return tested is None or tested[1] in _SOUND


def _identity(state: list[Any], machine_id: str | None) -> tuple[Any, Any, Any]:
    last = state[_LAST]
    if last is None or machine_id is None or last[_RUN][_BACKUP_ID] is None:
        return None, None, None
    return machine_id, last[_RUN][_BACKUP_ID], last[_RUN][_DESTINATION_TYPE]
