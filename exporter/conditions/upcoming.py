"""When time alone changes what holds for a job. Pure."""

from exporter.conditions.evaluate import stale_from
from exporter.fleet.views import JobView
from exporter.model.mutes import muted_after
from exporter.times import Millis


def next_change(view: JobView, now: Millis) -> Millis | None:
    """Return the first time after now at which a condition may begin or end; None without one.

    The conditions hold from a millisecond after these limits on. A mute ends, and a report is
    missing, at the time itself.
    """
    expected, running = view.expectation, view.running
    limits = (
        None if expected is None else expected.deadline,
        None if running is None else running.stalled_from,
        stale_from(view),
        view.health.copies_old_from,
        view.health.filling_from,
    )
    turns = [limit + 1 for limit in limits if limit is not None]
    turns += [run.unreported_from for run in view.awaited]
    mute = muted_after(view.muted_until, now)
    turns += [] if mute is None else [mute]
    return min((turn for turn in turns if turn > now), default=None)
