"""What a server remembers of the last runs of a backup, besides the results of those that began.

Duplicati writes it when an operation ended: `Metadata` with every backup, and `LastRun` of the
schedule with a planned run, whatever became of it. `LastErrorDate` is of the last operation that
died, also of one that died before it began, and stays when later ones go well.
"""

from collections.abc import Mapping
from typing import Any, Self

from msgspec import Struct

from exporter.times import MAX_TIMESTAMP, MIN_TIMESTAMP, Millis, parse_timespan, parse_timestamp


class Remembered(Struct, frozen=True):
    """The last runs of a backup, by the server's clock; None is not remembered.

    `last_run` is when the last planned run began; `started` when the last run of the backup itself
    began of which there are results, `finished` and `duration` are those of a Sync. `error_at` and
    `error` are of the last operation that died; `files` and `bytes` are those of the source.
    """

    last_run: Millis | None = None
    started: Millis | None = None
    finished: Millis | None = None
    duration: Millis | None = None
    error_at: Millis | None = None
    error: str | None = None
    files: int | None = None
    bytes: int | None = None

    @classmethod
    def of(cls, metadata: object, schedule: object, operation: str) -> Self:
        """Return what an entry of `/backups` tells; what cannot be read is not remembered."""
        told: Mapping[str, Any] = metadata if isinstance(metadata, dict) else {}
        planned = schedule if isinstance(schedule, dict) else {}
        return cls(
            last_run=timestamp(planned.get("LastRun")),
            started=timestamp(told.get(f"Last{operation}Started")),
            finished=timestamp(told.get(f"Last{operation}Finished")),
            duration=_duration(told.get(f"Last{operation}Duration")),
            error_at=timestamp(told.get("LastErrorDate")),
            error=_text(told.get("LastErrorMessage")),
            files=_count(told.get("SourceFilesCount")),
            bytes=_count(told.get("SourceFilesSize")),
        )


def timestamp(value: object) -> Millis | None:
    """Return a time, `2026-11-30T02:00:00Z` or `20261130T020000Z`; None if it is not one."""
    try:
        found = parse_timestamp(value) if isinstance(value, str) else MIN_TIMESTAMP
    except (ValueError, OverflowError):
        return None
    return found if MIN_TIMESTAMP < found <= MAX_TIMESTAMP else None


def _duration(value: object) -> Millis | None:
    try:
        found = parse_timespan(value) if isinstance(value, str) else -1
    except ValueError:
        return None
    return found if found >= 0 else None


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None


def _count(value: object) -> int | None:
    return int(value) if isinstance(value, str) and value.isdecimal() else None
