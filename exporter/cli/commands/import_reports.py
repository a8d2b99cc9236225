"""duplistatus import reports: what was saved in files."""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from exporter import config
from exporter.cli.connection import connected
from exporter.cli.import_client import RemoteArchive
from exporter.cli.import_summary import Outcomes, counted
from exporter.cli.progress import progress
from exporter.cli.taking_in import take_in
from exporter.ingest.report_files import Found, Saved, SavedReports, Unreadable

_STANDARD_INPUT = "-"


def run(chosen: argparse.Namespace) -> int:
    """Bring the reports along; 1 where something had to be left out."""
    settings = config.load(vars(chosen), os.environ)
    found = _find(SavedReports(chosen.server, chosen.backup), chosen.paths)
    outcomes = Outcomes()
    with connected(settings) as client, progress() as tell:
        archive = RemoteArchive(client, dry_run=chosen.dry_run)
        for saved, taken in take_in(archive, _readable(found, outcomes)):
            outcomes.add(saved.source, taken)
            tell(counted(outcomes.total, "report"))
    for line in outcomes.lines(dry_run=chosen.dry_run):
        sys.stdout.write(f"{line}\n")
    return int(outcomes.left_out > 0)


def _find(saved: SavedReports, paths: Iterable[str]) -> Iterator[Found]:
    for path in paths:
        if path == _STANDARD_INPUT:
            yield from saved.read("standard input", sys.stdin.buffer, None)
        else:
            yield from saved.find([Path(path)])


def _readable(found: Iterable[Found], outcomes: Outcomes) -> Iterator[Saved]:
    for each in found:
        if isinstance(each, Unreadable):
            outcomes.leave_out(each.source, each.reason)
        else:
            yield each
