"""What the notifier sees: jobs as the page shows them, and what reports changed meanwhile."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Self

from exporter.conditions.evaluate import BY_RUNS, conditions
from exporter.conditions.faults import Fault
from exporter.config.notifications import Channel
from exporter.fleet import Fleet
from exporter.fleet.views import JobView
from exporter.model.conditions import AnyCondition, Condition, DaemonCondition, ServerCondition
from exporter.model.notifications import ConditionChange, SubjectKind
from exporter.model.tags import has_all
from exporter.notifications.matching import matches, matches_job
from exporter.notifications.tracker import CONDITIONS, Observation
from exporter.times import Millis

DAEMON = SubjectKind.DAEMON.value

_OF_JOBS: frozenset[AnyCondition] = frozenset(Condition)
_OF_RUNS: frozenset[AnyCondition] = frozenset(BY_RUNS)
_OF_PULLS: frozenset[AnyCondition] = frozenset({ServerCondition.PULL_FAILING})
_OF_REPORTS: frozenset[AnyCondition] = frozenset({ServerCondition.REPORTS_MISSING})
_OF_PULLED: frozenset[AnyCondition] = frozenset(ServerCondition) - _OF_PULLS - _OF_REPORTS
"""What is decided by what the last pull knew of a server."""

_OF_DAEMON: frozenset[AnyCondition] = frozenset(DaemonCondition)


class Seen(NamedTuple):
    """What a job looked like: as long as it is the same, there is nothing new to tell of it."""

    held: frozenset[AnyCondition]
    silent: bool
    names: tuple[str | None, ...]

    @classmethod
    def of(cls, view: JobView, seen: Observation) -> Self:
        """Return what a job looks like."""
        names = (view.server.name, view.server.alias, view.job.name)
        return cls(seen.held, seen.silent, names)


def subject_of_job(job_id: int) -> str:
    """Return the subject of a job's alerts."""
    return f"{SubjectKind.JOB.value}:{job_id}"


def subject_of_pull(name: str) -> str:
    """Return the subject of the alerts of a server that is pulled from."""
    return f"{SubjectKind.SERVER.value}:{name}"


def of_view(view: JobView, now: Millis) -> Observation:
    """Return all that holds for a job now."""
    held = frozenset[AnyCondition](conditions(view, now))
    return Observation(subject_of_job(view.job.id), held, _OF_JOBS, now, is_silent(view, now))


def of_change(change: ConditionChange, view: JobView, now: Millis) -> Observation:
    """Return what held for a job after one of its reports.

    One that a clock ahead has dated counts from now: it would be told only once that time comes.
    """
    held = frozenset(CONDITIONS[each] for each in change.held if each in CONDITIONS)
    subject, silent = subject_of_job(change.job_id), is_silent(view, now)
    at = min(change.at, now)
    return Observation(subject, held, _OF_RUNS, at, silent, change.reason)


def of_pull(name: str, *, failing: bool, now: Millis) -> Observation:
    """Return whether pulling from a server fails."""
    held = _OF_PULLS if failing else frozenset[AnyCondition]()
    return Observation(subject_of_pull(name), held, _OF_PULLS, now)


def of_pulled(
    names: Iterable[str], faults: Iterable[Fault], now: Millis
) -> list[tuple[str, Observation]]:
    """Return what holds for servers by what the last pulls knew, once for each name."""
    held = defaultdict[str | None, set[AnyCondition]](set)
    for fault in faults:
        held[fault.server].add(fault.condition)
    return [
        (name, Observation(subject_of_pull(name), frozenset(held[name]), _OF_PULLED, now))
        for name in sorted(names)
    ]


def of_reports(name: str, *, missing: bool, now: Millis) -> Observation:
    """Return whether the reports of a server do not come."""
    held = _OF_REPORTS if missing else frozenset[AnyCondition]()
    return Observation(subject_of_pull(name), held, _OF_REPORTS, now)


def of_daemon(held: Iterable[DaemonCondition], now: Millis) -> Observation:
    """Return what is wrong with the daemon."""
    return Observation(DAEMON, frozenset(held), _OF_DAEMON, now)


def is_silent(view: JobView, now: Millis) -> bool:
    """Return whether a person wants to hear nothing of a job now."""
    return view.muted(now) or view.schedule.paused


def is_told_of(channel: Channel, view: JobView) -> bool:
    """Return whether a channel is told of a job."""
    return matches_job(channel, view.server, view.job)


def is_told_of_pull(channel: Channel, name: str, fleet: Fleet) -> bool:
    """Return whether a channel is told of pulling from a server; its tags are those it has here."""
    tags = [server.tags for server in fleet.find_servers(name)]
    return matches(channel.servers, name) and has_all(channel.tags, *tags)
