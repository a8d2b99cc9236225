"""Requests that a page of another site makes a browser send: they change nothing.

A browser marks a request as made by the daemon's own page or by another site's, and no script can
change that: https://www.w3.org/TR/fetch-metadata. It says so over TLS and on this machine only;
`Origin` comes with everything that may change something. Duplicati and curl send neither.
"""

import logging
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

import falcon

from api.client_address import Network, address_of, hosts_of
from api.errors import ApiError
from exporter.logs import log_fields

_SAFE = ("GET", "HEAD", "OPTIONS")
_OUR_OWN = ("same-origin", "none")
"""A page of the daemon, or the user without any page."""

_PORTS = {"http": ":80", "https": ":443"}
_MAX_ORIGIN_LENGTH = 300

_log = logging.getLogger(__name__)


class Sites:
    """Refuses what pages of other sites send, unless their origin is allowed."""

    def __init__(self, allowed_origins: Collection[str], trusted: Sequence[Network]) -> None:
        self._allowed = allowed_origins
        self._trusted = trusted

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Check a request that may change something before its body is read.

        Raises:
            ApiError: 403.
        """
        if req.method in _SAFE or not self.is_foreign(req):
            return
        sender, origin = address_of(req, self._trusted), req.get_header("Origin") or ""
        seen = log_fields(sender=sender, origin=origin[:_MAX_ORIGIN_LENGTH])
        _log.warning("request of another site's page refused", extra=seen)
        message = "A page of another site made this browser send it, and that is not allowed"
        raise ApiError(403, f"{message}: allowed_origins names the sites that may")

    def is_foreign(self, req: falcon.Request) -> bool:
        """Return whether the request was made by a page that is neither ours nor allowed."""
        # Every report is asked this: to translate a header's name takes longer than to find it.
        origin, site = req.env.get("HTTP_ORIGIN"), req.env.get("HTTP_SEC_FETCH_SITE")
        if origin is not None and origin in self._allowed:
            return False
        if site:
            return site.strip().lower() not in _OUR_OWN
        return origin is not None and not self._is_ours(req, origin)

    def _is_ours(self, req: falcon.Request, origin: str) -> bool:
        try:
            scheme, named = urlsplit(origin.lower())[:2]
        except ValueError:
            return False
        port = _PORTS.get(scheme, "")
        hosts = (host.lower().removesuffix(port) for host in hosts_of(req, self._trusted))
        return bool(named) and named.removesuffix(port) in hosts
