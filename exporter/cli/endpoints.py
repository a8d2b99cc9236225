"""The addresses of this daemon as a server of Duplicati is to know them."""

import ipaddress
import re
import socket
from urllib.parse import urlencode, urlsplit

from exporter.auth import sendable_token
from exporter.cli.api_client import ClientError
from exporter.config import Config
from exporter.config.addresses import parse_public_url
from exporter.config.pull_targets import PullTarget
from exporter.connect.changes import Endpoints

_ANY = (None, "0.0.0.0", "::")  # noqa: S104 - compared, not listened on
_SEPARATORS = (";", ",")
_SENT_TOKEN = re.compile(r"(?<=[?&])token=[^&#;,\s]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class NoEndpointError(ClientError):
    """There is no address or no token for one server; others may have one."""


def endpoints(settings: Config, target: PullTarget, address: str, machine: str) -> Endpoints:
    """Return the addresses for a server, with the upload token where one is needed.

    Args:
        settings: the daemon's configuration.
        target: the server of Duplicati.
        address: how Duplicati reaches the daemon; empty for `public_url`, or else the address of
            this machine towards the server.
        machine: the name of the server's machine, which may have a token of its own.

    Raises:
        NoEndpointError: no address or no token is known.
        ClientError: the given address is none.
    """
    places = places_of(settings, target, address)
    token = _token(settings, machine)
    query = f"?{urlencode({'token': token})}" if token else ""
    return Endpoints(f"{places.upload}{query}", f"{places.activity}{query}")


def places_of(settings: Config, target: PullTarget, address: str) -> Endpoints:
    """Return the addresses without a token: enough to find ours at a server, whatever its token.

    Raises:
        NoEndpointError: no address is known.
        ClientError: the given address is none.
    """
    base = _given(address) or settings.notifications.public_url or _own(settings, target)
    return Endpoints(f"{base}/api/upload", f"{base}/api/activity")


def hidden(text: str) -> str:
    """Return a text without the tokens of its addresses, also those that are stored as SHA-256."""
    return _SENT_TOKEN.sub("token=(token)", text)


def _given(address: str) -> str:
    try:
        return parse_public_url(address) if address else ""
    except ValueError as error:
        message = f"--address: {error}"
        raise ClientError(message) from None


def _token(settings: Config, machine: str) -> str:
    if not settings.upload_tokens:
        return ""
    token = sendable_token(settings.upload_tokens, machine)
    if token is None:
        message = f"no upload token for {machine} can be sent: upload_tokens has them for other"
        raise NoEndpointError(f"{message} servers, or as SHA-256 only. Add one for {machine}")
    if any(each in token for each in _SEPARATORS):
        message = f"the upload token for {machine} has a ; or a comma, at which Duplicati cuts an"
        raise NoEndpointError(f"{message} address: make another one, openssl rand -hex 32")
    return token


def _own(settings: Config, target: PullTarget) -> str:
    """Return the address of this machine from which the server is reached: it leads back."""
    source, listen = _source(target), settings.listen
    if listen.host not in _ANY:
        if _is_loopback(listen.host) and not _is_loopback(source):
            message = f"the daemon listens on {listen.host} only, which {target.name} cannot reach"
            raise NoEndpointError(f"{message}: give --address, or let it listen on more")
        source = listen.host
    host = f"[{source}]" if ":" in source else source
    return f"http://{host}:{listen.port}{settings.route_prefix}"


def _source(target: PullTarget) -> str:
    """Return which of our addresses would be used; a datagram's socket sends nothing for that."""
    url = urlsplit(target.url)
    port = url.port or _DEFAULT_PORTS[url.scheme]
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            url.hostname, port, type=socket.SOCK_DGRAM
        )[0]
        with socket.socket(family, kind) as found:
            found.connect(address)
            source: str = found.getsockname()[0]
    except OSError as error:
        message = f"how {target.name} reaches this machine is unknown ({error.strerror})"
        raise NoEndpointError(f"{message}: give --address") from error
    return source


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
