"""Which schedule holds for a job.

A person's own setting wins over the configuration's overrides, these over its defaults. Of several
overrides that match a job the later one wins, setting by setting.
"""

from fnmatch import fnmatchcase
from functools import lru_cache

from msgspec import Struct

from exporter.model import JobSettings, Server
from exporter.schedule import Schedule
from exporter.schedule.expressions import Auto, ScheduleExpression, parse_schedule
from exporter.times import Millis

_UNSET = Schedule()

_shared = lru_cache(maxsize=1024)(Schedule)
"""Nearly all jobs have one of a few schedules: one object for each of these."""


class Override(Struct, frozen=True):
    """Settings of the jobs whose server and name match two patterns; None leaves one as it is.

    ``*`` stands for any text and ``?`` for one character. A server matches by its name or its
    alias.
    """

    server: str = "*"
    backup: str = "*"
    plan: ScheduleExpression | None = None
    tolerance: Millis | None = None
    expected_interval: Millis | None = None

    def matches(self, server: Server, backup: str) -> bool:
        """Return whether the override is for a job."""
        names = (server.name, server.shown_name)
        return _matches(backup, self.backup) and any(_matches(name, self.server) for name in names)


def _matches(text: str, pattern: str) -> bool:
    """Match without fnmatch's brackets: names of backups contain them."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


class SchedulePolicy(Struct, frozen=True):
    """The configuration's part of every schedule."""

    expected_interval: Millis = _UNSET.expected_interval
    tolerance: Millis = _UNSET.tolerance
    overrides: tuple[Override, ...] = ()

    def schedule(self, server: Server, backup: str, settings: JobSettings) -> Schedule:
        """Return the schedule of a job."""
        matching = [each for each in self.overrides if each.matches(server, backup)]
        plans = [each.plan for each in matching if each.plan is not None]
        tolerances = [each.tolerance for each in matching if each.tolerance is not None]
        intervals = [
            each.expected_interval for each in matching if each.expected_interval is not None
        ]
        tolerance = settings.tolerance
        return _shared(
            [self.expected_interval, *intervals][-1],
            [self.tolerance, *tolerances][-1] if tolerance is None else tolerance,
            parse_schedule(settings.schedule) if settings.schedule else [Auto(), *plans][-1],
            settings.paused,
        )
