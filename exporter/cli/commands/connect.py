"""duplistatus connect: has every backup of a server of Duplicati report here."""

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from exporter import logs
from exporter.cli.api_client import ClientError
from exporter.cli.arguments import Commands, Parser, add, configuration, exit_with
from exporter.cli.display import agreed
from exporter.cli.duplicati import (
    add_access,
    chosen_password,
    chosen_targets,
    open_source,
    warn,
)
from exporter.cli.endpoints import NoEndpointError, endpoints, hidden, places_of
from exporter.config import CONFIG_VARIABLE, Config
from exporter.config.pull_file import add_table
from exporter.config.pull_targets import PullTarget
from exporter.connect import changes, overrides
from exporter.connect.changes import Change, Endpoints
from exporter.formatting import exact
from exporter.logs import printable
from exporter.pull.client.errors import GoneError, ServerError
from exporter.pull.client.server import Backup, DuplicatiServer
from exporter.pull.client.states import ServerState
from exporter.pull.finder import state_of
from exporter.times import Millis, now

_FAILED = 1

_EXPLAINED = """\
Sets default options of a server of Duplicati (2.1 or later), through the API of its user
interface: every backup of that machine then reports here, also one that is made later. What will
change is shown and asked for first. Addresses of other programs stay, options that are set stay,
and the options of single backups are never changed: those that override ours are listed.

  duplistatus connect https://nas:8200               asks for the password
  duplistatus connect https://nas:8200 --dry-run     only shows what would change
  duplistatus connect https://nas:8200 --undo        takes our part out again
  duplistatus connect --all                          the [[pull]] tables of the configuration

The daemon's address is public_url of the configuration, or else the address by which this machine
reaches the server; --address gives another one."""

_EXIT_CODES = {
    0: "the server reports here, or with --undo no longer",
    _FAILED: "something was not confirmed, or a server could not be asked: nothing changed there",
}


def add_to(commands: Commands) -> None:
    """Add the command."""
    summary = "have every backup of a Duplicati server report here"
    parser = add(commands, "connect", summary, run)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EXPLAINED
    exit_with(parser, _EXIT_CODES)
    parser.add_argument(
        "url", nargs="?", metavar="URL", help="address of a server, such as https://nas:8200"
    )
    add_access(parser)
    _add_ways(parser)


def _add_ways(parser: Parser) -> None:
    text = "connect the servers of the [[pull]] tables"
    parser.add_argument("--all", action="store_true", help=text)
    text = "how Duplicati reaches this daemon, such as http://monitor:9666"
    parser.add_argument("--address", metavar="URL", default="", help=text)
    way = parser.add_mutually_exclusive_group()
    text = "add a [[pull]] table for the server to the configuration file"
    way.add_argument("--write-pull", action="store_true", help=text)
    way.add_argument("--undo", action="store_true", help="take our options out again")
    parser.add_argument("--yes", action="store_true", help="skip the confirmation")
    parser.add_argument("--dry-run", action="store_true", help="only print what would change")


def run(chosen: argparse.Namespace) -> int:
    """Connect one server, or those of the configuration."""
    settings = configuration(chosen)
    logs.set_up(settings.log_format, "error")
    targets = _targets(chosen, settings)
    file = _pull_file(chosen) if chosen.write_pull else None
    password = chosen_password(chosen)
    connect = _connect_table if chosen.all else _connect
    codes = [connect(target, password, settings, chosen) for target in targets]
    if file is not None and not any(codes) and not chosen.dry_run:
        _write_table(file, targets[0], chosen)
    return max(codes)


def _targets(chosen: argparse.Namespace, settings: Config) -> Sequence[PullTarget]:
    if bool(chosen.url) == chosen.all:
        raise ClientError("give the address of a server, for example https://nas:8200, or --all")
    return chosen_targets(chosen, settings)


def _connect_table(
    target: PullTarget, password: str, settings: Config, chosen: argparse.Namespace
) -> int:
    """Connect one of several servers: what is missing for it does not keep others from it."""
    try:
        return _connect(target, password, settings, chosen)
    except NoEndpointError as error:
        warn(str(error))
        return _FAILED


def _connect(
    target: PullTarget, password: str, settings: Config, chosen: argparse.Namespace
) -> int:
    """Change what is agreed to; return the exit code."""
    try:
        with contextlib.closing(open_source(target, password=password)) as server:
            found = _read(server, target, settings, chosen)
            changed = _change(server, found, chosen)
    except ServerError as error:
        warn(str(error))
        return _FAILED
    if changed and not chosen.undo and not chosen.dry_run:
        _say(f"connected: {_next_report(found)}")
    return 0 if changed else _FAILED


class _Found(NamedTuple):
    """What a server has now, and our addresses for it."""

    settings: dict[str, str]
    backups: list[Backup]
    version: tuple[int, ...]
    ours: Endpoints
    starts: list[tuple[Millis, Backup]]
    """When backups start next."""
    own: dict[str, dict[str, str]]
    """The options that each backup sets itself, by its id."""


