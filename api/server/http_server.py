"""The HTTP server: listen, serve, drain, stop.

waitress, with its own errors in the API's form and a stop that finishes what is in flight.
"""

import logging
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable

from waitress import wasyncore
from waitress.adjustments import Adjustments

from api.reception import too_large
from api.server.accepting import Server, connections
from api.server.answering import answer
from api.server.channel import Channel
from api.server.dispatcher import Pools
from api.server.memory import Budget
from api.server.site import Site
from exporter.exposition.self_metrics import SelfMetrics
from exporter.limits import Limits
from exporter.times import SECOND

THREADS = 32
"""A group commit holds no more reports than there are threads. At 64 connections 32 threads took a
sixth more uploads than 16 and 70 % more than 4; 64 took no more, and reads do not mind
(docs/performance.md)."""

CONNECTIONS = 1000
"""Idle connections count too: at waitress's 100 a few dozen browsers starve a scrape."""

_OTHER_FILES = 192
"""Files beside connections: each thread may have a connection to the database, which has three."""

IDLE_SECONDS = 120
"""A connection that is idle for so long is closed. Prometheus keeps one between its scrapes,
which are rarely more than a minute apart."""

SEND_BYTES = 18000
"""While an answer is being written, send it only in pieces of this size. With waitress's 1 the main
loop and the threads fight over every piece: it cost a third of the uploads and half of the reads.
waitress deprecates the argument, so it is set afterwards; without it all still works."""

DRAIN_SECONDS = 10.0
"""How long a stop waits for requests that are being answered."""

_HURRIED_SECONDS = 2.0
"""Before that ends, what waits for a database that is away is refused instead of cut off."""

ARRIVING_SECONDS = 1.0
"""How long a stop waits for requests that still arrive: the sender retries, and anyone can
send half of a request."""

_BODY_MARGIN = 1024 * 1024
"""waitress itself refuses bodies; up to here above our limit they are read, kept and answered."""

_REPORTS_AT_LEAST = 2
"""So many reports of the largest size fit together, whatever `max_upload_memory` is."""

_LOOK_SECONDS = 1.0
"""How often requests that take too long to arrive are looked for."""

_POLL_SECONDS = 0.2
_DRAIN_POLL_SECONDS = 0.02

_log = logging.getLogger(__name__)


