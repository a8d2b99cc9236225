"""The path below which people reach the daemon, where a reverse proxy gives it one.

A request below it is answered like the same one without it. Code and templates name paths without
it; `req.root_path` has it for what a browser is to follow.
"""

import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple

import falcon

from api.client_address import Network, told_by_proxy
from api.daily import DailyNews
from exporter import route_prefix
from exporter.logs import log_fields
from exporter.times import Millis

HEADER = "X-Forwarded-Prefix"

_log = logging.getLogger(__name__)


class RoutePrefix(NamedTuple):
    """The configured prefix, which may be empty, and the proxies that may name another."""

    configured: str = ""
    trusted: Sequence[Network] = ()

    @property
    def any(self) -> bool:
        """Whether a request may come below a path."""
        return bool(self.configured or self.trusted)

    def apply(self, req: falcon.Request) -> None:
        """Split the address of a request into `root_path` and `path`.

        A trusted proxy names all that people write before a path; the configured prefix holds where
        it names nothing valid.
        """
        root, path = self.told(req), self.without(req.path)
        if not route_prefix.is_prefix(root):
            root = "" if path == req.path else self.configured
        req.path = path
        if root:
            req.env["SCRIPT_NAME"] = root

    def without(self, path: str) -> str:
        """Return a path without the configured prefix."""
        return route_prefix.below(path, self.configured) or path

    def told(self, req: falcon.Request) -> str:
        """Return what a trusted proxy names, valid or not; a slash at its end is removed."""
        return told_by_proxy(req, HEADER, self.trusted).removesuffix("/")


class PrefixMiddleware:
    """Takes the prefix from the paths of requests, and puts it before those of answers."""

    def __init__(self, prefix: RoutePrefix, clock: Callable[[], Millis]) -> None:
        self._prefix = prefix
        self._news = DailyNews(clock)

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Find out how the sender reached the daemon, before anything else looks at the path."""
        if not self._prefix.any:
            return
        self._prefix.apply(req)
        told = self._prefix.told(req)
        shown = told[: route_prefix.MAX_LENGTH]
        if told and not route_prefix.is_prefix(told) and self._news.has(shown):
            _log.warning("%s ignored: it is no path", HEADER, extra=log_fields(prefix=shown))

    def process_response(
        self,
        req: falcon.Request,
        resp: falcon.Response,
        resource: object,
        req_succeeded: bool,  # noqa: FBT001 - Falcon's signature
    ) -> None:
        """Lead people to where they reach the daemon."""
        address = resp.get_header("Location")
        if address is not None:
            resp.set_header("Location", f"{req.root_path}{address}")
