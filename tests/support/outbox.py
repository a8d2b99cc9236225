"""An outbox in memory, for rules that are tried in thousands of histories.

The stores' own are tested in tests/exporter/store; the notifier over a real one in tests/process.
"""

from msgspec.structs import replace

from exporter.model.notifications import (
    Alert,
    AlertKey,
    ConditionChange,
    Message,
    MessageOutcome,
    OutboxUpdate,
)
from exporter.store import OutboxChangedError, OutboxState
from exporter.times import Millis


class MemoryOutbox:
    """What a database would hold; it outlives those who use it."""

    def __init__(self) -> None:
        self.revision = 0
        self.rows: list[ConditionChange] = []
        self.alerts: dict[AlertKey, Alert] = {}
        self.all: dict[int, Message] = {}
        self.marks: dict[str, Millis] = {}
        self._row_ids = 0

    def add(self, job_id: int, run_id: int, at: Millis, held: tuple[str, ...]) -> None:
        """Write what a report changed, as its transaction does."""
        self._row_ids += 1
        self.rows.append(ConditionChange(self._row_ids, job_id, run_id, at, held))

    def changes(self) -> list[ConditionChange]:
        return list(self.rows)

    def load(self) -> OutboxState:
        waiting = [each for each in self.all.values() if each.outcome is None]
        return OutboxState(self.revision, list(self.alerts.values()), waiting, dict(self.marks))

    def update(self, update: OutboxUpdate, revision: int) -> tuple[int, list[Message]]:
        if revision != self.revision:
            raise OutboxChangedError
        self.revision += 1
        self.rows = [each for each in self.rows if each.id > update.read_up_to]
        for key in update.gone:
            self.alerts.pop(key, None)
        self.alerts.update((alert.key, alert) for alert in update.alerts)
        self.marks.update(update.marks)
        stored = [self._add(message) for message in update.messages]
        return self.revision, stored

    def _add(self, message: Message) -> Message:
        stored = replace(message, id=len(self.all) + 1)
        self.all[stored.id] = stored
        return stored

    def claim(self, message: Message, until: Millis) -> Message | None:
        known = self.all[message.id]
        if known.outcome is not None or known.attempts != message.attempts:
            return None
        return self._put(replace(known, attempts=known.attempts + 1, next_attempt=until))

    def failed(self, message_id: int, error: str, next_attempt: Millis) -> None:
        self._put(replace(self.all[message_id], error=error, next_attempt=next_attempt))

    def finish(self, message_id: int, outcome: MessageOutcome, at: Millis) -> None:
        self._put(replace(self.all[message_id], outcome=outcome, ended=at))

    def _put(self, message: Message) -> Message:
        self.all[message.id] = message
        return message

    def messages(self, before: int | None, limit: int) -> list[Message]:
        found = [each for each in self.all.values() if before is None or each.id < before]
        return sorted(found, key=lambda each: -each.id)[:limit]

    def prune(self, before: Millis) -> None:
        ended = [each for each in self.all.values() if each.ended is not None]
        for each in ended:
            if each.ended is not None and each.ended < before:
                del self.all[each.id]
