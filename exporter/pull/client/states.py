"""What a server does at present: whether it is paused, what runs, what waits, what starts next."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from msgspec import Struct

from exporter.pull.client.metadata import timestamp
from exporter.times import Millis

_PAUSED = "Paused"


class ServerState(Struct, frozen=True):
    """The ids of the backup that runs and of those that wait, both by hand and as planned.

    `paused` is None where it is not told; `pause_end` is when a pause ends by itself, None where it
    does not. `proposed` are the next starts of backups. Times are by the server's clock.
    """

    active: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    paused: bool | None = None
    pause_end: Millis | None = None
    proposed: Mapping[str, Millis] = {}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Return what `/serverstate` tells. Raises ValueError if it cannot be read."""
        queue = told.get("SchedulerQueueIds")
        if not isinstance(queue, list | None):
            raise ValueError("SchedulerQueueIds is not a list")
        task, program = told.get("ActiveTask"), told.get("ProgramState")
        return cls(
            active=frozenset(_backup_ids([] if task is None else [task])),
            waiting=frozenset(_backup_ids(queue or [])),
            paused=program == _PAUSED if isinstance(program, str) else None,
            pause_end=timestamp(told.get("EstimatedPauseEnd")),
            proposed=dict(_proposed(told.get("ProposedSchedule"))),
        )

    def is_idle(self, backup_id: str) -> bool:
        """Return whether a backup neither runs nor waits; others may."""
        return backup_id not in self.active and backup_id not in self.waiting


def _proposed(listed: object) -> Iterator[tuple[str, Millis]]:
    """Yield each backup with its next start; what cannot be read is left out."""
    for entry in listed if isinstance(listed, list) else []:
        told = entry if isinstance(entry, dict) else {}
        backup_id, at = told.get("Item1"), timestamp(told.get("Item2"))
        if isinstance(backup_id, str | int) and at is not None:
            yield str(backup_id), at


def _backup_ids(tasks: Iterable[object]) -> Iterator[str]:
    """Yield the backups of tasks, `{"Item1": task, "Item2": "backup ID"}`; one may be of none."""
    for task in tasks:
        if not isinstance(task, dict) or not isinstance(task.get("Item2"), str | int | None):
            raise ValueError("a task cannot be read")
        if task.get("Item2") is not None:
            yield str(task["Item2"])
