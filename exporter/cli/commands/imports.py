"""The commands that bring a past along from elsewhere."""

import argparse
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from exporter.cli.arguments import Commands, Parser, add_asking, add_group
from exporter.cli.commands import import_duplistatus, import_reports

_DUPLISTATUS = """\
FILE is backups.db in the data folder of the web application duplistatus, in
its container /app/data. Stop it before you copy that folder; where FILE is read
in its own place it may run. FILE stays as it is. Its runs come in as if
Duplicati had posted them here, so what was posted here too counts once.
Aliases, notes, schedules and the tolerance are set where nothing is set here.
It can be run again: what is known stays.

  docker stop duplistatus
  docker cp duplistatus:/app/data/. old
  duplistatus import duplistatus old/backups.db --dry-run
  duplistatus import duplistatus old/backups.db --timezone Europe/Berlin

"""
_REPORTS = """\
Each file holds one report as Duplicati sent it, JSON, text or form, or one
JSON report in each line, as logs and exports do; names that end in .gz are
unpacked. In folders all files are taken but hidden ones. A report that tells
no time counts from when its file was last changed. It can be run again: what
is known stays.

  duplistatus import reports saved/ --dry-run
  duplistatus import reports saved/ more.json --server nas
  zcat reports-*.jsonl.gz | duplistatus import reports -

"""
_ENDING = """\
Exit codes: 0 all is here; 1 something was left out, and the summary says
what; 2 nothing could be done.

Works while the daemon runs and while it does not: a running one is asked
through its API and knows at once.
"""


def add_to(commands: Commands) -> None:
    """Add the group."""
    actions = add_group(commands, "import", "bring runs of the past along from elsewhere")
    _add_duplistatus(actions)
    _add_reports(actions)


def _add_duplistatus(actions: Commands) -> None:
    summary = "import the database of the web application duplistatus"
    parser = add_asking(actions, "duplistatus", summary, import_duplistatus.run)
    _teach(parser, _DUPLISTATUS)
    parser.add_argument("file", metavar="FILE", type=Path, help="its backups.db")
    parser.add_argument(
        "--timezone",
        metavar="ZONE",
        type=_zone,
        help="where the clocks of its servers hang, as Europe/Berlin: a daily backup on certain"
        " days of the week gets a schedule by the calendar",
    )
    _add_dry_run(parser)


def _add_reports(actions: Commands) -> None:
    summary = "import reports that were saved in files"
    parser = add_asking(actions, "reports", summary, import_reports.run)
    _teach(parser, _REPORTS)
    text = "files, folders, or - for the standard input"
    parser.add_argument("paths", metavar="PATH", nargs="+", help=text)
    text = "the server's name, for reports that tell none; as ?server= of an upload"
    parser.add_argument("--server", metavar="NAME", type=_name, help=text)
    text = "the backup's name, for reports that tell none; as ?backup= of an upload"
    parser.add_argument("--backup", metavar="NAME", type=_name, help=text)
    _add_dry_run(parser)


def _add_dry_run(parser: Parser) -> None:
    text = "say what would happen, and record and set nothing"
    parser.add_argument("--dry-run", action="store_true", help=text)


def _teach(parser: Parser, text: str) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = text + _ENDING


def _name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("a name must not be empty")
    return text


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"{text!r} is no time zone: write one as Europe/Berlin"
        raise argparse.ArgumentTypeError(message) from None
