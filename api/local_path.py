"""Addresses of this daemon that a request names, to lead somebody back there."""

import re

import falcon
from falcon import uri

_LOCAL = re.compile(r"/(?:[\w.~%!$&'()*+,;=:@?-][\w.~%!$&'()*+,;=:@?/-]*)?", re.ASCII)
"""A browser takes two slashes, or a slash and what it takes for one, as another machine."""

_UPWARDS = re.compile(r"/(?:\.|%2e){1,2}(?:[/?]|$)", re.ASCII | re.IGNORECASE)
"""A browser leaves the path of the daemon there, for another program behind the same proxy."""

_MAX_LENGTH = 500


def local(address: str) -> str:
    """Return an address if it is a path of this daemon, and else that of the overview.

    It has no route prefix.
    """
    fits = len(address) <= _MAX_LENGTH and _LOCAL.fullmatch(address) is not None
    return address if fits and _UPWARDS.search(address.partition("?")[0]) is None else "/"


def of(req: falcon.Request) -> str:
    """Return where the page is that a request asks for; for what is not a page, the overview."""
    if req.method not in ("GET", "HEAD"):
        return "/"
    query = f"?{req.query_string}" if req.query_string else ""
    return local(f"{uri.encode(req.path)}{query}")
