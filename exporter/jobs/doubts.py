"""What was reported of runs, or learned from them, and is not trusted."""

from enum import Enum

from msgspec import Struct

from exporter.model import CLOCK_TOLERANCE, StoredRun, believed
from exporter.times import Millis


class Doubted(Enum):
    """What is not trusted: of the last run, of Duplicati's plan, of what was learned."""

    BEGIN = "begin"
    END = "end"
    LENGTH = "length"
    PLAN = "plan"
    LEFT_PLAN = "left plan"
    PAUSE = "pause"


class Doubt(Struct, frozen=True, gc=False):
    """Something that is not trusted, and what counts instead; None where nothing does.

    Both are timestamps, but durations for a length and a pause.
    """

    what: Doubted
    reported: Millis
    counts: Millis | None


def of(stored: StoredRun) -> tuple[Doubt, ...]:
    """Return which timestamps and duration of a run are not trusted."""
    run = stored.run
    if believed.wholly(stored):
        return ()
    doubts = []
    if run.began is not None and not believed.began(stored):
        doubts.append(Doubt(Doubted.BEGIN, run.began, stored.started))
    if run.ended is not None and run.ended > stored.received + CLOCK_TOLERANCE:
        doubts.append(Doubt(Doubted.END, run.ended, believed.ended(stored)))
    if run.duration is not None and run.duration != believed.took(stored):
        doubts.append(Doubt(Doubted.LENGTH, run.duration, believed.took(stored)))
    return tuple(doubts)
