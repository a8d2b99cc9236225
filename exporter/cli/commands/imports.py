"""The commands that bring a past along from elsewhere."""

import argparse
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from exporter.cli import importing
from exporter.cli.arguments import Commands, Parser, add_asking, add_group

_DUPLISTATUS = """\
FILE is backups.db in the data folder of the web application duplistatus, in
its container /app/data. It is only read, and the application may run
meanwhile. Its runs come in as if Duplicati had posted them here, so what was
posted here too counts once. Aliases, notes, schedules and the tolerance are
set where nothing is set here. It can be run again: what is known stays.

  docker cp duplistatus:/app/data/. old
  duplistatus import duplistatus old/backups.db --dry-run
  duplistatus import duplistatus old/backups.db --timezone Europe/Berlin

Exit codes: 0 all is here; 1 something was left out, and the summary says
what; 2 nothing could be done.

Works while the daemon runs and while it does not: a running one is asked
through its API and knows at once.
"""


def add_to(commands: Commands) -> None:
    """Add the group."""
    actions = add_group(commands, "import", "bring runs of the past along from elsewhere")
    _add_duplistatus(actions)


def _add_duplistatus(actions: Commands) -> None:
    summary = "import the database of the web application duplistatus"
    parser = add_asking(actions, "duplistatus", summary, importing.run)
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


def _add_dry_run(parser: Parser) -> None:
    text = "say what would happen, and record and set nothing"
    parser.add_argument("--dry-run", action="store_true", help=text)


def _teach(parser: Parser, text: str) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = text


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"{text!r} is no time zone: write one as Europe/Berlin"
        raise argparse.ArgumentTypeError(message) from None
