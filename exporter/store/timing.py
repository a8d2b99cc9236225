"""What is stored of the daemon's own clock, and of what a wrong one stamped."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from exporter.model.clock import ClockReading
from exporter.store.changes import Change
from exporter.store.rules import arrivals, clock_marks, read_queries
from exporter.store.scope import Scope
from exporter.store.session import Session
from exporter.store.values import ClockMarks


class Timing:
    """A part of the store: its methods may be called and raise as those of the whole."""

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Session]],
        change: Callable[[Callable[[Session], Change], Scope], None],
        note: Callable[[Callable[[Session], object]], None],
    ) -> None:
        self._reading = reading
        self._change = change
        self._note = note

    def put_right(self, reading: ClockReading) -> None:
        """Correct what a wrong clock stamped, as far as it is known by now."""
        self._change(lambda db: arrivals.put_right(db, reading), Scope(structural=True))

    def has_doubtful(self) -> bool:
        """Return whether reports came while the clock was known to be behind."""
        with self._reading() as db:
            return arrivals.has_doubtful(db)

    def marks(self) -> ClockMarks:
        """Return what was noted last of the clock."""
        with self._reading() as db:
            return clock_marks.read(db)

    def mark(self, marks: ClockMarks) -> None:
        """Note what the clock says, for the next start."""
        self._note(lambda db: clock_marks.write(db, marks))

    def last_run(self) -> int:
        """Return the largest id of a run; 0 where there is none."""
        with self._reading() as db:
            return read_queries.last_run(db)
