"""The host names under which the daemon answers.

A site may give its own name a second address, the daemon's; the browser then takes the daemon's
answers for the site's own (DNS rebinding). Such a request still has the site's name as `Host`,
which no page can change. A request to an IP address cannot be rebound.
"""

import ipaddress
import logging
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache

import falcon

from api.client_address import Network, hosts_of
from api.daily import DailyNews
from api.errors import ApiError
from exporter.logs import log_fields
from exporter.times import Millis

_LOCAL = "localhost"
_MAX_HOST_LENGTH = 253
"""Characters of a name in DNS: RFC 1035, section 3.1."""

_MAX_KEPT = _MAX_HOST_LENGTH + len(":65535")
"""Characters of a host that is worth remembering."""

_log = logging.getLogger(__name__)


class Hosts:
    """Refuses requests to names that are not allowed; without such a list, logs each name daily."""

    def __init__(
        self,
        allowed: Collection[str],
        trusted: Sequence[Network],
        clock: Callable[[], Millis],
    ) -> None:
        self._allowed = allowed
        self._trusted = trusted
        self._news = DailyNews(clock)

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Check the names that the request was sent to: its own, and a trusted proxy's.

        Raises:
            ApiError: 421.
        """
        for host in hosts_of(req, self._trusted):
            name = _rebindable(host) if len(host) <= _MAX_KEPT else _judged(host)
            if not name or name in self._allowed:
                continue
            self._log_once(name)
            if self._allowed:
                message = "This daemon does not answer under this host name"
                raise ApiError(421, f"{message}: allowed_hosts names those under which it does")

    def _log_once(self, name: str) -> None:
        shown = name[:_MAX_HOST_LENGTH]
        if not self._news.has(shown):
            return
        seen = log_fields(host=shown)
        if self._allowed:
            _log.warning("request to an unknown host name refused", extra=seen)
        else:
            _log.info("request to a host name; allowed_hosts would limit these", extra=seen)


def _judged(host: str) -> str:
    """Return the name of a host; nothing where no site can give that name another address."""
    name = _name(host)
    return "" if name == _LOCAL or _is_address(name) else name


@lru_cache(maxsize=256)
def _rebindable(host: str) -> str:
    """Return the same: a daemon is called by few names, again and again."""
    return _judged(host)


def _name(host: str) -> str:
    """Return a host without its port, in the form in which names are compared."""
    name, separator, port = host.strip().rpartition(":")
    if not separator or "]" in port:
        name = host.strip()
    return name.lower().removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
