"""Who sent a request."""

import ipaddress

import falcon


def address_of(req: falcon.Request) -> str:
    """Return the sender's address; an IPv4 one in IPv6 form is written as IPv4."""
    text: str = req.remote_addr
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
