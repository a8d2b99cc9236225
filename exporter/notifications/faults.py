"""What is wrong beside the jobs: with the daemon, and with the servers that are pulled from.

One place for the page, the badge, `/api/status` and the notifications.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from msgspec import Struct

from exporter.conditions.faults import Fault
from exporter.conditions.pulled import faults_of
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet.unposted import MissingReports
from exporter.formatting import exact, number
from exporter.ingest.refusals import Refusals
from exporter.ingest.timekeeper import Timekeeper
from exporter.language import gettext as _
from exporter.language import ngettext
from exporter.limits import Limit
from exporter.model import Server
from exporter.model.conditions import DaemonCondition, ServerCondition
from exporter.notifications.deliveries import LATE
from exporter.notifications.seldom import Seldom
from exporter.store import Store, StoreUnavailableError
from exporter.times import DAY, SECOND, Millis

LIMITS = frozenset({Limit.SERVERS, Limit.JOBS, Limit.JOBS_PER_SERVER, Limit.UPLOAD_MEMORY})
"""The limits at which reports are refused that would have been recorded."""

PROBED_EVERY_SECONDS = 60.0
"""Each probe may write to the disk."""

PullFailures = Callable[[], Mapping[str, str | None]]
"""Returns for each server that is pulled from why that fails.

Empty where it does not, None where that is not known yet.
"""

PulledServers = Callable[[], Iterable[Server]]
"""Returns the servers of which a pull went well."""

StorageProblem = Callable[[], str | None]
"""Returns why reports cannot be stored; None where they can."""


def no_pulls() -> Mapping[str, str | None]:
    """Return the pull failures of a daemon that pulls from nobody."""
    return {}


ReportsMissing = Callable[[Millis], Iterable[tuple[Server, MissingReports]]]
"""Returns the servers whose reports do not come at a time."""


def none_missing(_now: Millis) -> Iterable[tuple[Server, MissingReports]]:
    """Return that all reports come."""
    return ()


def storage_problem(store: Store) -> str | None:
    """Return why no report can be stored; None after a write that has just reached the disk."""
    try:
        store.check_writable()
    except StoreUnavailableError as error:
        return str(error)
    return None


class SeldomProbe(Seldom[str | None]):
    """Tells what the storage's problem was at most a minute ago."""

    def __init__(self, store: Store) -> None:
        super().__init__(partial(storage_problem, store), PROBED_EVERY_SECONDS)


class FaultSources(Struct, frozen=True):
    """Who knows what is wrong. `oldest_waiting` is when the oldest undelivered message was made."""

    storage: StorageProblem
    refusals: Refusals
    timekeeper: Timekeeper
    self_metrics: SelfMetrics
    oldest_waiting: Callable[[], Millis | None]
    pull_failures: PullFailures
    pulled: PulledServers
    missing_reports: ReportsMissing = none_missing


class DaemonFaults:
    """Asks those who know what is wrong; as thread-safe as they are."""

    def __init__(self, sources: FaultSources) -> None:
        self._sources = sources

    def all(self, now: Millis) -> tuple[Fault, ...]:
        """Return all that is wrong, the worst first."""
        return (*self._daemon(now), *self.of_servers(now))

    def of_servers(self, now: Millis) -> tuple[Fault, ...]:
        """Return what is wrong with servers, the worst first."""
        pulls = [
            Fault(ServerCondition.PULL_FAILING, reason, server=server)
            for server, reason in sorted(self.of_pulls().items())
            if reason
        ]
        found = [*pulls, *self.of_pulled(now), *self.missing_reports(now).values()]
        return tuple(sorted(found, key=lambda each: each.condition.rank))

    def of_pulled(self, now: Millis) -> Sequence[Fault]:
        """Return what is wrong with servers by what the last pull knew of them."""
        return faults_of(self._sources.pulled(), now)

    def pulled_names(self) -> frozenset[str]:
        """Return the names of the servers of which a pull went well."""
        return frozenset(each.name for each in self._sources.pulled())

    def missing_reports(self, now: Millis) -> Mapping[str, Fault]:
        """Return the servers whose reports do not come, by their name."""
        found = self._sources.missing_reports(now)
        return {server.shown_name: _missing(server, each) for server, each in found}

    def of_daemon(self, now: Millis) -> Mapping[DaemonCondition, str]:
        """Return what is wrong with the daemon, each with its reason."""
        return {
            each.condition: each.reason
            for each in self._daemon(now)
            if isinstance(each.condition, DaemonCondition)
        }

    def of_pulls(self) -> Mapping[str, str | None]:
        """Return for each server that is pulled from why that fails, as `PullFailures` does."""
        return self._sources.pull_failures()

    def storage(self) -> str | None:
        """Return why reports cannot be stored; None if they can."""
        return self._sources.storage()

    def _daemon(self, now: Millis) -> list[Fault]:
        storage, waiting = self._storage(), None
        try:
            waiting = self._waiting(now)
        except StoreUnavailableError as error:  # whether any is late is then not known
            storage = storage or Fault(DaemonCondition.STORAGE, str(error))
        found = (storage, self._refused(now), self._clock(), waiting, self._config(), self._limit())
        return [each for each in found if each is not None]

    def _storage(self) -> Fault | None:
        reason = self.storage()
        return None if reason is None else Fault(DaemonCondition.STORAGE, reason)

    def _refused(self, now: Millis) -> Fault | None:
        found = self._sources.refusals.open(now)
        if found is None:
            return None
        reason = f"refused from {found.newest.address}: {found.newest.reason}"
        return Fault(DaemonCondition.REFUSED, reason, found.since, count=found.count)

    def _clock(self) -> Fault | None:
        reason = self._sources.timekeeper.fault()
        return None if reason is None else Fault(DaemonCondition.CLOCK, reason)

    def _waiting(self, now: Millis) -> Fault | None:
        oldest = self._sources.oldest_waiting()
        if oldest is None or now - oldest < LATE:
            return None
        reason = f"a message waits since {exact(oldest)}"
        return Fault(DaemonCondition.NOTIFICATIONS, reason, oldest)

    def _config(self) -> Fault | None:
        refused = self._sources.self_metrics.refused_config
        if refused is None:
            return None
        reason = ngettext(
            "the log names its fault, and the one before stays in use",
            "the log names its %(count)s faults, and the one before stays in use",
            refused.faults,
        )
        said = reason % {"count": number(refused.faults)}
        return Fault(DaemonCondition.CONFIG, said, refused.at)

    def _limit(self) -> Fault | None:
        hit = LIMITS.intersection(self._sources.self_metrics.limits_hit_within(DAY / SECOND))
        if not hit:
            return None
        names = [limit.value for limit in Limit if limit in hit]
        reached = _("reached in the last day: %(names)s") % {"names": ", ".join(names)}
        return Fault(DaemonCondition.LIMIT, reached)


def _missing(server: Server, found: MissingReports) -> Fault:
    text = ngettext(
        "the newest run of %(count)s backup is known by pulling only",
        "the newest runs of %(count)s backups are known by pulling only",
        found.jobs,
    )
    reason = text % {"count": number(found.jobs)}
    name = server.shown_name
    return Fault(ServerCondition.REPORTS_MISSING, reason, found.since, server=name)
