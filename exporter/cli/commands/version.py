"""duplistatus version."""

import argparse
import platform
from collections.abc import Mapping
from importlib import metadata

from exporter.cli.arguments import Commands, add_json
from exporter.cli.daemon import version
from exporter.cli.display import show
from exporter.store.sqlite import sqlite_version

EXTRAS = {
    "mqtt": ("paho-mqtt",),
    "notify": ("apprise",),
    "postgresql": ("psycopg", "psycopg-pool"),
    "web": ("bcrypt", "pyyaml"),
}
"""Of each extra of pyproject.toml the packages without which it does not work."""

_NOT_INSTALLED = "not installed"


def add_to(commands: Commands) -> None:
    """Add the command."""
    summary = "print the versions that a bug report needs"
    description = f"{summary[0].upper()}{summary[1:]}."
    parser = commands.add_parser(
        "version", help=summary, description=description, allow_abbrev=False
    )
    parser.set_defaults(run=run)
    add_json(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the versions, a line each."""
    extras = {name: _installed(packages) for name, packages in EXTRAS.items()}
    told = {
        "version": version(),
        "python": platform.python_version(),
        "sqlite": sqlite_version(),
        "extras": extras,
    }
    lines = [
        f"duplistatus {version()}",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite_version()}",
        *(f"{name}: {_told(found)}" for name, found in extras.items()),
    ]
    show(chosen, told, "\n".join(lines))
    return 0


def _installed(packages: tuple[str, ...]) -> dict[str, str] | None:
    """Return the versions of packages, None where one of them is missing."""
    try:
        return {package: metadata.version(package) for package in packages}
    except metadata.PackageNotFoundError:
        return None


def _told(found: Mapping[str, str] | None) -> str:
    if found is None:
        return _NOT_INSTALLED
    return ", ".join(f"{package} {number}" for package, number in found.items())
