"""How other languages than English write numbers, spans of time and dates, by Unicode's tables.

They are asked for again and again with the same values, and Babel is slow.
"""

import re
import zoneinfo
from datetime import date, timedelta
from functools import cache, lru_cache

from babel import Locale, dates, numbers
from babel.localtime import get_localzone

_FIELD = re.compile("[yMd]+")
_DIRECTIVES = {"y": "%Y", "M": "%m", "d": "%d"}

_UTC = ("Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu")
"""Its other names, of which a machine has the first by default."""

_NEVER_LARGER = 1e9
"""So that 45 days stay days: Babel would make them a month."""


@lru_cache(maxsize=4096)
def number(count: int, language: str) -> str:
    """Return a whole number with its thousands separated."""
    return numbers.format_decimal(count, locale=language)


@cache
def decimal_sign(language: str) -> str:
    """Return what stands before the decimals of a number."""
    return numbers.get_decimal_symbol(language)


@lru_cache(maxsize=4096)
def span(length: timedelta, unit: str, language: str, *, directed: bool) -> str:
    """Return a span of whole units, as "3 Tage", or relative to now, as "vor 3 Tagen"."""
    return dates.format_timedelta(
        length,
        granularity=unit,  # type: ignore[arg-type] # one of formatting's, which are Babel's
        threshold=_NEVER_LARGER,
        add_direction=directed,
        locale=language,
    )


@lru_cache(maxsize=1024)
def long_date(day: date, language: str) -> str:
    """Return a day with its weekday and the name of its month."""
    return dates.format_date(day, "full", locale=language)


@cache
def date_pattern(language: str) -> str:
    """Return how days are written in digits, for strftime: the day and the month with two."""
    pattern = Locale.parse(language).datetime_skeletons["yMd"].pattern
    return _FIELD.sub(lambda field: _DIRECTIVES[field[0][0]], pattern)


def machine_zone() -> str:
    """Return the name of this machine's time zone; UTC where it has none that is known by name.

    It is looked for as usual: in TZ, where /etc/localtime leads, and in /etc/timezone.
    """
    try:
        name = zoneinfo.ZoneInfo(str(get_localzone())).key
    except (LookupError, ValueError, OSError):
        return "UTC"
    return "UTC" if name in _UTC else name
