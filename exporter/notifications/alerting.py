"""What becomes of an alert: when a condition begins and ends, and when it is told. Pure.

An alert is what one channel knows of one condition of one subject. A condition that ended before it
had held for as long as the channel wants never was; every other one is told.
"""

from typing import NamedTuple

from msgspec.structs import replace

from exporter.config.notifications import Channel
from exporter.model.notifications import CHANGES_KEPT, Alert, AlertKey
from exporter.notifications.events import Happening
from exporter.times import HOUR, Millis

FLAP_SPAN: Millis = HOUR
"""So many changes within this time are flapping, and so long without one ends it."""


class Pending(NamedTuple):
    """What a channel is to be told next, and from when on."""

    happening: Happening
    at: Millis


def begun(known: Alert | None, key: AlertKey, at: Millis, due: Millis, reason: str | None) -> Alert:
    """Return the alert of a condition that begins.

    Args:
        known: what was known of it, ended; None without.
        key: which condition of which subject.
        at: when it began.
        due: from when on it is to be told.
        reason: what the failed run says.
    """
    if known is None:
        return Alert(key, at, due, changes=(at,), reason=reason)
    changes = _with(known.changes, at)
    if known.told_over:
        return Alert(key, at, due, changes=changes, flapping=known.flapping, reason=reason)
    return replace(known, ended=None, changes=changes, reason=reason or known.reason)


def ended(known: Alert, at: Millis, *, speaks: bool) -> Alert | None:
    """Return the alert of a condition that ends; None where it never held long enough.

    Args:
        known: the alert, of a condition that holds.
        at: when it ended.
        speaks: whether the channel is told that it ended.
    """
    if known.told is None and at < known.due:
        return None
    silent = known.told is not None and not speaks
    return replace(known, ended=at, changes=_with(known.changes, at), told_over=silent)


def pending(alert: Alert, channel: Channel, now: Millis) -> Pending | None:
    """Return what is to be told next of an alert if nothing changes; None: nothing."""
    if alert.flapping:
        return _pending_of_flapping(alert)
    if _is_flapping(alert, now):
        return Pending(Happening.FLAPPING, alert.changes[-1])
    if alert.ended is not None:
        return _pending_of_ended(alert, alert.ended)
    if alert.told is None:
        return Pending(Happening.BEGAN, alert.due)
    if channel.repeat is None:
        return None
    return Pending(Happening.LASTS, alert.told + channel.repeat)


def _pending_of_flapping(alert: Alert) -> Pending | None:
    """Return what is told of a condition that comes and goes, once it no longer does."""
    if alert.told_over:
        return None
    over = alert.ended is not None
    return Pending(Happening.OVER if over else Happening.BEGAN, alert.changes[-1] + FLAP_SPAN)


def _pending_of_ended(alert: Alert, at: Millis) -> Pending | None:
    if alert.told is None:
        return Pending(Happening.PAST, alert.due)
    return None if alert.told_over else Pending(Happening.OVER, at)


def told(alert: Alert, happening: Happening, now: Millis) -> Alert:
    """Return an alert of which a channel is told something now."""
    flapping = happening is Happening.FLAPPING
    if happening is Happening.OVER:
        return replace(alert, told_over=True, flapping=flapping)
    return replace(alert, told=now, told_over=happening is Happening.PAST, flapping=flapping)


def forgotten_from(alert: Alert) -> Millis | None:
    """Return from when on an alert is of no use; None while something may be told of it."""
    return alert.changes[-1] + FLAP_SPAN if alert.told_over else None


def not_later(alert: Alert, now: Millis) -> Alert:
    """Return an alert of which nothing happened after now: the clock was ahead, and is set back.

    All its times are shifted as much, so that it is not told only once they have come.
    """
    ahead = max(alert.began, alert.told or 0, alert.ended or 0, *alert.changes) - now
    if ahead <= 0:
        return alert
    return replace(
        alert,
        began=alert.began - ahead,
        due=alert.due - ahead,
        told=None if alert.told is None else alert.told - ahead,
        ended=None if alert.ended is None else alert.ended - ahead,
        changes=tuple(each - ahead for each in alert.changes),
    )


def _with(changes: tuple[Millis, ...], at: Millis) -> tuple[Millis, ...]:
    return (*changes, at)[-CHANGES_KEPT:]


def _is_flapping(alert: Alert, now: Millis) -> bool:
    changes = alert.changes
    often = len(changes) == CHANGES_KEPT and changes[-1] - changes[0] <= FLAP_SPAN
    return often and now < changes[-1] + FLAP_SPAN
