"""What the commands that ask servers of Duplicati share: which ones, their secrets, a client."""

import argparse
import contextlib
import getpass
import sys
from collections.abc import Sequence
from pathlib import Path

from exporter.cli.api_client import ClientError
from exporter.cli.arguments import Parser
from exporter.config import Config
from exporter.config.pull_targets import PullTarget, make_target
from exporter.logs import printable
from exporter.proxies import system_proxy
from exporter.pull.client.errors import AccessError
from exporter.pull.client.opening import first_line, open_server, read_password, read_token
from exporter.pull.client.server import DuplicatiServer
from exporter.pull.client.transport import ConnectionOptions, Pause, sleep

_STDIN = "-"
_ABOUT_AN_ADDRESS = ("name", "password_file", "token_file", "fingerprint", "ca_file", "insecure")


def add_access(parser: Parser) -> None:
    """Add the secret, the certificate and the name of a server."""
    secret = parser.add_mutually_exclusive_group()
    secret.add_argument(
        "--password-file",
        metavar="FILE",
        help="file whose first line is the password, - for the standard input; without it a prompt",
    )
    secret.add_argument(
        "--token-file",
        metavar="FILE",
        help="file whose first line is a long-lived token of Duplicati, instead of the password",
    )
    parser.add_argument(
        "--fingerprint", metavar="SHA256", help="pin the certificate by its SHA-256 fingerprint"
    )
    parser.add_argument(
        "--ca-file", metavar="FILE", help="trust the CA certificates in this file, in PEM"
    )
    parser.add_argument(
        "--insecure", action="store_true", help="do not verify the certificate (insecure)"
    )
    parser.add_argument("--name", metavar="NAME", help="name of the server in messages")


def chosen_targets(chosen: argparse.Namespace, settings: Config) -> Sequence[PullTarget]:
    """Return the server that a command names, else those of the configuration.

    Raises:
        ClientError: there is none, or what is said of it is wrong.
    """
    return [_of_arguments(chosen)] if chosen.url else _of_configuration(settings, chosen)


def _of_arguments(chosen: argparse.Namespace) -> PullTarget:
    try:
        target = make_target(
            chosen.url,
            name=chosen.name or "",
            token_file=chosen.token_file or "",
            fingerprint=chosen.fingerprint or "",
            ca_file=chosen.ca_file or "",
            insecure=chosen.insecure,
        )
    except ValueError as error:
        raise ClientError(str(error)) from None
    if target.insecure:
        warn(f"the certificate of {target.name} is not verified: the password may go to anybody")
    return target


def _of_configuration(settings: Config, chosen: argparse.Namespace) -> tuple[PullTarget, ...]:
    flags = ["--" + name.replace("_", "-") for name in _ABOUT_AN_ADDRESS if getattr(chosen, name)]
    if flags:
        message = f"{', '.join(flags)}: give the address too, for example https://nas:8200"
        raise ClientError(message)
    if not settings.pull_targets:
        message = "there is no server to pull from: give an address, for example https://nas:8200"
        raise ClientError(f"{message}, or [[pull]] tables in the configuration")
    return settings.pull_targets


def chosen_password(chosen: argparse.Namespace) -> str:
    """Return the password of a named server: from a file, the standard input, or a prompt.

    Empty where none is needed: there is a token, or the configuration has the secrets.

    Raises:
        ClientError: it is missing, or cannot be read.
    """
    if not chosen.url or chosen.token_file:
        return ""
    if chosen.password_file:
        return _from_file(chosen.password_file)
    if sys.stdin.isatty():
        with contextlib.suppress(EOFError):
            return getpass.getpass(f"Password of {chosen.url}: ")
    message = "the password is missing: put it into a file and give --password-file FILE"
    raise ClientError(f"{message}, or - for the standard input")


def _from_file(path: str) -> str:
    try:
        if path == _STDIN:
            return first_line(sys.stdin, "the standard input")
        return read_password(Path(path))
    except AccessError as error:
        raise ClientError(str(error)) from error


def open_source(target: PullTarget, pause: Pause = sleep, password: str = "") -> DuplicatiServer:
    """Return a client of a server, with the secret of its file if no password is given.

    Raises:
        ServerError: its secret or its certificates cannot be read.
    """
    options = ConnectionOptions(system_proxy(target.url), pause)
    if not password and target.token_file is not None:
        return open_server(target, "", options, read_token(target.token_file))
    if not password and target.password_file is not None:
        password = read_password(target.password_file)
    return open_server(target, password, options)


def warn(message: str) -> None:
    """Print a line to stderr; what comes from a server is made printable."""
    sys.stderr.write(f"duplistatus: {printable(message)}\n")
