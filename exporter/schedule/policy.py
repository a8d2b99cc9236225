"""Which schedule holds for a job.

A person's own setting wins over the configuration, where a backup that is expected by its name wins
over the overrides, these over the defaults. Of several
overrides that match a job the later one wins, setting by setting.
"""

from collections.abc import Iterable, Mapping, Sequence
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


class ExpectedBackup(Struct, frozen=True):
    """A backup that the configuration expects, by the names of its server and its own.

    `plan` is its schedule, None where the table sets none.
    """

    server: str
    backup: str
    plan: ScheduleExpression | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Its two names."""
        return self.server, self.backup


def planned(expected: Iterable[ExpectedBackup]) -> Mapping[tuple[str, str], ScheduleExpression]:
    """Return the schedules of those that have one, by their names."""
    return {each.key: each.plan for each in expected if each.plan is not None}


def _matches(text: str, pattern: str) -> bool:
    """Match without fnmatch's brackets: names of backups contain them."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


class SchedulePolicy(Struct, frozen=True):
    """The configuration's part of every schedule."""

    expected_interval: Millis = _UNSET.expected_interval
    tolerance: Millis = _UNSET.tolerance
    overrides: tuple[Override, ...] = ()
    expected: Mapping[tuple[str, str], ScheduleExpression] = {}
    """The schedules of expected backups: one that is named wins over patterns."""

    def schedule(
        self, server: Server, backup: str, settings: JobSettings, more_ids: Sequence[str] = ()
    ) -> Schedule:
        """Return the schedule of a job; `more_ids` are machine-ids that its server has, too."""
        matching = [each for each in self.overrides if each.matches(server, backup)]
        plans = [each.plan for each in matching if each.plan is not None]
        plans += self._named(server, backup, more_ids)
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

    def _named(
        self, server: Server, backup: str, more_ids: Sequence[str]
    ) -> list[ScheduleExpression]:
        """Return the schedule of a backup that is expected by its names, if it has one."""
        if not self.expected:
            return []
        own_id = server.machine_id or server.name
        names = (server.name, *more_ids, own_id, server.shown_name)
        found = (self.expected.get((name, backup)) for name in names)
        return [plan for plan in found if plan is not None]
