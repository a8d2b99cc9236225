"""What the daemon does beside answering: it removes what is old, tells people, and pulls."""

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple

from api.services import Services
from exporter import logs
from exporter.cli.duplicati import open_source
from exporter.cli.publishing import publishing_to
from exporter.cli.telling import telling
from exporter.cli.working import working
from exporter.config import Config
from exporter.fleet.views import JobView
from exporter.ingest.configured_jobs import ConfiguredJobs
from exporter.ingest.importer import StoreImporter
from exporter.pull.loop import PullLoop, pulling
from exporter.pull.noting import PullNotes
from exporter.pull.second_leg import SecondLeg
from exporter.store.retention import RetentionPolicy, pruning
from exporter.times import Millis

_log = logging.getLogger(__name__)


class _Work(NamedTuple):
    """A piece of work that runs, and the settings that it follows."""

    settings: object
    running: contextlib.ExitStack


class Background:
    """The work by its kind. Needs one caller at a time, except for what is asked of its pulls."""

    def __init__(self) -> None:
        self._works: dict[str, _Work] = {}
        self._pulls: PullLoop | None = None
        self._second_leg: SecondLeg | None = None

    def failing(self) -> Mapping[str, str | None]:
        """Return for each server that is pulled from why that fails, as `PullFailures` does."""
        pulls = self._pulls
        return {} if pulls is None else pulls.failing()

    def mark(self) -> object:
        """Return a value that changes whenever a pull ends, or others pull."""
        leg = self._second_leg
        return None if leg is None else (id(leg), leg.ended())

    def waits_until(self, view: JobView, now: Millis) -> Millis | None:
        """Return until when notifications of an overdue job wait for the pull of its server."""
        leg = self._second_leg
        return None if leg is None else leg.waits_until(view, now)

    def follow(self, settings: Config, services: Services) -> None:
        """Work by these settings. What they do not change goes on as it is.

        What they change ends first, as for a stop of the daemon, and begins anew.
        """
        kept = settings.keep_runs, settings.keep_messages
        pulled = settings.pull_targets, settings.pull_interval
        told = settings.notifications, settings.page
        published = settings.broker and (settings.broker, told, services.links_to)
        self._follow("retention", kept, lambda: _pruning(settings, services))
        imported = settings.limits.max_log_lines, settings.keep_runs
        self._follow("pulls", (pulled, imported), lambda: self._pulling(settings, services))
        self._follow("messages", told, lambda: telling(settings.notifications, services))
        expected = settings.expected, settings.limits
        self._follow("expected", expected, lambda: _expecting(settings, services))
        self._follow("mqtt", published, lambda: publishing_to(settings.broker, services))

    def close(self) -> None:
        """End all work, the last one first."""
        while self._works:
            self._works.popitem()[1].running.close()

    def _follow(
        self, kind: str, settings: object, begin: Callable[[], AbstractContextManager[None]]
    ) -> None:
        known = self._works.get(kind)
        if known is not None:
            if known.settings == settings:
                return
            known.running.close()
        running = contextlib.ExitStack()
        running.enter_context(begin())
        self._works[kind] = _Work(settings, running)

    @contextlib.contextmanager
    def _pulling(self, settings: Config, services: Services) -> Iterator[None]:
        notes = PullNotes(services.store, services.fleet, settings.pull_interval or 0)
        if not _can_pull(settings):
            notes.keep_tables(())
            yield
            return
        pulls = _pull_loop(settings, services, notes)
        leg = SecondLeg(pulls, services.fleet, services.clock, services.store.leads)
        self._pulls, self._second_leg = pulls, leg
        try:
            with pulling(pulls, settings.pull_interval, services.store.leads), working(leg):
                yield
        finally:
            self._pulls = self._second_leg = None


def _pruning(settings: Config, services: Services) -> AbstractContextManager[None]:
    retention = RetentionPolicy(settings.keep_runs, settings.keep_messages)
    trusted = services.timekeeper.is_trusted
    return pruning(services.store, retention, services.clock, trusted)


def _expecting(settings: Config, services: Services) -> AbstractContextManager[None]:
    store, fleet, metrics = services.store, services.fleet, services.self_metrics
    return working(ConfiguredJobs(settings.expected, store, fleet, metrics, services.clock))


def _can_pull(settings: Config) -> bool:
    """Return whether there is a server to pull from, and log what people should know."""
    interval = settings.pull_interval
    if not settings.pull_targets:
        if interval is not None:
            _log.warning("pull_interval has no effect: the file has no [[pull]] table")
        return False
    for target in settings.pull_targets:
        _log.info("pulling", extra=logs.log_fields(server=target.name, trust=target.trust))
    if interval is not None and interval > settings.policy.tolerance:
        _log.warning(
            "pull_interval is longer than tolerance: jobs may be overdue until the next pull"
        )
    return True


def _pull_loop(settings: Config, services: Services, notes: PullNotes) -> PullLoop:
    store, clock, most_lines = services.store, services.clock, settings.limits.max_log_lines
    importer = StoreImporter(store, services.fleet, clock, most_lines, settings.keep_runs)
    return PullLoop(settings.pull_targets, open_source, importer, notes, clock)
