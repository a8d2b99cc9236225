"""Who changed what. Each entry is written in the transaction of its change.

Each function that changes something needs a transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from exporter.jobs.job import Job
from exporter.model import MAX_INT64, JobSettings, Server
from exporter.model.audit import JOB_SET, KEPT_ENTRIES, AuditEntry, AuditFilter, Author
from exporter.model.run_json import Json, timestamp
from exporter.store.rules import rows
from exporter.store.session import Session
from exporter.times import Millis, format_duration

_COLUMNS = ", ".join(rows.AUDIT_COLUMNS)
_NEW_COLUMNS = rows.AUDIT_COLUMNS[1:]
_INSERT = f"""
INSERT INTO audit ({", ".join(_NEW_COLUMNS)}) VALUES ({", ".join("?" * len(_NEW_COLUMNS))})
RETURNING id"""  # noqa: S608 - constant

Subject = tuple[Server | None, Job | None]
"""What a change is of: a server, or a job with its server, or neither."""


def note(
    db: Session, author: Author, what: str, of: Subject, details: Mapping[str, Any] | None = None
) -> None:
    """Add the entry of a change; the oldest one goes if there are too many."""
    server, job = of
    values = (
        author.at,
        author.who,
        what,
        None if server is None else server.id,
        None if server is None else server.shown_name,
        None if job is None else job.id,
        None if job is None else job.name,
        msgspec.json.encode(details or {}).decode(),
    )
    (entry_id,) = db.execute(_INSERT, values).fetchone()
    db.execute("DELETE FROM audit WHERE id <= ?", (entry_id - KEPT_ENTRIES,))


def entries(db: Session, chosen: AuditFilter, before: int | None, limit: int) -> list[AuditEntry]:
    """Return entries, newest first, before an id."""
    given = {"id < ?": MAX_INT64 if before is None else before}
    of = {"server_id = ?": chosen.server_id, "job_id = ?": chosen.job_id}
    given.update((condition, value) for condition, value in of.items() if value is not None)
    query = f"SELECT {_COLUMNS} FROM audit WHERE {' AND '.join(given)} ORDER BY id DESC LIMIT ?"  # noqa: S608 - constant parts, bound values
    return [_entry(row) for row in db.execute(query, (*given.values(), limit)).fetchall()]


def rescheduled(db: Session, job_ids: Sequence[int]) -> dict[int, Millis]:
    """Return when a person last changed when runs of jobs are expected; others are left out."""
    query = f"""
SELECT job_id, max(at) FROM audit
WHERE job_id IN ({", ".join("?" * len(job_ids))}) AND what = ?
AND (details LIKE ? OR details LIKE ?)
GROUP BY job_id"""  # noqa: S608 - constant parts, bound values
    values = (*job_ids, JOB_SET, '%"schedule":{%', '%"paused":{%')
    return dict(db.execute(query, values).fetchall()) if job_ids else {}


def prune(db: Session, before: Millis) -> None:
    """Remove the entries from before a time."""
    db.execute("DELETE FROM audit WHERE at < ?", (before,))


def of_server(server: Server) -> Json:
    """Return what people set for a server, by the names that the API has for it."""
    return {
        "alias": server.alias,
        "note": server.note,
        "possibleDuplicateOf": server.possible_duplicate_of,
        "mutedUntil": timestamp(server.muted),
        "tags": list(server.tags),
        "url": server.url,
    }


def of_settings(settings: JobSettings) -> Json:
    """Return what people set for a job, by the names that the API has for it."""
    tolerance = settings.tolerance
    return {
        "schedule": settings.schedule,
        "tolerance": None if tolerance is None else format_duration(tolerance),
        "paused": settings.paused,
        "cleared": timestamp(settings.cleared),
        "mutedUntil": timestamp(settings.muted),
        "tags": list(settings.tags),
    }


def differences(old: Json, new: Json) -> Json:
    """Return the old and the new value of each field that changed."""
    return {
        name: {"old": old[name], "new": value} for name, value in new.items() if value != old[name]
    }


def _entry(row: tuple[Any, ...]) -> AuditEntry:
    values = dict(zip(rows.AUDIT_COLUMNS, row, strict=True))
    return msgspec.convert(values | {"details": msgspec.json.decode(values["details"])}, AuditEntry)
