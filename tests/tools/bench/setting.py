"""Where and on what is measured."""

import contextlib
import sqlite3
from pathlib import Path
from typing import NamedTuple

from exporter.times import DAY, HOUR, SECOND, Millis, now
from tests.tools.bench.filling import Size, fill, fresh_copy
from tests.tools.bench.load import Load

FEW = Size(1_000, 1_000)
MANY = Size(1_000_000, 10_000)


class Setting(NamedTuple):
    """A folder, the databases in it that were filled so far, and what makes the load."""

    folder: Path
    filled: dict[Size, Path]
    load: Load

    def copy(self, size: Size) -> Path:
        """Return a fresh database of a size; the first of each size is filled before."""
        if size not in self.filled:
            self.filled[size] = fill(self.folder / f"{size.runs}.sqlite", size)
        return fresh_copy(self.filled[size], self.folder / "measured")

    def copy_of_last_night(self, size: Size) -> Path:
        """Return a database whose newest runs began a few hours ago: no clock is in doubt there."""
        ended = now() - 6 * HOUR
        first = ended - ended % SECOND - (size.runs // size.jobs - 1) * DAY
        filled = self.folder / "last-night.sqlite"
        if not filled.exists():
            fill(filled, size, first)
            _note_arrivals(filled, ended)
        return fresh_copy(filled, self.folder / "measured")

    @property
    def floor_log(self) -> Path:
        """Where a floor writes its log."""
        return self.folder / "floor.log"


def _note_arrivals(database: Path, at: Millis) -> None:
    """Let the last report of each server have come at a time: `fill` leaves that of its first."""
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE servers SET last_report = ?", (at,))


def stored(database: Path) -> int:
    """Return how many runs a database holds."""
    connection = sqlite3.connect(database)
    found: int = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
    connection.close()
    return found