def _read(
    server: DuplicatiServer, target: PullTarget, config: Config, chosen: argparse.Namespace
) -> _Found:
    info = server.info()
    if chosen.undo:
        ours = places_of(config, target, chosen.address)
    else:
        ours = endpoints(config, target, chosen.address, info.machine_name)
    version = changes.read_version(info.version)
    shown = ".".join(map(str, version)) or "of an unknown version"
    _say(f"{target.name}: {info.machine_name}, Duplicati {shown}")
    backups = server.backups()
    starts = list(_starts(server, backups))
    own = {} if chosen.undo else {each.id: _own(server, each) for each in backups}
    return _Found(server.settings(), backups, version, ours, starts, own)


def _starts(server: DuplicatiServer, backups: Sequence[Backup]) -> Iterator[tuple[Millis, Backup]]:
    """Yield when each planned backup starts next, by our clock."""
    state = state_of(server) or ServerState()
    for backup in backups:
        if backup.planned is not None:
            start = backup.planned.next_start(backup.id, state, server.now)
            yield start - server.skew, backup


def _change(server: DuplicatiServer, found: _Found, chosen: argparse.Namespace) -> bool:
    """Show what is to change, and change it where that is agreed to."""
    for hint in overrides.of_persons(found.settings, found.ours):
        _say(hidden(f"  {hint}"))
    if chosen.undo:
        wanted = changes.disconnecting(found.settings, found.ours)
    else:
        wanted = changes.connecting(found.settings, found.ours, found.version)
        _show_hints(found)
    for change in wanted:
        _say(hidden(f"  {change.option}: {_shown(change.before)} -> {_shown(change.after)}"))
    if not wanted:
        _say("  nothing has to change")
        return True
    if chosen.dry_run or not _is_agreed(chosen):
        return bool(chosen.dry_run)
    server.change_settings({change.option: change.after for change in wanted})
    return _is_set(server, wanted)


def _is_set(server: DuplicatiServer, wanted: Sequence[Change]) -> bool:
    """Return whether the server has what it was told to set: its answer does not say."""
    now_set = server.settings()
    missing = [each.option for each in wanted if now_set.get(each.option) != each.after]
    if missing:
        warn(f"{server.name} did not keep {', '.join(missing)}: set it in its user interface")
    return not missing


def _shown(value: str | None) -> str:
    return "(not set)" if value is None else value


def _is_agreed(chosen: argparse.Namespace) -> bool:
    if chosen.yes:
        return True
    if not sys.stdin.isatty():
        raise ClientError("this would change the server's default options: give --yes")
    return agreed("Change these default options?")


def _show_hints(found: _Found) -> None:
    """Print what keeps reports from coming although the server is connected."""
    for option, value in changes.beside(found.version).items():
        kept = found.settings.get(option)
        if kept and kept != value:
            _say(f"  {option}={kept} stays; with {value} no report is lost")
    for hint in overrides.of_server(found.settings, found.ours):
        _say(hidden(f"  the server {hint}"))
    for backup in found.backups:
        own = found.own[backup.id]
        for hint in (
            *overrides.of_operation(backup.operation, own, found.settings),
            *overrides.of_backup(own, found.ours, found.version),
        ):
            _say(hidden(f'  "{backup.name}" {hint}'))


def _own(server: DuplicatiServer, backup: Backup) -> dict[str, str]:
    try:
        return server.own_options(backup)
    except GoneError:  # deleted meanwhile
        return {}


def _next_report(found: _Found) -> str:
    planned = [(start, backup) for start, backup in found.starts if start > now()]
    future = [(start, each.name) for start, each in planned if _is_reported(each, found)]
    if not planned:
        return "no backup is planned; run one, and its report comes"
    if not future:
        return "but none of the planned backups reports all its runs here, as told above"
    start, name = min(future)
    return f'the next report comes from "{name}" at {exact(start)}'


def _is_reported(backup: Backup, found: _Found) -> bool:
    own = found.own[backup.id]
    return overrides.is_reported(backup.operation, own, found.settings, found.ours)


def _pull_file(chosen: argparse.Namespace) -> Path:
    """Return the configuration file to write to, before anything is changed."""
    path = chosen.config or os.environ.get(CONFIG_VARIABLE)
    if not path:
        raise ClientError("--write-pull: there is no configuration file; name it with --config")
    if not chosen.url or not (chosen.token_file or chosen.password_file not in (None, "-")):
        raise ClientError("--write-pull: give URL, and --token-file or --password-file FILE")
    return Path(path)


def _write_table(file: Path, target: PullTarget, chosen: argparse.Namespace) -> None:
    if chosen.password_file:
        target = replace(target, password_file=Path(chosen.password_file))
    try:
        added = add_table(file, target)
    except (OSError, ValueError) as error:
        message = f"{file} cannot be changed ({error}): add the [[pull]] table yourself"
        raise ClientError(message) from error
    then = "run duplistatus reload" if added else "it has one for this server already"
    _say(f"[[pull]] in {file}: {then}")


def _say(line: str) -> None:
    sys.stdout.write(f"{printable(line)}\n")
