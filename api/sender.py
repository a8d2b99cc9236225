"""Who sent a request."""

import ipaddress
from functools import lru_cache

import falcon


def address_of(req: falcon.Request) -> str:
    """Return the sender's address; an IPv4 one in IPv6 form is written as IPv4."""
    return _plain(req.remote_addr)


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
