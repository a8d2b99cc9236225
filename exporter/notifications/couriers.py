"""The couriers of all channels: each gets the messages of its own."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping

from exporter.config.notifications import SecretUrl
from exporter.logs import log_fields
from exporter.model.notifications import Message, MessageKind, MessageOutcome
from exporter.notifications.attempts import Sender
from exporter.notifications.courier import Courier, Send, Shared, close_all
from exporter.notifications.job_checks import deliver_check
from exporter.times import Millis

_log = logging.getLogger(__name__)


class Couriers:
    """Delivers to every channel. Thread-safe."""

    def __init__(self, addresses: Mapping[str, SecretUrl], shared: Shared) -> None:
        """Prepare a courier for each channel, by its name."""
        self._shared = shared
        self._by_channel = {name: _courier(name, url, shared) for name, url in addresses.items()}

    def start(self) -> None:
        """Begin to deliver."""
        for courier in self._by_channel.values():
            courier.start()

    def offer(self, messages: Iterable[Message]) -> None:
        """Deliver messages; one to a channel that is no longer configured is given up.

        Raises:
            StoreUnavailableError: that cannot be stored now.
        """
        by_channel = defaultdict[str, list[Message]](list)
        for message in messages:
            by_channel[message.channel].append(message)
        for channel, found in by_channel.items():
            courier = self._by_channel.get(channel)
            if courier is None:
                self._give_up(channel, found)
            else:
                courier.offer(found)

    def _give_up(self, channel: str, messages: list[Message]) -> None:
        fields = log_fields(channel=channel, messages=len(messages))
        _log.warning("notifications given up: their channel is not configured", extra=fields)
        for message in messages:
            self._shared.outbox.finish(message.id, MessageOutcome.GIVEN_UP, self._shared.clock())

    def waiting(self, channel: str) -> int:
        """Return how many messages wait for a channel."""
        return self._by_channel[channel].waiting()

    def oldest(self) -> Millis | None:
        """Return when the oldest message was created that waits to be delivered."""
        found = (courier.oldest() for courier in self._by_channel.values())
        return min((each for each in found if each is not None), default=None)

    def close(self) -> None:
        """Stop; attempts in flight have some seconds to end."""
        close_all(list(self._by_channel.values()))


def _courier(name: str, url: SecretUrl, shared: Shared) -> Courier:
    sender = Sender()
    sends: Mapping[MessageKind, Send] = {
        MessageKind.ALERT: sender,
        MessageKind.RECOVERY: sender,
        MessageKind.DIGEST: sender,
        MessageKind.CHECK: deliver_check,
    }
    return Courier(name, url, sends, shared, sender.abort)
