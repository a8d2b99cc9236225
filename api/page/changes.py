"""Who changed what, as rows for people: a row a field, with its old and its new value."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from exporter import formatting
from exporter.fleet import Fleet
from exporter.formatting import DisplayTime
from exporter.language import gettext as _
from exporter.language import marked
from exporter.model.audit import (
    CONFIG_RELOAD,
    JOB_DELETE,
    JOB_EXPECT,
    JOB_FORGET_COPY,
    JOB_SEPARATE,
    JOB_SET,
    REFUSED_CLEAR,
    SERVER_DELETE,
    SERVER_MERGE,
    SERVER_SET,
    AuditEntry,
    AuditFilter,
)
from exporter.store import Store
from exporter.times import Millis, parse_timestamp

LAST = 5
"""Changes on the page of a job or a server."""

_DONE: Mapping[str, str] = {
    JOB_SET: marked("Backup changed"),
    JOB_DELETE: marked("Backup deleted"),
    JOB_SEPARATE: marked("Renamed backup separated"),
    JOB_FORGET_COPY: marked("Second copy forgotten"),
    JOB_EXPECT: marked("Backup declared"),
    SERVER_SET: marked("Server changed"),
    SERVER_MERGE: marked("Servers merged"),
    SERVER_DELETE: marked("Server deleted"),
    REFUSED_CLEAR: marked("Refused reports cleared"),
    CONFIG_RELOAD: marked("Configuration reloaded"),
}
_FIELDS: Mapping[str, str] = {
    "schedule": marked("Schedule"),
    "tolerance": marked("Tolerance"),
    "paused": marked("Paused"),
    "cleared": marked("Dealt with until"),
    "mutedUntil": marked("Muted until"),
    "tags": marked("Tags"),
    "alias": marked("Alias"),
    "note": marked("Note"),
    "url": marked("Address of its Duplicati"),
    "possibleDuplicateOf": marked("Possible duplicate of"),
    "formerly": marked("Former name"),
    "destination": marked("Destination"),
    "jobs": marked("Backups"),
    "from": marked("Merged server"),
    "count": marked("Number"),
    "senders": marked("Senders"),
}

_MOMENTS = ("cleared", "mutedUntil")
"""The fields that are timestamps."""


class ChangeRow(Struct, frozen=True):
    """A field that a change set, or the change where it set none.

    `server_id` and `job_id` are None where there is nothing to lead to.
    """

    id: int
    at: DisplayTime
    who: str
    done: str
    server_id: int | None
    server: str | None
    job_id: int | None
    job: str | None
    field: str | None
    old: str | None
    new: str | None


def last_changes(store: Store, fleet: Fleet, chosen: AuditFilter, now: Millis) -> list[ChangeRow]:
    """Return the last changes of a job or a server."""
    return change_rows(store.audit(chosen, None, LAST), fleet, now)


def change_rows(entries: Iterable[AuditEntry], fleet: Fleet, now: Millis) -> list[ChangeRow]:
    """Return changes as rows."""
    return [row for entry in entries for row in _rows(entry, fleet, now)]


def _rows(entry: AuditEntry, fleet: Fleet, now: Millis) -> Iterator[ChangeRow]:
    done = _(_DONE[entry.what]) if entry.what in _DONE else entry.what
    for field, old, new in _changed(entry.details):
        yield ChangeRow(
            entry.id,
            DisplayTime.from_timestamp(entry.at, now),
            entry.who,
            done,
            _if_there(entry.server_id, fleet.server),
            entry.server,
            _if_there(entry.job_id, fleet.job),
            entry.job,
            field,
            old,
            new,
        )


def _if_there(known: int | None, find: Callable[[int], object | None]) -> int | None:
    """Return the id of what a change was of, unless that is gone."""
    return None if known is None or find(known) is None else known


def _changed(details: Mapping[str, Any]) -> Iterator[tuple[str | None, str | None, str | None]]:
    if not details:
        yield None, None, None
    for name, value in details.items():
        field = _(_FIELDS[name]) if name in _FIELDS else name
        written = _moment if name in _MOMENTS else _written
        if isinstance(value, dict) and value.keys() == {"old", "new"}:
            yield field, written(value["old"]), written(value["new"])
        else:
            yield field, written(value), None


def _moment(value: str | None) -> str | None:
    return None if value is None else formatting.exact(parse_timestamp(value))


def _written(value: object) -> str | None:
    """Return a value for people, None for nothing."""
    match value:
        case None | "" | []:
            return None
        case bool():
            return _("yes") if value else _("no")
        case list():
            return ", ".join(filter(None, map(_written, value)))
        case {"id": known, "name": name}:
            return f"{name} ({known})"
        case _any:
            return str(value)
