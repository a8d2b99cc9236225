"""The commands that list."""

from exporter.cli import display
from exporter.cli.arguments import Commands, add_asking, add_json


def add_to(commands: Commands) -> None:
    """Add the group."""
    parser = add_asking(commands, "servers", "list the servers", display.list_servers)
    add_json(parser)
    parser = add_asking(commands, "jobs", "list the backup jobs", display.list_jobs)
    parser.add_argument("--overdue", action="store_true", help="only those that are overdue")
    parser.add_argument("--failing", action="store_true", help="only those whose last run failed")
    text = "only those for which this holds, as overdue, stale, interrupted or second_copy"
    parser.add_argument("--condition", metavar="WORD", help=text)
    parser.add_argument("--server", metavar="SERVER", help="only those of a server, by id or name")
    add_json(parser)
