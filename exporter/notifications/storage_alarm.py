"""Tells that nothing can be stored: the one message that cannot wait in the database."""

import threading
import time
from collections.abc import Callable, Sequence

from exporter.config.notifications import Channel
from exporter.model.conditions import DaemonCondition
from exporter.model.notifications import Alert, AlertKey, Message
from exporter.notifications.courier import Send
from exporter.notifications.events import Happening
from exporter.notifications.notifier import Compose
from exporter.notifications.observing import DAEMON
from exporter.notifications.tracker import STORAGE_HOLD, AlertEvent
from exporter.times import SECOND, Millis

HOLD = STORAGE_HOLD

PAUSES_SECONDS = (30.0, 60.0, 120.0, 300.0, 600.0)
"""Between the tries of a channel; the last one is repeated."""


class StorageAlarm:
    """Sends at once, from memory, a channel in a thread of its own. Needs one caller at a time.

    It is lost if the daemon ends before a channel took it: nothing can be stored.
    """

    def __init__(
        self,
        channels: Sequence[Channel],
        compose: Compose,
        send: Send,
        clock: Callable[[], Millis],
        pauses_seconds: tuple[float, ...] = PAUSES_SECONDS,
    ) -> None:
        self._channels = [each for each in channels if DaemonCondition.STORAGE in each.on]
        self._compose = compose
        self._send = send
        self._clock = clock
        self._pauses_seconds = pauses_seconds
        self._since: float | None = None
        self._began: Millis = 0
        self._raised: dict[str, Channel] = {}
        self._over = threading.Event()

    def look(self, problem: str | None) -> None:
        """Take over whether anything can be stored."""
        if problem is None:
            self._end()
            return
        if self._since is None:
            self._since, self._began = time.monotonic(), self._clock()
            self._over = threading.Event()
        lasted = (time.monotonic() - self._since) * SECOND
        for channel in self._channels:
            if channel.name not in self._raised and lasted >= max(HOLD, channel.hold):
                self._raised[channel.name] = channel
                self._tell(channel, Happening.BEGAN)

    def close(self) -> None:
        """End the tries in progress."""
        self._over.set()

    def _end(self) -> None:
        """Stop telling that it lasts, and tell that it is over."""
        if self._since is None:
            return
        self._over.set()
        self._over = threading.Event()
        raised, self._raised, self._since = self._raised, {}, None
        for channel in raised.values():
            if channel.recovered:
                self._tell(channel, Happening.OVER)

    def _tell(self, channel: Channel, happening: Happening) -> None:
        now = self._clock()
        key = AlertKey(channel.name, DAEMON, DaemonCondition.STORAGE.value)
        ended = now if happening is Happening.OVER else None
        alert = Alert(key, self._began, now, ended=ended)
        message = self._compose(
            channel, [AlertEvent(happening, DaemonCondition.STORAGE, alert)], None, now
        )
        name = f"alarm {channel.name}"
        given = (channel, message, self._over)
        threading.Thread(target=self._deliver, args=given, name=name, daemon=True).start()

    def _deliver(self, channel: Channel, message: Message, over: threading.Event) -> None:
        pauses = iter(self._pauses_seconds)
        pause = 0.0
        while not over.wait(pause):
            if self._send(channel.url, message) is None:
                return
            pause = next(pauses, self._pauses_seconds[-1])
