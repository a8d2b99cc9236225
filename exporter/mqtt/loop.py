"""Publishes in a thread, while this daemon leads."""

import logging
import threading
import time
from collections.abc import Callable, Mapping

from exporter.config.mqtt_table import Broker
from exporter.logs import log_fields
from exporter.mqtt.discovery import Describing
from exporter.mqtt.link import Happening, Link, LostError, News
from exporter.mqtt.publisher import Publisher, Sources
from exporter.notifications.trouble import Trouble
from exporter.store import StoreUnavailableError
from exporter.times import MINUTE, Millis

_PAUSE_SECONDS = 1.0
"""Between two looks: a thousand reports a second are one look."""

_LOOK_SECONDS = 10.0
"""How often it looks without a reason: for what is wrong with the daemon, and for who leads."""

_AFTER_ERROR_SECONDS = 60.0
_BETWEEN_BIRTHS_SECONDS = 30.0
"""Whoever may publish what Home Assistant does at its start must not keep this daemon busy."""

_REST_SECONDS = 0.005
"""After each part of what is published: reports come first."""

_GOODBYE_SECONDS = 2.0

_SET_BACK: Millis = MINUTE
"""A clock that is set back by more had been wrong."""

_log = logging.getLogger(__name__)


class MqttLoop:
    """Connects while this daemon leads, and publishes what changes."""

    def __init__(
        self,
        broker: Broker,
        common: Describing,
        sources: Sources,
        clock: Callable[[], Millis],
        leads: Callable[[], bool],
    ) -> None:
        """Prepare the loop.

        Args:
            broker: where to publish.
            common: what all descriptions have in common.
            sources: where the values come from.
            clock: returns the present time.
            leads: returns whether this daemon is the one that publishes.
        """
        self._broker = broker
        self._common = common
        self._sources = sources
        self._clock = clock
        self._leads = leads
        self._link: Link | None = None
        self._publisher: Publisher | None = None
        self._found: Mapping[int, int] = {}
        self._last: Millis = 0
        self._stepped_at = self._began_at = float("-inf")
        self._is_born = False
        self._unreachable = Trouble("MQTT broker unreachable", "MQTT broker reached again")
        self._failing = Trouble("publishing by MQTT failed", "publishing by MQTT goes on")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def connected(self) -> bool | None:
        """Return whether a broker takes what is published; None where another daemon publishes."""
        return None if self._link is None else self._publisher is not None

    def start(self) -> None:
        """Begin; nothing waits for the broker."""
        self._thread.start()

    def close(self) -> None:
        """Tell that this daemon is offline and end the connection, within two seconds or so."""
        self._stopping.set()
        self._thread.join(_GOODBYE_SECONDS)

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            pause = self._look_safely()
        self._drop_link(leaving=True)

    def _look_safely(self) -> float:
        """Look; return how many seconds to wait until the next look."""
        try:
            self._look()
            self._failing.note(None)
        except LostError:
            self._drop_publisher()
        except StoreUnavailableError as error:
            self._failing.note(f"the database does not answer: {error}")
        except Exception as error:  # noqa: BLE001 - nothing is known of what a bug may raise
            self._drop_publisher()
            self._drop_link(leaving=False)
            self._failing.note(repr(error), error)
            return _AFTER_ERROR_SECONDS
        return _PAUSE_SECONDS

    def _look(self) -> None:
        if not self._leads():
            self._drop_link(leaving=False)  # the daemon that leads now says to be online
            return
        link = self._link or self._connect()
        for news in link.news():
            self._hear(news, link)
        if self._publisher is not None:
            self._publish(self._publisher, link, self._clock())

    def _connect(self) -> Link:
        self._link = link = Link(self._broker, self._common.topics)
        link.start()
        return link

    def _hear(self, news: News, link: Link) -> None:
        match news.happening:
            case Happening.READY:
                self._unreachable.note(None)
                _log.info("publishing by MQTT", extra=log_fields(broker=str(self._broker)))
                self._begin(link)
            case Happening.LOST:
                self._drop_publisher()
                self._unreachable.note(news.text)
            case Happening.FOUND:
                self._found = news.described
            case Happening.BORN:
                self._is_born = True
            case Happening.DENIED if self._publisher is not None:
                self._publisher.announce()

    def _begin(self, link: Link) -> Publisher:
        """Publish everything from now on."""
        if self._publisher is not None:
            self._found = self._publisher.index
        self._close_publisher()
        self._is_born, self._began_at = False, time.monotonic()
        self._stepped_at = float("-inf")
        self._publisher = Publisher(self._sources, self._common, link, lambda: self._flush(link))
        return self._publisher

    def _publish(self, publisher: Publisher, link: Link, now: Millis) -> None:
        if now < self._last - _SET_BACK or self._is_waited_for():
            publisher = self._begin(link)
        self._last = now
        publisher.check(self._found)
        self._found = {}
        if publisher.has_reason(now) or _passed(self._stepped_at, _LOOK_SECONDS):
            publisher.step(now)
            self._stepped_at = time.monotonic()

    def _is_waited_for(self) -> bool:
        return self._is_born and _passed(self._began_at, _BETWEEN_BIRTHS_SECONDS)

    def _flush(self, link: Link) -> None:
        """Let what was published be written, and reports be taken meanwhile."""
        link.flush(self._stopping.is_set)
        if self._stopping.wait(_REST_SECONDS):
            raise LostError

    def _drop_publisher(self) -> None:
        self._close_publisher()
        self._found = {}

    def _close_publisher(self) -> None:
        if self._publisher is not None:
            self._publisher.close()
            self._publisher = None

    def _drop_link(self, *, leaving: bool) -> None:
        self._drop_publisher()
        if self._link is not None:
            self._link.close(leaving=leaving)
            self._link = None


def _passed(since: float, seconds: float) -> bool:
    """Return whether so many seconds have passed by the monotonic clock."""
    return time.monotonic() - since >= seconds
