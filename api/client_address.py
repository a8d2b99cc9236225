"""Who sent a request and when: the connection's address, or the one that a trusted proxy names."""

import ipaddress
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeAlias

import falcon

from exporter.model import Delivery, short_name
from exporter.times import Millis

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_SOMEWHERE = "your-duplistatus-server"
_SCHEMES = ("http", "https")
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?", re.ASCII)

_MAX_HOPS = 16
"""Proxies in a row; more entries of the header are not read."""


class RequestOrigin:
    """Determines how requests came. `trusted` are the proxies whose headers count."""

    def __init__(self, clock: Callable[[], Millis], trusted: Sequence[Network]) -> None:
        self._clock = clock
        self._trusted = trusted

    def delivery(self, req: falcon.Request) -> Delivery:
        """Return when a request came, from whom, and the names that its URL gives."""
        address = address_of(req, self._trusted)
        return Delivery(self._clock(), address, _named(req, "server"), _named(req, "backup"))


def _named(req: falcon.Request, parameter: str) -> str | None:
    """Return a name that the URL gives, None where it gives none or a blank one."""
    name = req.get_param(parameter)
    return short_name(name) if name is not None and name.strip() else None


def address_of(req: falcon.Request, trusted: Sequence[Network] = ()) -> str:
    """Return the sender's address; an IPv4 one in IPv6 form is written as IPv4.

    Each proxy appends its client to X-Forwarded-For, so it is read from its end for as long as
    those who wrote it are trusted. The entries before those may be invented.
    """
    address = _plain(req.remote_addr)
    if not trusted:
        return address
    hops = (req.get_header("X-Forwarded-For") or "").rsplit(",", _MAX_HOPS)
    for hop in reversed(hops[-_MAX_HOPS:]):
        read = _read(_without_port(hop.strip()))
        if read is None or not _is_in(address, trusted):
            return address
        address = str(read)
    return address


def url_of(req: falcon.Request, trusted: Sequence[Network] = ()) -> str:
    """Return the base URL under which the sender reached the daemon, without a slash at its end.

    A trusted proxy may name another scheme or host that it was called by. A host
    that is not valid is replaced by the name that the guides use.
    """
    scheme, host = req.scheme, (hosts_of(req, trusted) or ("",))[-1]
    proxied = told_by_proxy(req, "X-Forwarded-Proto", trusted).lower()
    scheme = proxied if proxied in _SCHEMES else scheme
    known = host if _HOST.fullmatch(host) else f"{_SOMEWHERE}:{req.env['SERVER_PORT']}"
    return f"{scheme}://{known}{req.root_path}"


def hosts_of(req: falcon.Request, trusted: Sequence[Network] = ()) -> tuple[str, ...]:
    """Return the hosts, ports with them, that a request was sent to, the sender's own last.

    That is the daemon's, and the one that a trusted proxy before it was called by. HTTP/1.0 may
    name none.
    """
    own = req.get_header("Host")
    if not trusted:  # as with nearly every request
        return (own,) if own else ()
    proxied = told_by_proxy(req, "X-Forwarded-Host", trusted)
    return tuple(host for host in (own, proxied) if host)


def told_by_proxy(req: falcon.Request, name: str, trusted: Sequence[Network]) -> str:
    """Return what the nearest proxy wrote in a header; empty where it is not trusted."""
    written = req.get_header(name) if trusted else None
    if written is None or not _is_in(_plain(req.remote_addr), trusted):
        return ""
    return written.rpartition(",")[2].strip()


def _is_in(address: str, networks: Sequence[Network]) -> bool:
    read = _read(address)
    return read is not None and any(read in network for network in networks)


def _without_port(text: str) -> str:
    """Return the address of ``[::1]:80``, ``192.0.2.1:80`` or one without a port."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    return str(_read(text) or text)


def _read(text: str) -> _Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
