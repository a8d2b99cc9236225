"""Messages about the state of the clock."""

from msgspec import Struct

from exporter.times import SECOND, Millis, format_duration, format_timestamp

_MEANWHILE = "Until the clock is confirmed, no old run is removed"


class Jump(Struct, frozen=True):
    """A jump of the clock: the time after it, and the size."""

    now: Millis
    by: Millis


def too_early(now: Millis) -> str:
    """Return the message that the clock is older than this program."""
    said = f"{_said(now)}, which is too early: set it"
    return f"{said}. Reports that arrive meanwhile count as the newest. {_MEANWHILE}."


def behind(now: Millis, newest: Millis) -> str:
    """Return the message that stored reports arrived later than now."""
    said = _said(now)
    stored = f"a stored report arrived later, at {format_timestamp(newest)}"
    return f"{said}, and {stored}: the clock is behind now, or was ahead then. {_MEANWHILE}."


def ahead(now: Millis, away: Millis) -> str:
    """Return the message that the daemon seems to have been stopped for long."""
    said = _said(now)
    stored = f"{format_duration(away)} after the newest stored report"
    causes = "the daemon did not run for so long, or the clock is ahead"
    return f"{said}, {stored}: {causes}. {_MEANWHILE}."


def jumped(jump: Jump) -> str:
    """Return the message that the clock jumped."""
    way = "ahead" if jump.by > 0 else "back"
    said = f"The clock of this machine was set {way} by {format_duration(abs(jump.by))}"
    return f"{said}, to {format_timestamp(jump.now)}. No old run is removed for a day."


def _said(now: Millis) -> str:
    """Say the time to the second: so long the same answer about it can be given again."""
    return f"The clock of this machine says {format_timestamp(now - now % SECOND)}"
