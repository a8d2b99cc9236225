"""What is stored of the daemon's own clock, and of what a wrong one stamped."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlite_utils import Database

from exporter.model.clock import ClockReading
from exporter.store.changes import Change
from exporter.store.rules import arrivals, clock_marks, read_queries
from exporter.store.sqlite.writer import GroupCommitWriter
from exporter.store.values import ClockMarks


class Timing:
    """A part of the store: its methods may be called and raise as those of the whole."""

    def __init__(
        self,
        writer: GroupCommitWriter,
        reader: Callable[[], AbstractContextManager[Database]],
        show: Callable[[Change], None],
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._show = show

    def put_right(self, reading: ClockReading) -> None:
        """Put right what a wrong clock stamped, as far as it is known by now."""
        self._writer.change(lambda db: arrivals.put_right(db, reading), self._show)

    def has_doubtful(self) -> bool:
        """Tell whether reports came while the clock was known to be behind."""
        with self._reader() as db:
            return arrivals.has_doubtful(db)

    def marks(self) -> ClockMarks:
        """Return what was noted last of the clock."""
        with self._reader() as db:
            return clock_marks.read(db)

    def mark(self, marks: ClockMarks) -> None:
        """Note what the clock says, for the next start."""
        self._writer.run(
            lambda transaction: clock_marks.write(transaction.db, marks), lambda _: None
        )

    def last_run(self) -> int:
        """Return the largest id of a run; 0 where there is none."""
        with self._reader() as db:
            return read_queries.last_run(db)
