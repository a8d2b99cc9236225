"""The checks that another service keeps for jobs: which runs they are told of."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from exporter.config.notifications import JobCheck, SecretUrl
from exporter.fleet import Fleet
from exporter.fleet.views import JobView
from exporter.jobs.job import Job
from exporter.model import Log, Server, StoredRun, short_name
from exporter.model.live import RUN_MATCH_TOLERANCE
from exporter.model.notifications import ConditionChange, Message, MessageKind
from exporter.notifications import run_pings
from exporter.notifications.pinging import ping
from exporter.notifications.run_pings import RunPing
from exporter.schedule.policy import Override
from exporter.store import Store
from exporter.times import DAY, MINUTE, Millis

OLDEST_START = 15 * MINUTE
"""A start that is longer ago is not told: the service would count from when it hears of it."""

OLDEST_END = DAY
"""An end that is longer ago is history that was imported or pulled, and not told."""


def channel_of(check: JobCheck) -> str:
    """Return the name of a check's channel in the outbox."""
    return short_name(f"check:{check.server}/{check.backup}")


def channels(checks: Iterable[JobCheck]) -> Mapping[str, SecretUrl]:
    """Return the address of each check by its channel."""
    return {channel_of(check): check.url for check in checks}


def wanted(checks: Iterable[JobCheck]) -> Callable[[Server, Job], bool]:
    """Return what says whether a job has a check, so that each end of a run is to be noted."""
    overrides = [Override(check.server, check.backup) for check in checks]
    return lambda server, job: any(each.matches(server, job.name) for each in overrides)


def deliver_check(url: SecretUrl, message: Message) -> str | None:
    """Ping a check; return None if it was accepted, otherwise why not, without any secret."""
    return ping(url, message.title, message.text)


class _Ended(NamedTuple):
    """A run that ended, of a job that has checks."""

    job_id: int
    title: str
    channels: list[str]
    stored: StoredRun
    log: Log


class JobChecks:
    """Decides what checks are told. Needs one caller at a time.

    The starts that were told are known in memory only: after a restart an end is told without one.
    """

    def __init__(
        self,
        checks: Sequence[JobCheck],
        fleet: Fleet,
        store: Store,
        clock: Callable[[], Millis],
    ) -> None:
        self._checks = [
            (Override(check.server, check.backup), channel_of(check)) for check in checks
        ]
        self._fleet = fleet
        self._store = store
        self._clock = clock
        self._since = clock()
        self._started: dict[int, Millis] = {}
        self._newest: dict[int, Millis] = {}

    def of_changes(self, changes: Sequence[ConditionChange]) -> list[Message]:
        """Return what checks are told of runs that ended, the earliest start first.

        A run is left out that is older than one that was told, or ended more than `OLDEST_END` ago:
        the newest ping decides how the service sees a job.

        Raises:
            StoreUnavailableError: a run cannot be read now.
        """
        now = self._clock()
        found = [ended for change in changes if (ended := self._ended(change, now)) is not None]
        found.sort(key=lambda ended: ended.stored.order)
        return [message for ended in found for message in self._told_end(ended, now)]

    def of_jobs(self, views: Iterable[JobView], now: Millis) -> list[Message]:
        """Return what checks are told of runs that began and were not told yet."""
        return [message for view in views for message in self._told_start(view, now)]

    def _channels(self, server: Server, backup: str) -> list[str]:
        return [channel for check, channel in self._checks if check.matches(server, backup)]

    def _ended(self, change: ConditionChange, now: Millis) -> _Ended | None:
        place = self._fleet.place(change.job_id)
        if place is None:
            return None
        server, job = place
        matching = self._channels(server, job.name)
        detail = self._store.run(change.run_id) if matching else None
        if detail is None or not self._is_news(change.job_id, detail.stored, now):
            return None
        title = f"{job.label} of {server.shown_name}"
        return _Ended(change.job_id, title, matching, detail.stored, detail.log)

    def _is_news(self, job_id: int, stored: StoredRun, now: Millis) -> bool:
        ended = stored.run.ended or stored.started
        newest = self._newest.get(job_id, stored.started)
        return stored.run.is_backup and now - ended <= OLDEST_END and stored.started >= newest

    def _told_end(self, ended: _Ended, now: Millis) -> Iterator[Message]:
        self._newest[ended.job_id] = ended.stored.started
        identity = self._identity(ended.job_id, ended.stored.run.began)
        told = run_pings.of_end(ended.title, ended.stored, ended.log, identity)
        yield from _messages(ended.channels, told, now)

    def _identity(self, job_id: int, began: Millis | None) -> str | None:
        """Return the id of a run whose start was told, by its live report: that is a little later.

        Both starts are by the clock of the sender.
        """
        started = self._started.get(job_id)
        if started is None or began is None or abs(started - began) > RUN_MATCH_TOLERANCE:
            return None
        return run_pings.run_id(job_id, started)

    def _told_start(self, view: JobView, now: Millis) -> Iterator[Message]:
        if view.running is None:
            return
        run, job_id = view.running.run, view.job.id
        known = self._started.get(job_id) == run.activity.began
        if known or run.since < max(self._since, now - OLDEST_START):
            return
        self._started[job_id] = run.activity.began
        told = run_pings.of_start(run_pings.run_id(job_id, run.activity.began))
        yield from _messages(self._channels(view.server, view.job.name), told, now)


def _messages(names: Iterable[str], told: RunPing, now: Millis) -> Iterator[Message]:
    for channel in names:
        yield Message(channel, MessageKind.CHECK, now, told.suffix, told.body)
