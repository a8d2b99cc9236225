"""duplistatus check-config."""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence

from exporter import config
from exporter.cli.arguments import Commands, add_configured
from exporter.cli.notifications import described, require_faultless
from exporter.cli.publishing import described_broker, require_publishable
from exporter.cli.stores import is_missing, list_jobs
from exporter.config.database import DatabaseAddress
from exporter.config.option import Option
from exporter.config.options import OPTIONS
from exporter.config.pull_targets import PullTarget
from exporter.logs import printable
from exporter.model import Server
from exporter.schedule.policy import ExpectedBackup, Override

_OPTIONS = {option.name: option for option in OPTIONS}


def add_to(commands: Commands) -> None:
    """Add the command."""
    summary = "check the configuration and show it, with the jobs that each override matches"
    add_configured(commands, "check-config", summary, run)


def run(chosen: argparse.Namespace) -> int:
    """Print the effective configuration, and which jobs each override matches."""
    flags = vars(chosen)
    settings = config.load(flags, os.environ)
    require_faultless(settings.notifications)
    require_publishable(settings.broker)
    for name, (value, source) in config.gather(flags, os.environ).settings.items():
        sys.stdout.write(f"{name} = {_shown(_OPTIONS[name], value)}  ({source})\n")
    _write_sources(settings.pull_targets)
    sys.stdout.writelines(f"{printable(line)}\n" for line in described(settings.notifications))
    sys.stdout.writelines(f"{printable(line)}\n" for line in described_broker(settings.broker))
    _write_expected(settings.expected)
    _write_matches(settings.policy.overrides, _jobs(settings.database))
    return 0


def _shown(option: Option, value: str) -> str:
    """Return a value without what is secret; as text a parsed URL has no password."""
    if option.secret and value:
        return "(hidden)"
    return str(option.parse(value)) if option.may_hold_secret else value


def _write_sources(targets: Sequence[PullTarget]) -> None:
    for number, target in enumerate(targets, 1):
        sys.stdout.write(f"pull {number}: {target.name} at {target.url}, {target.trust}")
        kind = "password" if target.token_file is None else "token"
        sys.stdout.write(f", {kind} in {target.password_file or target.token_file}\n")


def _write_expected(expected: Sequence[ExpectedBackup]) -> None:
    for number, each in enumerate(expected, 1):
        told = f"expect {number}: {each.backup} of {each.server}"
        plan = "" if each.plan is None else f", {each.plan}"
        sys.stdout.write(f"{printable(told + plan)}\n")


def _jobs(database: DatabaseAddress) -> list[tuple[Server, str]]:
    return [] if is_missing(database) else list_jobs(database)


def _write_matches(overrides: Sequence[Override], jobs: Iterable[tuple[Server, str]]) -> None:
    known = list(jobs)
    for number, override in enumerate(overrides, 1):
        sys.stdout.write(f'override {number}: server "{override.server}"')
        sys.stdout.write(f' backup "{override.backup}" matches:\n')
        matching = [(server, name) for server, name in known if override.matches(server, name)]
        for server, name in matching:
            sys.stdout.write(f"  {name} of {server.shown_name}\n")
        if not matching:
            sys.stdout.write("  no job of the database\n")
