"""duplistatus pull."""

import argparse
import contextlib
import sys

from exporter import logs
from exporter.cli.arguments import (
    Commands,
    add_client_command,
    configuration,
    exit_with,
)
from exporter.cli.connection import connected
from exporter.cli.duplicati import (
    add_access,
    chosen_password,
    chosen_targets,
    open_source,
    warn,
)
from exporter.cli.import_client import ImportClient
from exporter.cli.import_summary import counted
from exporter.cli.progress import bar, progress
from exporter.config.pull_targets import PullTarget
from exporter.ingest.importer import ImportOutcome, ReportImporter
from exporter.logs import printable
from exporter.model import Status
from exporter.pull.bookmarks import Bookmarks
from exporter.pull.client.errors import ServerError
from exporter.pull.noting import note_pull
from exporter.pull.pull_server import PullProgress, pull_server
from exporter.pull.summary import Summary

INCOMPLETE = 1
"""The exit code where something could not be pulled."""

_EXPLAINED = """\
Reads the runs that a server of Duplicati (2.1 or later) remembers, and when it plans the next
ones, through the API of its user interface. A run counts once, whether it was posted or pulled,
and however often: the pull can be repeated.

  duplistatus pull https://nas:8200                  asks for the password
  duplistatus pull https://nas:8200 --dry-run        prints what would be recorded
  duplistatus pull                                   from the [[pull]] tables of the file

Duplicati creates its own certificate unless it is given one. The first try then shows its SHA-256
fingerprint; compare it with the server's, and give it with --fingerprint.

Duplicati removes runs after 30 days unless its option log-retention says otherwise.

Works whether the daemon runs or not: a running daemon is called through its API
and applies the change at once."""

_EXIT_CODES = {
    0: "everything was pulled",
    INCOMPLETE: "something could not be pulled, the rest is recorded",
}


def add_to(commands: Commands) -> None:
    """Add the command."""
    summary = "pull run histories from Duplicati servers"
    parser = add_client_command(commands, "pull", summary, run)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EXPLAINED
    exit_with(parser, _EXIT_CODES)
    parser.add_argument(
        "url",
        nargs="?",
        metavar="URL",
        help="address of a server, such as https://nas:8200; without it those of the configuration",
    )
    add_access(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="print what would be recorded, without recording it"
    )


def run(chosen: argparse.Namespace) -> int:
    """Pull from one server, or from those of the configuration."""
    settings = configuration(chosen)
    logs.set_up(settings.log_format, "error")
    targets = chosen_targets(chosen, settings)
    password = chosen_password(chosen)
    with connected(settings) as client:
        importer = ImportClient(client, dry_run=chosen.dry_run)
        codes = [_pull(target, password, importer, dry=chosen.dry_run) for target in targets]
    return max(codes)


def _pull(target: PullTarget, password: str, importer: ReportImporter, *, dry: bool) -> int:
    """Pull from a server and print the summary; return the exit code."""
    try:
        summary = _summary(target, password, importer)
    except ServerError as error:
        warn(str(error))
        return INCOMPLETE
    sys.stdout.write(f"{target.name}: {_in_words(summary, dry=dry)}\n")
    for reason in [*summary.reasons, *summary.notes, *summary.unwatched]:
        sys.stdout.write(f"  {printable(reason)}\n")
    for failure in summary.failures:
        warn(failure)
    return 0 if summary.complete else INCOMPLETE


def _summary(target: PullTarget, password: str, importer: ReportImporter) -> Summary:
    with (
        progress() as show,
        contextlib.closing(open_source(target, password=password)) as server,
    ):
        summary = pull_server(server, importer, Bookmarks(), lambda place: show(_shown(place)))
    note_pull(importer, summary)
    return summary


def _shown(place: PullProgress) -> str:
    drawn = bar(place.number - 1, place.backups)
    where = f"{place.server}: backup {place.number} of {place.backups}, {place.backup}"
    return printable(f"{drawn} {where}, {counted(place.runs, 'run')} so far")


def _in_words(summary: Summary, *, dry: bool) -> str:
    verb = "would be recorded" if dry else "recorded"
    parts = [
        counted(summary.backups, "backup"),
        f"{counted(summary.count(ImportOutcome.RECORDED), 'run')} {verb}",
        f"{summary.count(ImportOutcome.KNOWN)} duplicate",
        f"{counted(summary.other_operations, 'other operation')} {verb}",
        f"{summary.count(ImportOutcome.NOT_UNDERSTOOD)} invalid",
    ]
    rare = [
        (summary.found[Status.FATAL], "died before the start"),
        (summary.found[Status.INTERRUPTED], "skipped by a script"),
        (summary.count(ImportOutcome.TOO_OLD), "beyond retention"),
        (summary.count(ImportOutcome.REFUSED), "refused"),
    ]
    return ", ".join([*parts, *(f"{count} {what}" for count, what in rare if count)])
