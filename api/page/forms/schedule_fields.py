"""A schedule as a person chooses it: a kind, and what belongs to that."""

from collections.abc import Mapping

from msgspec import Struct

from api.errors import ApiError, invalid
from api.page.attempts import Attempt
from exporter import formatting
from exporter.language import gettext as _
from exporter.language import reader
from exporter.model import JobSettings
from exporter.reports import Problem
from exporter.schedule.expressions import Auto, Cron, Every, parse_schedule, parse_zone
from exporter.times import format_duration

NAME = "schedule"

CONFIGURED, AUTO, OFF, EVERY, CRON = "configured", "auto", "off", "every", "cron"
_CRON_FIELDS = 5
_KINDS = (CONFIGURED, AUTO, OFF, EVERY, CRON)


class ScheduleFields(Struct, frozen=True):
    """What the form holds."""

    kind: str
    every: str = ""
    cron: str = ""
    zone: str = ""
    tolerance: str = ""

    @classmethod
    def of(cls, settings: JobSettings, attempt: Attempt | None) -> "ScheduleFields":
        """Return what was sent and not saved, else what is set."""
        if attempt is not None and attempt.form == NAME:
            return cls(**{name: attempt.fields.get(name, "") for name in cls.__struct_fields__})
        tolerance = settings.tolerance
        written = "" if tolerance is None else format_duration(tolerance)
        kind, every, cron, zone = _parts(settings.schedule)
        return cls(kind, every, cron, zone, written)


def schedule_of(fields: Mapping[str, str]) -> str | None:
    """Return the text of a schedule, which may be wrong; None leaves it to the configuration.

    Raises:
        ApiError: the kind is none of those to choose from, or the calendar has no zone.
    """
    kind = fields.get("kind", "")
    match kind:
        case "configured":
            return None
        case "auto" | "off":
            return kind
        case "every":
            return f"every {fields.get('every', '').replace(' ', '')}"
        case "cron":
            return _calendar(fields.get("cron", ""), fields.get("zone", ""))
    raise _wrong("schedule", f"must be one of {', '.join(_KINDS)}")


def words_of(schedule: str | None) -> str:
    """Return a schedule that is set as the end of a sentence."""
    if schedule is None:
        return _("what the configuration says")
    match parse_schedule(schedule):
        case Every(interval):
            return formatting.every(interval)
        case Cron(expression, zone):
            return _("the calendar {expression} ({zone})").format(expression=expression, zone=zone)
        case Auto():
            return _("automatic")
        case _off:
            return _("off")


def _parts(schedule: str | None) -> tuple[str, str, str, str]:
    """Return the kind, the interval, the calendar and its zone."""
    zone = reader().zone.key
    match None if schedule is None else parse_schedule(schedule):
        case None:
            return CONFIGURED, "", "", zone
        case Every(interval):
            return EVERY, format_duration(interval), "", zone
        case Cron(expression, chosen):
            return CRON, "", expression, chosen
        case plan:
            return str(plan), "", "", zone


def _calendar(expression: str, zone: str) -> str:
    """Return a calendar, of which each part is checked by itself."""
    if len(expression.split()) != _CRON_FIELDS:
        raise _wrong("schedule", f"{expression[:40]!r} must be five fields, as 0 3 * * 1-5")
    try:
        return f"cron {expression} {parse_zone(zone.strip())}"
    except ValueError as error:
        raise _wrong("zone", str(error)) from None


def _wrong(field: str, message: str) -> ApiError:
    return invalid("Some fields are wrong", Problem(field, message))
