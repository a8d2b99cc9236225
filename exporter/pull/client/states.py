"""What a server does at present: which backup runs, and which ones wait for it."""

from collections.abc import Mapping
from typing import Any, Self

from msgspec import Struct


class ServerState(Struct, frozen=True):
    """The ids of the backup that runs and of those that wait, both by hand and as planned."""

    active: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """Return what `/serverstate` tells. Raises ValueError if it cannot be read."""
        queue = told.get("SchedulerQueueIds")
        if not isinstance(queue, list | None):
            raise ValueError("SchedulerQueueIds is not a list")
        task = told.get("ActiveTask")
        return cls(
            active=frozenset() if task is None else frozenset([_backup_id(task)]),
            waiting=frozenset(map(_backup_id, queue or [])),
        )

    def is_idle(self, backup_id: str) -> bool:
        """Return whether a backup neither runs nor waits; others may."""
        return backup_id not in self.active and backup_id not in self.waiting


def _backup_id(task: object) -> str:
    """Return the backup of a task, `{"Item1": task, "Item2": "backup ID"}`."""
    found = task.get("Item2") if isinstance(task, dict) else None
    if not isinstance(found, str | int):
        raise ValueError("a task has no backup")
    return str(found)
