"""Until when nobody is notified of a server or a job. Pure.

A mute ends by itself: its time stays stored, and nothing is written when it passes.
"""

from exporter.times import Millis


def later_mute(one: Millis | None, other: Millis | None) -> Millis | None:
    """Return the mute that ends later; None where there is neither."""
    if one is None or other is None:  # a page asks this of ten thousand jobs
        return other if one is None else one
    return max(one, other)


def muted_after(until: Millis | None, now: Millis) -> Millis | None:
    """Return until when a mute still holds; None where it has ended, or there is none."""
    return until if until is not None and now < until else None
