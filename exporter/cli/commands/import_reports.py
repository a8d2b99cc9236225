"""duplistatus import reports: reports that were saved in files."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from exporter.cli.arguments import Commands, add_client_command, add_dry_run, configuration, teach
from exporter.cli.connection import connected
from exporter.cli.import_client import ImportClient, import_in_batches
from exporter.cli.import_summary import Outcomes, counted
from exporter.cli.progress import progress
from exporter.ingest.report_files import Found, ReportFiles, Saved, SkippedFile

_STANDARD_INPUT = "-"


_EXPLAINED = """\
Each file holds one report as Duplicati sent it, JSON, text or form, or one
JSON report in each line, as logs and exports do; names that end in .gz are
unpacked. In folders all files are read but hidden ones. A report without a
time counts from when its file was last changed. The import can be repeated:
runs that are recorded already are not changed.

  duplistatus import reports saved/ --dry-run
  duplistatus import reports saved/ more.json --server nas
  zcat reports-*.jsonl.gz | duplistatus import reports -

"""


def add_to(actions: Commands) -> None:
    """Add the command to those that import."""
    summary = "import reports that were saved in files"
    parser = add_client_command(actions, "reports", summary, run)
    teach(parser, _EXPLAINED)
    text = "files, folders, or - for the standard input"
    parser.add_argument("paths", metavar="PATH", nargs="+", help=text)
    text = "the server's name, for reports without one; as ?server= of an upload"
    parser.add_argument("--server", metavar="NAME", type=_name, help=text)
    text = "the backup's name, for reports without one; as ?backup= of an upload"
    parser.add_argument("--backup", metavar="NAME", type=_name, help=text)
    add_dry_run(parser)


def _name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("a name must not be empty")
    return text


def run(chosen: argparse.Namespace) -> int:
    """Import the reports; return 1 if something was skipped."""
    settings = configuration(chosen)
    found = _find(ReportFiles(chosen.server, chosen.backup), chosen.paths)
    outcomes = Outcomes()
    with connected(settings) as client, progress() as show:
        importer = ImportClient(client, dry_run=chosen.dry_run)
        for saved, result in import_in_batches(importer, _readable(found, outcomes)):
            outcomes.add(saved.source, result)
            show(counted(outcomes.total, "report"))
    for line in outcomes.lines(dry_run=chosen.dry_run):
        sys.stdout.write(f"{line}\n")
    return int(outcomes.left_out > 0)


def _find(saved: ReportFiles, paths: Iterable[str]) -> Iterator[Found]:
    for path in paths:
        if path == _STANDARD_INPUT:
            yield from saved.read("standard input", sys.stdin.buffer, None)
        else:
            yield from saved.find([Path(path)])


def _readable(found: Iterable[Found], outcomes: Outcomes) -> Iterator[Saved]:
    for each in found:
        if isinstance(each, SkippedFile):
            outcomes.leave_out(each.source, each.reason)
        else:
            yield each
