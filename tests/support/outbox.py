"""An outbox in memory, for tests of what uses one; it has the interface of the store's.

Thousands of random histories are tried with it; the stores' own are tested in tests/exporter/store.

`unavailable` names methods that raise as when the database is away. A write that is in `lost` takes
effect before it raises, as when the answer of the database is lost.
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
from exporter.store import OutboxChangedError, OutboxState, StoreUnavailableError
from exporter.times import Millis


class MemoryOutbox:
    """Thread-safe as far as its tests need: each method changes one entry."""

    def __init__(self) -> None:
        self.unavailable: set[str] = set()
        self.lost: set[str] = set()
        self.revision = 0
        self.alerts: dict[AlertKey, Alert] = {}
        self.all: dict[int, Message] = {}
        self.marks: dict[str, Millis] = {}
        self.rows: list[ConditionChange] = []
        self._row_ids = 0

    def add(self, job_id: int, run_id: int, at: Millis, held: tuple[str, ...]) -> None:
        """Write what a report changed, as its transaction does."""
        self._row_ids += 1
        self.rows.append(ConditionChange(self._row_ids, job_id, run_id, at, held))

    def put(self, message: Message) -> Message:
        """Store a message; return it with its id."""
        stored = replace(message, id=len(self.all) + 1)
        self.all[stored.id] = stored
        return stored

    def get(self, message_id: int) -> Message:
        """Return a message as it is stored."""
        return self.all[message_id]

    def stored(self) -> list[Message]:
        """Return all messages as they are stored."""
        return list(self.all.values())

    def changes(self) -> list[ConditionChange]:
        self._answer("changes")
        return list(self.rows)

    def load(self) -> OutboxState:
        self._answer("load")
        alerts = list(self.alerts.values())
        return OutboxState(self.revision, alerts, self.waiting(), dict(self.marks))

    def waiting(self) -> list[Message]:
        self._answer("waiting")
        return [each for each in self.all.values() if each.outcome is None]

    def update(self, update: OutboxUpdate, revision: int) -> tuple[int, list[Message]]:
        self._answer("update")
        if revision != self.revision:
            raise OutboxChangedError
        for key in update.gone:
            self.alerts.pop(key, None)
        self.alerts.update({alert.key: alert for alert in update.alerts})
        self.rows = [each for each in self.rows if each.id > update.read_up_to]
        self.marks.update(update.marks)
        self.revision += 1
        return self.revision, [self.put(message) for message in update.messages]

    def claim(self, message: Message, until: Millis) -> Message | None:
        self._answer("claim")
        stored = self.all[message.id]
        if stored.outcome is not None or stored.attempts != message.attempts:
            return None
        claimed = replace(stored, attempts=stored.attempts + 1, next_attempt=until)
        self._store("claim", claimed)
        return claimed

    def failed(self, message_id: int, error: str, next_attempt: Millis) -> None:
        self._answer("failed")
        stored = self.all[message_id]
        self._store("failed", replace(stored, error=error, next_attempt=next_attempt))

    def finish(self, message_id: int, outcome: MessageOutcome, at: Millis) -> None:
        self._answer("finish")
        self._store("finish", replace(self.all[message_id], outcome=outcome, ended=at))

    def messages(self, before: int | None, limit: int) -> list[Message]:
        self._answer("messages")
        newest = sorted(self.all.values(), key=lambda each: each.id, reverse=True)
        return [each for each in newest if before is None or each.id < before][:limit]

    def prune(self, before: Millis) -> None:
        self._answer("prune")
        kept = self.all.values()
        self.all = {each.id: each for each in kept if (each.ended or before) >= before}

    def _store(self, name: str, message: Message) -> None:
        self.all[message.id] = message
        if name in self.lost:
            raise StoreUnavailableError(name)

    def _answer(self, name: str) -> None:
        if name in self.unavailable:
            raise StoreUnavailableError(name)
