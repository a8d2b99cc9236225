"""Which live runs of a job were reported, by its recorded runs. Pure."""

from exporter.jobs.state import JobState
from exporter.model import BACKUP, StoredRun, believed
from exporter.model.live import BEFORE_ALL, RUN_MATCH_TOLERANCE
from exporter.times import Millis


def reported_until(state: JobState) -> Millis:
    """Return the latest start of a live run that is one of the recorded ones, or before one.

    A dry run counts too, for it is told live as a backup.
    """
    last = BEFORE_ALL if state.last is None else _until(state.last)
    return last if state.dry_until is None else max(last, state.dry_until)


def dry_until(stored: StoredRun) -> Millis | None:
    """Return the latest start of a live run that a dry run is or follows; None for other runs."""
    return _until(stored) if stored.run.dry_run and stored.run.operation == BACKUP else None


def _until(stored: StoredRun) -> Millis:
    """Return until when a live run started that is this one or came before it.

    A live report has the start of its module, which a script of the user can delay by more than
    usual; but no run starts before another one of the job has ended.
    """
    over = min(believed.over(stored), stored.received)
    return max(stored.started + RUN_MATCH_TOLERANCE, over)
