"""HTTP through the system's proxy: ``http_proxy``, ``https_proxy`` and ``no_proxy`` name it."""

import urllib.request
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.util import make_headers


def system_proxy(url: str) -> str | None:
    """Return the proxy that the system has for an address; None where it is reached directly."""
    address = urlsplit(url)
    if urllib.request.proxy_bypass(address.netloc.rpartition("@")[2]):
        return None
    return urllib.request.getproxies().get(address.scheme)


def pool_manager(proxy: str | None, **settings: Any) -> urllib3.PoolManager:  # noqa: ANN401 - the client's
    """Return an HTTP client that uses a proxy, with the password in its address if there is one.

    Raises:
        urllib3.exceptions.ProxySchemeUnknown: the proxy's address is not one of HTTP.
    """
    if proxy is None:
        return urllib3.PoolManager(**settings)
    user = urlsplit(proxy).netloc.rpartition("@")[0]
    headers = make_headers(proxy_basic_auth=user) if user else None
    return urllib3.ProxyManager(proxy, proxy_headers=headers, **settings)
