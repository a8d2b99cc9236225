"""The proxies of deploy/proxy in front of something, with ports and a certificate of the test's."""

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

import requests

from tests.deploy.files import read
from tests.support.process.commands import BOUND_SECONDS, needed
from tests.support.process.ports import free_port
from tests.support.process.waiting import eventually

HOST = "127.0.0.1"
CERTIFICATE, KEY = "fullchain.pem", "privkey.pem"
_ATTEMPTS = 3

Process: TypeAlias = "subprocess.Popen[bytes]"

_NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/duplistatus.conf;
}}
"""
"""What Debian's own nginx.conf does around a file of conf.d, in a folder of the test's."""


class Proxy(NamedTuple):
    """A proxy that runs: where it serves, and the certificate to trust."""

    secure: str
    plain: str
    certificate: Path

    def get(self, path: str) -> requests.Response:
        """Get a path through TLS."""
        url, trusted = f"{self.secure}{path}", str(self.certificate)
        return requests.get(url, verify=trusted, timeout=BOUND_SECONDS)

    def upload(self, body: bytes, **headers: str) -> requests.Response:
        """Post a report through TLS."""
        return self.post("/api/upload", body, **headers)

    def post(self, path: str, body: bytes, **headers: str) -> requests.Response:
        """Post to a path through TLS."""
        url, trusted = f"{self.secure}{path}", str(self.certificate)
        return requests.post(url, data=body, headers=headers, verify=trusted, timeout=BOUND_SECONDS)


class Place(NamedTuple):
    """Where a proxy of a test serves, and what is behind it."""

    folder: Path
    secure: int
    plain: int
    upstream: int

    @property
    def proxy(self) -> Proxy:
        """The proxy as its users see it."""
        addresses = (f"https://{HOST}:{self.secure}", f"http://{HOST}:{self.plain}")
        return Proxy(*addresses, self.folder / CERTIFICATE)


def fill(text: str, *pairs: tuple[str, str]) -> str:
    """Return a text with places filled, each of which must be there."""
    for place, content in pairs:
        assert place in text, place
        text = text.replace(place, content)
    return text


def nginx(place: Place, site: str) -> list[str]:
    """Return the command that runs a site's file in nginx."""
    local = fill(
        site,
        ("listen 443 ssl;", f"listen {HOST}:{place.secure} ssl;"),
        ("listen 80;", f"listen {HOST}:{place.plain};"),
        ("    listen [::]:443 ssl;\n", ""),
        ("    listen [::]:80;\n", ""),
        ("/etc/ssl/duplistatus", str(place.folder)),
        ("127.0.0.1:9666", f"{HOST}:{place.upstream}"),
    )
    (place.folder / "duplistatus.conf").write_text(local, encoding="utf-8")
    config = place.folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=place.folder), encoding="utf-8")
    return [needed("nginx"), "-e", "stderr", "-c", str(config)]


def caddy(place: Place, site: str) -> list[str]:
    """Return the command that runs a site's file in Caddy."""
    options = f"admin off\n\thttp_port {place.plain}\n\thttps_port {place.secure}\n\tservers {{"
    local = fill(
        site,
        ("servers {", options),
        (
            "backups.example.org {",
            f"https://{HOST} {{\n\ttls {place.folder}/{CERTIFICATE} {place.folder}/{KEY}\n",
        ),
        ("127.0.0.1:9666", f"{HOST}:{place.upstream}"),
    )
    config = place.folder / "Caddyfile"
    config.write_text(local, encoding="utf-8")
    return [needed("caddy"), "run", "--adapter", "caddyfile", "--config", str(config)]


COMMANDS = {"nginx": (nginx, "proxy/nginx.conf"), "caddy": (caddy, "proxy/Caddyfile")}


@contextlib.contextmanager
def running(program: str, folder: Path, upstream: int, *pairs: tuple[str, str]) -> Iterator[Proxy]:
    """Run a proxy in front of a port, its file changed in places."""
    _, name = COMMANDS[program]
    with serving(program, folder, upstream, fill(read(name), *pairs)) as proxy:
        yield proxy


@contextlib.contextmanager
def serving(program: str, folder: Path, upstream: int, site: str) -> Iterator[Proxy]:
    """Run a proxy of a site in front of a port."""
    make, _ = COMMANDS[program]
    _certify(folder)
    place, process = _start(lambda place: make(place, site), folder, upstream)
    try:
        yield place.proxy
    finally:
        process.terminate()
        process.wait(BOUND_SECONDS)


def _certify(folder: Path) -> None:
    subprocess.run(
        [
            *(needed("openssl"), "req", "-x509", "-days", "2", "-nodes", "-subj", f"/CN={HOST}"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-addext", f"subjectAltName=IP:{HOST}"),
            *("-keyout", folder / KEY, "-out", folder / CERTIFICATE),
        ],
        capture_output=True,
        check=True,
    )


def _start(
    command: Callable[[Place], list[str]], folder: Path, upstream: int
) -> tuple[Place, Process]:
    """Start a proxy; again where another program took one of its ports before it did."""
    homes = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    log = folder / "proxy.log"
    for _ in range(_ATTEMPTS):
        place = Place(folder, free_port(), free_port(), upstream)
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(place), env={**os.environ, **homes}, stdout=output, stderr=output
            )
        if _serves(place.proxy, process):
            return place, process
    raise AssertionError(log.read_text(encoding="utf-8"))


def _serves(proxy: Proxy, process: Process) -> bool:
    """Wait until a proxy answers or ends; tell whether it answers."""
    try:
        eventually(lambda: process.poll() is not None or _answers(proxy), "the proxy answering")
    except AssertionError:
        process.kill()
        raise
    return process.poll() is None


def _answers(proxy: Proxy) -> bool:
    with contextlib.suppress(requests.ConnectionError):
        return proxy.get("/-/healthy").status_code > 0
    return False
