"""Who is told what: the tables ``[[notify]]``, ``[[digest]]`` and ``[heartbeat]``."""

from pathlib import Path

from msgspec import Struct

from exporter.config.quiet_hours import QuietHours
from exporter.model.conditions import AnyCondition, Condition, DaemonCondition, ServerCondition
from exporter.schedule.expressions import Cron
from exporter.times import DAY, MINUTE, Millis

TROUBLE: frozenset[AnyCondition] = frozenset(
    each
    for conditions in (Condition, ServerCondition, DaemonCondition)
    for each in conditions
    if each.severity.is_trouble
)
"""What a channel is told unless it says otherwise."""

ALL = ("*",)


class SecretUrl(Struct, frozen=True):
    """The address of a channel, which contains passwords; its text form has none of them."""

    secret: str

    @property
    def scheme(self) -> str:
        """What comes before ``://``, in lower case: it says which service is meant."""
        return self.secret.partition("://")[0].lower()

    def __str__(self) -> str:
        return f"{self.scheme}://…"

    def __repr__(self) -> str:
        return f"SecretUrl({str(self)!r})"


class Channel(Struct, frozen=True):
    """A ``[[notify]]`` table.

    `servers` and `backups` are patterns such as ``laptop-*``, of which one must match, and all of
    `tags` must be there. A condition is told after it held for `hold`, and again each `repeat`
    while it lasts; None is never again.
    """

    name: str
    url: SecretUrl
    on: frozenset[AnyCondition] = TROUBLE
    servers: tuple[str, ...] = ALL
    backups: tuple[str, ...] = ALL
    tags: tuple[str, ...] = ()
    hold: Millis = 0
    repeat: Millis | None = DAY
    quiet: QuietHours | None = None
    recovered: bool = True


class Digest(Struct, frozen=True):
    """A ``[[digest]]`` table: a summary that is sent at certain times."""

    name: str
    url: SecretUrl
    at: Cron
    servers: tuple[str, ...] = ALL
    backups: tuple[str, ...] = ALL
    tags: tuple[str, ...] = ()


class JobCheck(Struct, frozen=True):
    """A ``[[heartbeat.job]]`` table: the check that another service keeps for one job.

    `server` and `backup` are names as in ``[[override]]``.
    """

    server: str
    backup: str
    url: SecretUrl


class Heartbeat(Struct, frozen=True):
    """The ``[heartbeat]`` table: `url` is pinged every `every` while all is well with the daemon.

    `url` is None where there are only checks of jobs.
    """

    url: SecretUrl | None = None
    every: Millis = MINUTE
    jobs: tuple[JobCheck, ...] = ()


class Notifications(Struct, frozen=True):
    """All that is configured about telling people.

    `public_url` is where links in messages lead, without a slash at its end; None leaves them out.
    `templates` is a folder with templates that replace those of the program.
    """

    channels: tuple[Channel, ...] = ()
    digests: tuple[Digest, ...] = ()
    heartbeat: Heartbeat = Heartbeat()
    public_url: str | None = None
    templates: Path | None = None
