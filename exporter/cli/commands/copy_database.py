"""duplistatus copy-database."""

import argparse
import contextlib
import sys

from msgspec.structs import replace

from exporter.cli.arguments import Commands, Parser, add, configuration, exit_with
from exporter.cli.daemon import version
from exporter.cli.progress import bar, progress
from exporter.cli.stores import is_missing, open_source, open_store, open_target
from exporter.config.database import DatabaseAddress, parse_database
from exporter.store import StoreError
from exporter.store.copying import Added, add_runs, copy, missing_runs

_EXPLAINED = """\
FROM and TO are each a file of SQLite or postgresql://USER@HOST/DATABASE. FROM may be in use; the
copy is one snapshot. TO must be missing or empty, and no daemon may use it. It is filled in one
transaction and compared with FROM before that ends: if the copy is interrupted, TO stays empty,
and the same command starts again from the beginning.

To move without losing a report:

  1. duplistatus copy-database FROM TO, while the old daemon runs
  2. start the new daemon, with --database TO
  3. send Duplicati's reports to the new daemon, then stop the old one
  4. duplistatus copy-database --add-missing FROM TO

The last step records the runs that came to the old daemon after the copy, as if they came again.
It may be repeated. It needs a PostgreSQL as TO, or a file whose daemon is stopped meanwhile. What
people set, merged or deleted after the copy is not carried over.

A password belongs in PGPASSWORD or the file that PGPASSFILE names: other users of the machine
can read a command line."""

_SHOWN = ("servers", "jobs", "runs")


def add_to(commands: Commands) -> None:
    """Add the command."""
    parser = add(commands, "copy-database", "copy a database to SQLite or PostgreSQL", run)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EXPLAINED
    exit_with(parser, {0: "all is copied", 1: "--add-missing had to refuse runs"})
    _add_databases(parser)
    text = "add the runs of FROM that TO does not know; TO may be in use"
    parser.add_argument("--add-missing", action="store_true", help=text)


def _add_databases(parser: Parser) -> None:
    parser.add_argument("source", metavar="FROM", type=parse_database, help="database to copy")
    parser.add_argument("target", metavar="TO", type=parse_database, help="database to fill")


def run(chosen: argparse.Namespace) -> int:
    """Copy a database, or add the runs that came to it since."""
    if is_missing(chosen.source):
        raise StoreError(f"there is no database {chosen.source}: nothing can be copied")
    if chosen.add_missing:
        return _add(chosen)
    rows = copy_to(chosen.source, chosen.target)
    sys.stdout.write(f"{rows} copied from {chosen.source} to {chosen.target}, and compared\n")
    return 0


def copy_to(source: DatabaseAddress, target: DatabaseAddress) -> str:
    """Copy a database and return how much was copied.

    Raises:
        StoreError: the target is not empty, or one of them cannot be used.
    """
    opened = open_source(source)
    with progress() as show, contextlib.closing(open_target(target)) as filled:
        copied = copy(opened, filled, lambda *place: show(_shown(*place))).rows
    total = sum(copied.values())
    return ", ".join([*(f"{copied[name]} {name}" for name in _SHOWN), f"{total} rows in all"])


def _add(chosen: argparse.Namespace) -> int:
    if is_missing(chosen.target):
        raise StoreError(f"there is no database {chosen.target}: copy without --add-missing first")
    settings = replace(configuration(chosen), database=chosen.target)
    source = open_source(chosen.source)
    ids = missing_runs(source, open_source(chosen.target))
    with contextlib.closing(open_store(settings, version())) as store, progress() as show:
        added = add_runs(source, ids, store, lambda *place: show(_shown(*place)))
    sys.stdout.write(f"{_in_words(added)}\n")
    return 1 if added.refused else 0


def _in_words(added: Added) -> str:
    text = f"{added.recorded} runs added, {added.known} known already"
    if not added.refused:
        return text
    return f"{text}, {added.refused} refused: see the limits max_servers and max_jobs"


def _shown(done: int, total: int, what: str) -> str:
    return f"{bar(done, total)} {what}: {done} of {total} rows"
