"""The connection to a broker; the only module that knows the library for MQTT."""

import queue
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from exporter.config.mqtt_table import Broker
from exporter.mqtt.index import read_index
from exporter.mqtt.topics import OFFLINE, ONLINE, Topics

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage, MQTTMessageInfo
    from paho.mqtt.reasoncodes import ReasonCode


MISSING = "mqtt: an extra is needed: install duplistatus-exporter[mqtt]"

KEEP_ALIVE_SECONDS = 30
"""A broker tells that we are offline after one and a half times as long without a sign of life."""

_CONNECT_SECONDS = 10.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1, 120
_WRITE_SECONDS = 1.0
_GOODBYE_SECONDS = 1.0


class LostError(Exception):
    """There is no connection; the library makes another one by itself."""


class Happening(Enum):
    """What comes from a broker."""

    READY = "ready"
    """A connection stands, and what the broker had of ours was found."""
    LOST = "lost"
    """There is none; the text says why."""
    FOUND = "found"
    """The broker has a list of what is described, of an earlier life."""
    BORN = "born"
    """Home Assistant has started."""
    DENIED = "denied"
    """The broker says that we are offline: another daemon's last will came late."""


class News(NamedTuple):
    """Something that comes from a broker."""

    happening: Happening
    text: str = ""
    described: Mapping[int, int] = {}


def problem_of(broker: Broker | None) -> str | None:
    """Return what is missing for publishing to a broker; None if nothing is."""
    if broker is None:
        return None
    try:
        import paho.mqtt.client  # noqa: F401, PLC0415 - takes memory that most daemons need not
    except ImportError:
        return MISSING
    return None


class Link:
    """A connection that is made again for ever, with pauses that grow to two minutes.

    Nothing waits in it: while there is no connection, publishing fails. So after each connection
    all is published anew, and nothing that is out of date ever follows.
    """

    def __init__(self, broker: Broker, topics: Topics) -> None:
        self._broker = broker
        self._topics = topics
        self._news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._last: MQTTMessageInfo | None = None
        self._client = self._make()

    def start(self) -> None:
        """Begin to connect, in a thread of the library's."""
        self._client.connect_async(self._broker.host, self._broker.port, KEEP_ALIVE_SECONDS)
        self._client.loop_start()

    def news(self) -> Iterator[News]:
        """Yield what came since the last call."""
        for _ in range(self._news.qsize()):
            yield self._news.get()

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish a message that the broker keeps; an empty one removes what it kept.

        Raises:
            LostError: there is no connection.
        """
        self._last = self._client.publish(topic, payload, retain=True)
        if self._last.rc != 0:
            raise LostError

    def flush(self, is_over: Callable[[], bool]) -> None:
        """Wait until all is written to the connection, or until something is over.

        Raises:
            LostError: the connection was lost meanwhile.
        """
        last = self._last
        while last is not None and not last.is_published() and not is_over():
            _await(last)
        self._last = None

    def close(self, *, leaving: bool) -> None:
        """End the connection within two seconds; who is `leaving` says to be offline."""
        if leaving:
            info = self._client.publish(self._topics.availability, OFFLINE, retain=True)
            if info.rc == 0:
                info.wait_for_publish(_GOODBYE_SECONDS)
        self._client.disconnect()
        ending = threading.Thread(target=self._client.loop_stop, daemon=True)
        ending.start()  # it may be waiting for a host that does not answer
        ending.join(_GOODBYE_SECONDS)

    def _make(self) -> "Client":
        from paho.mqtt.client import Client  # noqa: PLC0415 - see above
        from paho.mqtt.enums import CallbackAPIVersion  # noqa: PLC0415 - likewise

        broker = self._broker
        client = Client(CallbackAPIVersion.VERSION2)
        client.will_set(self._topics.availability, OFFLINE, retain=True)
        client.reconnect_delay_set(_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS)
        client.connect_timeout = _CONNECT_SECONDS
        if broker.user is not None:
            client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            client.tls_set_context(ssl.create_default_context(cafile=broker.ca_file))
        client.on_connect = self._connected
        client.on_connect_fail = self._failed
        client.on_disconnect = self._disconnected
        client.on_subscribe = self._subscribed
        client.on_unsubscribe = self._unsubscribed
        client.on_message = self._received
        return client

    def _connected(
        self, client: "Client", _data: object, _flags: object, code: "ReasonCode", _more: object
    ) -> None:
        if code.is_failure:
            self._tell(Happening.LOST, f"{self._broker} refuses: {code}".lower())
            return
        topics = self._topics
        client.subscribe([(topics.index, 0), (topics.birth, 0), (topics.availability, 0)])

    def _subscribed(self, client: "Client", *_more: object) -> None:
        """Unsubscribe: the list that the broker has kept comes before its answer to this."""
        client.unsubscribe(self._topics.index)

    def _unsubscribed(self, *_more: object) -> None:
        self._tell(Happening.READY)

    def _failed(self, *_more: object) -> None:
        self._tell(Happening.LOST, f"{self._broker} {explained(sys.exc_info()[1])}")

    def _disconnected(
        self, _client: object, _data: object, _flags: object, code: "ReasonCode", _more: object
    ) -> None:
        self._tell(Happening.LOST, f"{self._broker} ended the connection: {code}".lower())

    def _received(self, _client: object, _data: object, message: "MQTTMessage") -> None:
        topic, topics = message.topic, self._topics
        if topic == topics.birth:
            if message.payload == ONLINE and not message.retain:
                self._tell(Happening.BORN)
        elif topic == topics.availability:
            if message.payload == OFFLINE:
                self._tell(Happening.DENIED)
        elif message.retain and message.payload:
            self._news.put(News(Happening.FOUND, described=read_index(bytes(message.payload))))

    def _tell(self, happening: Happening, text: str = "") -> None:
        self._news.put(News(happening, text))


def _await(info: "MQTTMessageInfo") -> None:
    try:
        info.wait_for_publish(_WRITE_SECONDS)
    except (RuntimeError, ValueError):
        raise LostError from None


def explained(error: BaseException | None) -> str:
    """Return what an error means, to follow the address of a broker."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"shows a certificate that is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"cannot be reached by TLS: {getattr(error, 'reason', None) or 'no handshake'}"
    if isinstance(error, socket.gaierror):
        return "cannot be found: is the name right, and does DNS work?"
    if isinstance(error, TimeoutError):
        return f"does not answer within {_CONNECT_SECONDS:g} seconds"
    reason = error.strerror if isinstance(error, OSError) else None
    return f"cannot be reached: {reason or 'no route'}"
