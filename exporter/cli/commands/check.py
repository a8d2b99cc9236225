"""duplistatus check: a plugin for Nagios, Icinga, Checkmk and whatever else runs their plugins."""

import argparse
import sys
import threading
from concurrent.futures import Future
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import msgspec

from exporter.auth import plain_token
from exporter.cli import plugin
from exporter.cli.api_client import ClientError, RefusedError, RemoteClient
from exporter.cli.arguments import (
    Commands,
    Parser,
    add,
    add_tag_filter,
    configuration,
    exit_with,
)
from exporter.cli.verdict import WORDS, State, Thresholds, Verdict, judged
from exporter.config import ConfigError
from exporter.times import SECOND, parse_duration

_URL = "http://localhost:9666"
_EXPLAINED = (
    "Asks a running daemon, here or elsewhere, and changes nothing. It prints one line with figures"
    " for graphs, then what is wrong, a line each. Without --warning and --critical the state of"
    " GET /api/status counts. Muted and paused backups are left out. Where"
    " reading needs a token, it is that of --token-file, else the first of the read tokens in the"
    " configuration. The conditions are "
)


_EXIT_CODES = {
    0: "the backups are fine",
    1: "a warning",
    2: "critical",
    3: "it is not known how they are: no answer, nothing of that name, or called wrongly",
}


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add(commands, "check", "tell a monitoring system how the backups are", run)
    parser.usage_error = Verdict.UNKNOWN
    exit_with(parser, _EXIT_CODES)
    parser.epilog = f"{_EXPLAINED}{', '.join(WORDS)}."
    text = f"address of the daemon, with its path below a proxy (default {_URL})"
    parser.add_argument("--url", metavar="URL", type=_url, default=_URL, help=text)
    text = "file with a read token of the daemon"
    parser.add_argument("--token-file", metavar="FILE", type=Path, help=text)
    _add_choice(parser)
    text = "for how long to wait for the whole answer (default 10s)"
    parser.add_argument("--timeout", metavar="DURATION", type=_seconds, default=10.0, help=text)
    text = "form of the output: nagios, or checkmk for a local check (default nagios)"
    formats = ("nagios", "checkmk")
    parser.add_argument("--format", metavar="FORMAT", choices=formats, default="nagios", help=text)


def _add_choice(parser: Parser) -> None:
    text = "only backups of this server, by id, name or alias"
    parser.add_argument("--server", metavar="SERVER", help=text)
    parser.add_argument("--backup", metavar="NAME", help="only backups of exactly this name")
    add_tag_filter(parser)
    text = 'conditions that are {}, as overdue,stale; "" for none'
    for name, level in (("--warning", "a warning"), ("--critical", "critical")):
        parser.add_argument(name, metavar="CONDITIONS", type=_words, help=text.format(level))


def run(chosen: argparse.Namespace) -> int:
    """Print the state, and return the exit code that stands for it."""
    verdict, text = _checked(chosen)
    sys.stdout.buffer.write(f"{text}\n".encode(errors="replace"))
    sys.stdout.flush()
    return verdict


def _checked(chosen: argparse.Namespace) -> tuple[Verdict, str]:
    thresholds = Thresholds(chosen.warning, chosen.critical)
    for_checkmk = chosen.format == "checkmk"
    try:
        state = _within(chosen)
        verdict = judged(state, thresholds)
    # Whatever else went wrong, Python would exit with 1, which stands for a warning.
    except Exception as error:  # noqa: BLE001
        unknown = plugin.checkmk_unknown if for_checkmk else plugin.unknown
        return Verdict.UNKNOWN, unknown(_reason(error))
    if for_checkmk:
        return verdict, plugin.checkmk(verdict, state)
    return verdict, plugin.nagios(verdict, state, thresholds)


def _reason(error: Exception) -> str:
    if isinstance(error, ConfigError):
        return "; ".join(error.problems)
    return str(error) or type(error).__name__


def _within(chosen: argparse.Namespace) -> State:
    """Return the daemon's answer, or raise after the time that it may take: also for a lookup."""
    answer: Future[State] = Future()

    def ask() -> None:
        try:
            answer.set_result(_ask(chosen))
        except Exception as error:  # noqa: BLE001 - raised where the answer is awaited
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        return answer.result(chosen.timeout)
    except TimeoutError:
        message = f"{chosen.url} did not answer within {chosen.timeout:g} s"
        raise ClientError(message) from None


def _ask(chosen: argparse.Namespace) -> State:
    asked = {"server": chosen.server, "backup": chosen.backup, "tag": chosen.tag or None}
    query = urlencode({name: each for name, each in asked.items() if each is not None}, doseq=True)
    client = RemoteClient(chosen.url, _token(chosen), chosen.timeout)
    try:
        return msgspec.convert(client.send("GET", f"/api/status?{query}"), State)
    except RefusedError as error:
        message = f"{error}: is there one server called {chosen.server}?"
        raise ClientError(message if chosen.server else str(error)) from None
    except msgspec.ValidationError as error:
        message = f"{chosen.url} answers something else than this program knows: {error}"
        raise ClientError(message) from None


def _token(chosen: argparse.Namespace) -> str | None:
    if chosen.token_file is None:
        return plain_token(configuration(chosen).read_tokens)
    try:
        found: str = chosen.token_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a token"
        message = f"{chosen.token_file} cannot be read: {reason}"
        raise ClientError(message) from None
    return found


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        message = f"{text} is not an address: write http://HOST:PORT or https://HOST"
        raise argparse.ArgumentTypeError(message)
    return text.rstrip("/")


def _words(text: str) -> frozenset[str]:
    words = frozenset(filter(None, map(str.strip, text.split(","))))
    for word in words - WORDS.keys():
        message = f"{word} is no condition: write some of {', '.join(WORDS)}"
        raise argparse.ArgumentTypeError(message)
    return words


def _seconds(text: str) -> float:
    try:
        return parse_duration(f"{text}s" if text.isdecimal() else text) / SECOND
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
