"""What is stored about the daemon's own clock, and what a wrong one stamped."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from exporter.model.clock import ClockReading
from exporter.store.changes import Change
from exporter.store.rules import arrivals, clock_marks, read_queries
from exporter.store.scope import Scope
from exporter.store.session import Session
from exporter.store.values import ClockMarks


class Timing:
    """A part of the store: the same rules for threads and errors hold for its methods."""

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Session]],
        change: Callable[[Callable[[Session], Change], Scope], None],
        note: Callable[[Callable[[Session], object]], object],
    ) -> None:
        self._reading = reading
        self._change = change
        self._note = note

    def correct_arrivals(self, reading: ClockReading) -> None:
        """Correct what a wrong clock stamped, as far as it is known by now."""
        self._change(lambda db: arrivals.correct_arrivals(db, reading), Scope(structural=True))

    def has_doubtful(self) -> bool:
        """Return whether reports came while the clock was known to be slow."""
        with self._reading() as db:
            return arrivals.has_doubtful(db)

    def marks(self) -> ClockMarks:
        """Return what was last noted about the clock."""
        with self._reading() as db:
            return clock_marks.read(db)

    def mark(self, marks: ClockMarks) -> None:
        """Record what the clock says, for the next start."""
        self._note(lambda db: clock_marks.write(db, marks))

    def last_run(self) -> int:
        """Return the largest id of a run; 0 if there is none."""
        with self._reading() as db:
            return read_queries.last_run(db)
