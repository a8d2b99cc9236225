"""How Duplicati reaches this daemon: the addresses in its options, by the one a reader came by."""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlencode, urlsplit

import falcon
from msgspec import Struct

from api.client_address import Network, url_of
from exporter.auth import Authorizer, Scope
from exporter.reports.sender_options import (
    duplicati_options,
    json_options,
    live_options,
    retrying_options,
)

_LOCAL_NAMES = ("localhost", "localhost.localdomain")


class Connection(Struct, frozen=True):
    """What Duplicati's options depend on: whether uploads need a token, and the trusted proxies."""

    authorizer: Authorizer
    trusted_proxies: Sequence[Network] = ()

    @property
    def needs_token(self) -> bool:
        """Whether uploads need a token."""
        return not self.authorizer.is_open(Scope.UPLOAD)

    def options(self, req: falcon.Request) -> list[str]:
        """Return the options for the address under which the daemon was reached."""
        return duplicati_options(self._address(req, "upload", ""))

    def by_version(self, req: falcon.Request, server: str) -> dict[str, list[str]]:
        """Return the options for each version; a server's name in them, unless it is empty."""
        upload, activity = (self._address(req, path, server) for path in ("upload", "activity"))
        retrying = retrying_options(upload)
        return {
            "live": [*retrying, *live_options(activity)],
            "retrying": retrying,
            "json": json_options(upload),
            "any": duplicati_options(upload),
        }

    def is_local(self, req: falcon.Request) -> bool:
        """Return whether only this machine itself can reach the address."""
        host = (urlsplit(self._base(req)).hostname or "").rstrip(".")
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host in _LOCAL_NAMES or host.endswith(".localhost")

    def is_plain(self, req: falcon.Request) -> bool:
        """Return whether who listens on the way can read what is sent."""
        return self._base(req).startswith("http://")

    def _base(self, req: falcon.Request) -> str:
        return url_of(req, self.trusted_proxies)

    def _address(self, req: falcon.Request, path: str, server: str) -> str:
        given = {"token": "TOKEN" if self.needs_token else "", "server": server}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"{self._base(req)}/api/{path}{'?' if query else ''}{query}"
