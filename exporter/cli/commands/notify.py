"""duplistatus notify."""

import argparse
import socket
import sys
from collections.abc import Callable
from typing import TypeAlias

from exporter import times
from exporter.cli.api_client import ClientError
from exporter.cli.arguments import Commands, add, configuration, exit_with
from exporter.config.notifications import Channel, Digest, Notifications, SecretUrl
from exporter.logs import printable
from exporter.model.notifications import Message, MessageKind
from exporter.notifications.attempts import Sender

NOT_SENT = 1
"""The exit code where a channel did not accept its message."""

Send: TypeAlias = Callable[[SecretUrl, Message], str | None]

_EXPLAINED = "Sends directly, whether the daemon runs or not, and prints what came back."


def add_test_to(commands: Commands) -> None:
    """Add the command that sends a test message."""
    parser = add(commands, "test", "send a test message through each channel and digest", test)
    parser.epilog = _EXPLAINED
    exit_with(parser, {0: "each message was accepted", NOT_SENT: "one was not"})
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="only through the channel or digest of this name"
    )


def test(chosen: argparse.Namespace) -> int:
    """Send a test message, and print what came back."""
    return send_tests(configuration(chosen).notifications, chosen.name, Sender())


def send_tests(notifications: Notifications, name: str | None, send: Send) -> int:
    """Send a test message through each channel and digest, or those of a name.

    Print a line for each, and return the exit code.

    Raises:
        ClientError: there is none, or none of this name.
    """
    failed = False
    for each in _chosen(notifications, name):
        error = send(each.url, _message(each.name))
        failed = failed or error is not None
        told = "sent" if error is None else f"failed: {error}"
        sys.stdout.write(f"{printable(f'{each.name}: {told}')}\n")
        sys.stdout.flush()  # the next one may take ten seconds
    return NOT_SENT if failed else 0


def _chosen(notifications: Notifications, name: str | None) -> list[Channel | Digest]:
    known: list[Channel | Digest] = [*notifications.channels, *notifications.digests]
    if not known:
        message = "there is no channel: add a [[notify]] or [[digest]] table to the configuration"
        raise ClientError(message)
    chosen = [each for each in known if name in (None, each.name)]
    if not chosen:
        names = ", ".join(dict.fromkeys(each.name for each in known))
        message = f"there is no channel or digest {name}: name one of {names}"
        raise ClientError(message)
    return chosen


def _message(name: str) -> Message:
    now = times.now()
    text = (
        f"This is a test of the channel {name}, sent from {socket.gethostname()} at"
        f" {times.format_timestamp(now)}. What happens to backups will be told here."
    )
    return Message(name, MessageKind.ALERT, now, "Test message from duplistatus", text)
