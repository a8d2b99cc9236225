"""A courier with a store, a clock and a channel that do what a test tells them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from exporter.config.notifications import SecretUrl
from exporter.model.notifications import Message, MessageKind
from exporter.notifications.courier import Courier, Shared
from exporter.store import Outbox
from exporter.times import MINUTE
from tests.exporter.notifications.messages import CREATED
from tests.support.process.waiting import eventually

URL = SecretUrl("json://very-secret/x")
NEVER_SECONDS = 0.1
"""How long is watched for what must not happen."""


class Stored(Outbox, Protocol):
    """A store that tests may put messages into, and look at."""

    def put(self, message: Message) -> Message: ...

    def get(self, message_id: int) -> Message: ...


class Channel:
    """Takes messages, or refuses them with `error`; `gate` holds attempts up while it is closed."""

    def __init__(self) -> None:
        self.error: str | None = None
        self.attempted: list[int] = []
        self.accepted: list[int] = []
        self.aborted = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, url: SecretUrl, message: Message) -> str | None:
        """Make an attempt."""
        assert url == URL
        self.attempted.append(message.id)
        self.gate.wait()
        if self.aborted.is_set():
            return "the daemon stops"
        if self.error is None:
            self.accepted.append(message.id)
        return self.error

    def abort(self) -> None:
        """End the attempt in flight."""
        self.aborted.set()
        self.gate.set()


class Delivering:
    """A courier of a channel, and what it works with."""

    def __init__(self, outbox: Stored) -> None:
        self.outbox = outbox
        self.channel = Channel()
        self.now = CREATED
        self.leads = True
        self.outcomes: list[tuple[str, str]] = []
        self.courier = self.another()

    def another(self) -> Courier:
        """Return a courier of the same store and channel, as after a restart."""
        shared = Shared(
            outbox=self.outbox,
            clock=lambda: self.now,
            leads=lambda: self.leads,
            on_outcome=lambda channel, outcome: self.outcomes.append((channel, outcome)),
        )
        ways = {MessageKind.ALERT: self.channel}
        return Courier("phone", URL, ways, shared, self.channel.abort)

    def offer(self, *messages: Message) -> list[Message]:
        """Store messages and tell the courier; return them as stored."""
        stored = [self.outbox.put(message) for message in messages]
        self.courier.offer(stored)
        return stored

    def later(self, pause: int) -> None:
        """Let time pass."""
        self.now += pause
        self.courier.offer([])

    def until(self, look: Callable[[], object], what: str) -> None:
        """Wait until something holds."""
        eventually(look, what)

    def minutes_until(self, look: Callable[[], object], what: str) -> None:
        """Let minutes pass until something holds."""

        def after_a_minute() -> object:
            self.later(MINUTE)
            return look()

        eventually(after_a_minute, what)

    def attempts(self, count: int) -> None:
        """Wait until there were so many attempts, and see that there is no other."""
        self.until(lambda: len(self.channel.attempted) >= count, f"attempt {count}")
        self.nothing_more()

    def nothing_more(self) -> None:
        """See that no attempt begins, also when the courier looks again."""
        count = len(self.channel.attempted)
        self.courier.offer([])
        threading.Event().wait(NEVER_SECONDS)
        assert len(self.channel.attempted) == count


@contextmanager
def delivering(outbox: Stored) -> Iterator[Delivering]:
    """Run a courier meanwhile."""
    made = Delivering(outbox)
    made.courier.start()
    try:
        yield made
    finally:
        made.channel.gate.set()
        made.courier.close()
