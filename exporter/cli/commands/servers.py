"""duplistatus servers, and duplistatus server: list them, set, mute, merge or delete one."""

import argparse
from collections.abc import Sequence

from exporter.cli.api_client import Json
from exporter.cli.arguments import (
    Commands,
    add_client_command,
    add_group,
    add_json,
    add_span,
    add_subject,
    add_tags,
    add_yes_flag,
    configuration,
)
from exporter.cli.connection import connected
from exporter.cli.display import confirmed, find_server, show, table

_SERVER_COLUMNS = {
    "ID": "id",
    "NAME": "name",
    "ALIAS": "alias",
    "JOBS": "jobs",
    "LAST REPORT": "lastReport",
    "DUPLICATI": "duplicatiVersion",
    "MUTED UNTIL": "mutedUntil",
    "TAGS": "tags",
    "NOTE": "note",
}


def add_list_to(commands: Commands) -> None:
    """Add the command that lists."""
    parser = add_client_command(commands, "servers", "list the servers", list_servers)
    add_json(parser)


def add_to(commands: Commands) -> None:
    """Add the group."""
    actions = add_group(commands, "server", "set, mute, merge or delete a server")
    parser = add_client_command(
        actions, "set", "set a server's alias, note, tags or address", set_server
    )
    add_subject(parser, "server", "id or name of the server")
    parser.add_argument("--alias", metavar="TEXT", help='name to display; "" clears it')
    parser.add_argument("--note", metavar="TEXT", help='free text; "" clears it')
    text = 'address of its Duplicati, as https://nas.example:8200; "" clears it'
    parser.add_argument("--url", metavar="URL", help=text)
    add_tags(parser)
    text = "it is not a duplicate of the server that it looks like"
    parser.add_argument("--not-a-duplicate", action="store_true", help=text)
    add_json(parser)
    _add_muting(actions)
    parser = add_client_command(actions, "merge", "merge servers", merge_servers)
    add_subject(parser, "server", "id or name of the server that remains")
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="servers to merge into it")
    add_yes_flag(parser)
    parser = add_client_command(actions, "delete", "delete a server with its runs", delete_server)
    add_subject(parser, "server", "id or name of the server")
    add_yes_flag(parser)


def _add_muting(actions: Commands) -> None:
    summary = "notify nobody of a server's jobs for a time"
    parser = add_client_command(actions, "mute", summary, mute_server)
    add_subject(parser, "server", "id or name of the server")
    add_span(parser)
    add_json(parser)
    parser = add_client_command(actions, "unmute", "end the mute of a server", unmute_server)
    add_subject(parser, "server", "id or name of the server")
    add_json(parser)


def list_servers(chosen: argparse.Namespace) -> int:
    """Print the servers."""
    with connected(configuration(chosen)) as client:
        servers = list(client.entries("/api/servers", "servers", {}))
    show(chosen, servers, _server_table(servers))
    return 0


def set_server(chosen: argparse.Namespace) -> int:
    """Set a server's alias, note, tags and address, or mark it as not a duplicate."""
    given = {"alias": chosen.alias, "note": chosen.note, "url": chosen.url}
    body: Json = {name: value or None for name, value in given.items() if value is not None}
    if chosen.tags is not None:
        body["tags"] = chosen.tags
    if chosen.not_a_duplicate:
        body["possibleDuplicateOf"] = None
    return _change(chosen, body)


def mute_server(chosen: argparse.Namespace) -> int:
    """Notify nobody of a server's jobs for a time."""
    return _change(chosen, {"muteFor": chosen.span})


def unmute_server(chosen: argparse.Namespace) -> int:
    """End the mute of a server; those of its jobs still hold."""
    return _change(chosen, {"muteFor": None})


def _change(chosen: argparse.Namespace, body: Json) -> int:
    with connected(configuration(chosen)) as client:
        server_id = find_server(client, chosen.server)
        server = client.send("PATCH", f"/api/servers/{server_id}", body)["server"]
    show(chosen, server, _server_table([server]))
    return 0


def merge_servers(chosen: argparse.Namespace) -> int:
    """Merge servers into another."""
    with connected(configuration(chosen)) as client:
        target = find_server(client, chosen.server)
        sources = [find_server(client, source) for source in chosen.sources]
        if not confirmed(chosen, f"merge {', '.join(chosen.sources)} into {chosen.server}"):
            return 1
        client.send("POST", f"/api/servers/{target}/merge", {"from": sources})
    return 0


def delete_server(chosen: argparse.Namespace) -> int:
    """Delete a server with its jobs and runs."""
    with connected(configuration(chosen)) as client:
        server_id = find_server(client, chosen.server)
        if not confirmed(chosen, f"delete the server {chosen.server} with all its runs"):
            return 1
        client.send("DELETE", f"/api/servers/{server_id}")
    return 0


def _server_table(servers: Sequence[Json]) -> str:
    told = [{**server, "tags": ", ".join(server["tags"])} for server in servers]
    rows = [[server[key] for key in _SERVER_COLUMNS.values()] for server in told]
    return table(rows, tuple(_SERVER_COLUMNS))
