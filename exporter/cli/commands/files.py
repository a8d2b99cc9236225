"""duplistatus files: writes what is shipped for other programs."""

import argparse
import shlex
import shutil
import sys
import sysconfig
from functools import partial
from pathlib import Path

from exporter.cli.arguments import Commands, Parser
from exporter.cli.daemon import version
from exporter.logs import printable
from exporter.shipped import KINDS, Kind, Place, replace, write

_SUMMARY = "write the files for Grafana, Prometheus, systemd, Compose and others"
_EXPLAINED = (
    "Writes nothing where a file is that differs, unless --force is given. The files are those of"
    " this version, so write them again after an upgrade."
)


def add_to(commands: Commands) -> None:
    """Add the command, with an action for each kind of files."""
    description = f"{_SUMMARY[0].upper()}{_SUMMARY[1:]}."
    group = commands.add_parser("files", help=_SUMMARY, description=description)
    group.epilog = "Without KIND it lists the kinds."
    group.set_defaults(run=_list)
    actions = group.add_subparsers(metavar="KIND")
    for kind in KINDS:
        _add_kind(actions, kind)


def _add_kind(actions: Commands, kind: Kind) -> None:
    parser: Parser = actions.add_parser(
        kind.name,
        help=kind.summary,
        description=f"Write {kind.summary}.",
        epilog=_EXPLAINED,
        allow_abbrev=False,
    )
    text = "where to write them; created where it is missing"
    parser.add_argument("folder", metavar="DIR", type=Path, help=text)
    parser.add_argument("--force", action="store_true", help="replace files that differ")
    parser.set_defaults(run=partial(_write, kind))


def _list(_: argparse.Namespace) -> int:
    """Print the kinds."""
    width = max(len(kind.name) for kind in KINDS)
    sys.stdout.writelines(f"{kind.name:{width}}  {kind.summary}\n" for kind in KINDS)
    sys.stdout.write("duplistatus files KIND DIR writes them.\n")
    return 0


def _write(kind: Kind, chosen: argparse.Namespace) -> int:
    """Write the files of a kind; print what became of each, and what to do next."""
    write_all = replace if chosen.force else write
    for path, present in write_all(kind, chosen.folder, place()).items():
        sys.stdout.write(f"{printable(str(path))} {present.value}\n")
    folder = shlex.quote(printable(str(chosen.folder)))
    sys.stdout.write(kind.then.format(folder=folder))
    return 0


def place() -> Place:
    """Return where this program is."""
    beside = Path(sysconfig.get_path("scripts"), "duplistatus")
    named = shutil.which(sys.argv[0]) or sys.argv[0]
    program = beside if beside.exists() else Path(named).absolute()
    return Place(program, Path(sys.executable), version())
