"""duplistatus backup-database."""

import argparse
import os
import sys

from exporter import config
from exporter.store import back_up


def run(chosen: argparse.Namespace) -> int:
    """Copy the database, whether a daemon has it or not."""
    settings = config.load(vars(chosen), os.environ)
    size = back_up(settings.database, chosen.file)
    sys.stdout.write(f"{settings.database} is backed up to {chosen.file}, {size} bytes\n")
    return 0
