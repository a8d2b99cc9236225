"""The commands that put a server right."""

from exporter.cli import display
from exporter.cli.arguments import (
    Commands,
    add_asking,
    add_confirmed,
    add_group,
    add_json,
    add_subject,
)


def add_to(commands: Commands) -> None:
    """Add the group."""
    actions = add_group(commands, "server", "name, merge or delete a server")
    parser = add_asking(actions, "set", "name a server or note something", display.set_server)
    add_subject(parser, "server", "id or name of the server")
    parser.add_argument("--alias", metavar="TEXT", help='a name for people; "" clears it')
    parser.add_argument("--note", metavar="TEXT", help='anything; "" clears it')
    text = "it is not the machine that it looks like"
    parser.add_argument("--not-a-duplicate", action="store_true", help=text)
    add_json(parser)
    parser = add_asking(actions, "merge", "make servers part of another", display.merge_servers)
    add_subject(parser, "server", "id or name of the server that stays")
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="servers that go into it")
    add_confirmed(parser)
    parser = add_asking(actions, "delete", "delete a server with its runs", display.delete_server)
    add_subject(parser, "server", "id or name of the server")
    add_confirmed(parser)
