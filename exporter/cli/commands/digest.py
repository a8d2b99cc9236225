"""duplistatus digest: what became of the backups in a span."""

import argparse
from pathlib import Path
from urllib.parse import urlencode

from exporter.cli.arguments import Commands, add_client_command, add_tag_filter, configuration
from exporter.cli.connection import connected
from exporter.cli.output import output

_EXPLAINED = (
    "Works whether the daemon runs or not. Without --html and --text it prints plain text. The HTML"
    " is that of a mail; a running daemon has the same to be printed at /digest."
)


def add_to(commands: Commands) -> None:
    """Add the command."""
    summary = "print what became of the backups in a span"
    parser = add_client_command(commands, "digest", summary, run)
    parser.epilog = _EXPLAINED
    parser.add_argument("--html", metavar="FILE", type=Path, help="write the HTML of a mail")
    parser.add_argument("--text", metavar="FILE", type=Path, help="write the plain text")
    text = "how long ago the span begins, at most 366d (default 7d)"
    parser.add_argument("--since", metavar="DURATION", default="7d", help=text)
    add_tag_filter(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print or write the digest."""
    with connected(configuration(chosen)) as client:
        query = urlencode({"since": chosen.since, "tag": chosen.tag}, doseq=True)
        digest = client.send("GET", f"/api/digest?{query}")
    if chosen.html is not None:
        _write(chosen.html, digest["html"])
    if chosen.text is not None or chosen.html is None:
        _write(chosen.text, digest["text"])
    return 0


def _write(path: Path | None, text: str) -> None:
    with output(path) as target:
        target.write(text.encode())