class HttpServer:
    """Serves a site on a listening socket until it is stopped."""

    def __init__(
        self, site: Site, listening: socket.socket, limits: Limits, self_metrics: SelfMetrics
    ) -> None:
        self._map: dict[int, wasyncore.dispatcher] = {}
        self._stopping = threading.Event()
        self._hurried = threading.Event()
        # Reentrant: a signal handler may call `stop` within `run`'s own use of it.
        self._ending = threading.RLock()
        self._ended = False
        self._pools = Pools(THREADS)
        self._server = _make_server(site, self._map, listening, limits, self._pools)
        self._server.self_metrics = self_metrics
        self._server.add_task = self._dispatch
        self._next_look = 0.0
        self._at_once: deque[Channel] = deque()
        self.hurry: Callable[[], None] = lambda: None
        """Lets no request wait any longer for what is away."""

    def serve(self, site: Site) -> None:
        """Let a site answer all requests that begin to arrive from now on. Thread-safe."""
        self._server.site = site

    def run(self) -> None:
        """Serve until `stop` is called, then finish what is in flight, for ten seconds at most.

        New connections wait in the queue of the listening socket meanwhile, which stays open. Where
        another process holds it, too, as systemd does, the next daemon accepts them.
        """
        self._server.receiver = threading.get_ident()
        while not self._stopping.is_set():
            self._poll(_POLL_SECONDS)
        self._server.accepting = False
        self._drain()
        self._pools.shutdown()
        with self._ending:
            self._ended = True
            self._server.del_channel()  # its socket belongs to whoever opened it
            wasyncore.close_all(self._map)

    def _drain(self) -> None:
        """Finish what is in flight. What has come before the stop was seen is read first."""
        self._poll(0)
        start = time.monotonic()
        while self._in_flight(time.monotonic() - start) and not self._hurried.is_set():
            if time.monotonic() - start > DRAIN_SECONDS - _HURRIED_SECONDS:
                self.hurry()
            self._poll(_DRAIN_POLL_SECONDS)
        self.hurry()

    def stop(self) -> None:
        """Make `run` return; at once when called a second time. Safe in a signal handler."""
        if self._stopping.is_set():
            self._hurried.set()
        self._stopping.set()
        with self._ending:
            if not self._ended:
                self._server.wake()

    def _poll(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)
        while self._at_once:
            self._at_once.popleft().answer_at_once()
        self._expire()

    def _dispatch(self, channel: Channel) -> None:
        """Hand a request to the threads that answer it; refusals have their own."""
        request = channel.requests[0]
        if request.error is None:
            channel.dispatcher = channel.pool_of(request)
        elif request.is_oversized:  # its beginning is stored
            channel.dispatcher = self._pools.uploads
        else:
            channel.dispatcher = self._pools.refusals
        request.is_at_once = self._is_at_once(channel)
        if request.is_at_once:
            channel.dispatcher.keep()
            self._at_once.append(channel)
        else:
            channel.dispatcher.add_task(channel)

    def _is_at_once(self, channel: Channel) -> bool:
        """Return whether this thread, which receives, answers a request when all is received."""
        receives = threading.get_ident() == self._server.receiver
        return receives and channel.requests[0].error is None and channel.answers_at_once()

    def _expire(self) -> None:
        """Refuse requests that take too long to arrive: connections are limited."""
        present = time.monotonic()
        if present < self._next_look:
            return
        self._next_look = present + _LOOK_SECONDS
        for channel in list(self._server.active_channels.values()):
            channel.expire(present)

    def _in_flight(self, seconds: float) -> bool:
        """Close what is no longer waited for after a stop; return whether anything else is left."""
        channels = list(self._server.active_channels.values())
        awaited = [channel for channel in channels if _is_awaited(channel, seconds)]
        for channel in channels:
            if channel not in awaited:
                channel.will_close = True
        return bool(awaited)


def _make_server(
    site: Site,
    sockets: dict[int, wasyncore.dispatcher],
    listening: socket.socket,
    limits: Limits,
    pools: Pools,
) -> Server:
    """Make waitress's server with the settings that were measured."""
    server = Server(
        answer,
        sockets,
        _sock=listening,
        dispatcher=pools.uploads,
        adj=_adjustments(limits),
        sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
        bind_socket=False,
    )
    server.site = site
    server.request_seconds = limits.request_timeout / SECOND
    server.adj.send_bytes = SEND_BYTES
    least = _REPORTS_AT_LEAST * limits.max_upload_bytes
    server.budget = Budget(max(limits.max_upload_memory, least))
    server.too_large = too_large(limits)
    server.most_requests = limits.max_requests
    server.pools = pools
    return server


def _adjustments(limits: Limits) -> Adjustments:
    return Adjustments(
        connection_limit=connections(CONNECTIONS, _OTHER_FILES),
        channel_timeout=IDLE_SECONDS,
        asyncore_use_poll=True,
        max_request_body_size=limits.max_upload_bytes + _BODY_MARGIN,
        max_request_header_size=limits.max_header_bytes,
        outbuf_high_watermark=sys.maxsize,  # one answer waits at most, and no thread with it
        ident=None,
        clear_untrusted_proxy_headers=False,  # api.client_address knows which are trusted
    )


def _is_awaited(channel: Channel, seconds: float) -> bool:
    """Return whether a stop waits for a connection after so many seconds."""
    if channel.is_answered():
        return seconds < DRAIN_SECONDS
    return channel.arrives() and seconds < ARRIVING_SECONDS
