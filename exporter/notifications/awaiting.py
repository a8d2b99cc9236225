"""Jobs of which nothing is told yet: their server is being asked what became of their runs."""

from collections.abc import Iterator
from typing import Protocol

from exporter.fleet.views import JobView
from exporter.model.conditions import AnyCondition, Condition
from exporter.notifications.tracker import MISSING, Observation
from exporter.times import MINUTE, Millis

PATIENCE: Millis = MINUTE
"""How long a job waits at most, whatever is said of its pull."""

_MISSING: frozenset[AnyCondition] = frozenset(MISSING)


class AwaitedPulls(Protocol):
    """The pulls that may find the run that is missing."""

    def mark(self) -> object:
        """Return a value that changes whenever a pull ends."""
        ...

    def waits_until(self, view: JobView, now: Millis) -> Millis | None:
        """Return until when to say nothing of an overdue job; None where nothing is awaited."""
        ...


class NoPulls:
    """A daemon that pulls from nobody."""

    def mark(self) -> object:
        """Return the same always."""
        return None

    def waits_until(self, _view: JobView, _now: Millis) -> Millis | None:
        """Return that nothing is awaited."""
        return None


class Awaiting:
    """The jobs that wait, and since when. Needs one caller at a time."""

    def __init__(self, pulls: AwaitedPulls) -> None:
        self._pulls = pulls
        self._since: dict[int, Millis] = {}
        self._mark = pulls.mark()

    @property
    def changed(self) -> bool:
        """Whether a pull ended for which a job may have waited."""
        return bool(self._since) and self._pulls.mark() != self._mark

    def take(self) -> list[int]:
        """Return the jobs that may have waited long enough, once for each pull that ended."""
        mark = self._pulls.mark()
        taken = [] if mark == self._mark else list(self._since)
        self._mark = mark
        return taken

    def until(self, view: JobView, seen: Observation, now: Millis) -> Millis | None:
        """Return until when a job waits; None if it does not, or did for long enough."""
        since = self._since.get(view.job.id, now)
        if Condition.OVERDUE not in seen.held or now - since >= PATIENCE:
            return None
        return self._pulls.waits_until(view, now)

    def begin(self, job_id: int, seen: Observation) -> Observation:
        """Note that a job waits; return what can be told of it all the same."""
        self._since.setdefault(job_id, seen.at)
        return _within(seen, seen.scope - _MISSING)

    def end(self, job_id: int, seen: Observation) -> Iterator[Observation]:
        """Note that a job does not wait; yield what was seen, what is missing as of when it was."""
        since = self._since.pop(job_id, None)
        if since is not None:
            yield _within(seen, seen.scope & _MISSING)._replace(at=since)
        yield seen

    def forget(self, job_id: int) -> None:
        """Forget a job that is gone."""
        self._since.pop(job_id, None)


def _within(seen: Observation, scope: frozenset[AnyCondition]) -> Observation:
    return seen._replace(held=seen.held & scope, scope=scope)
