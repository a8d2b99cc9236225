"""The jobs of the fleet, by their ids and by their servers."""

import bisect
from collections import defaultdict
from collections.abc import Iterable, KeysView, Sequence

from exporter.fleet.tags import Tags
from exporter.jobs.job import Job
from exporter.model import JobKind


class Jobs:
    """Every job. Any thread may `get` one; all else needs one caller at a time."""

    def __init__(self, tags: Tags) -> None:
        self._tags = tags
        self._by_id: dict[int, Job] = {}
        self._by_server: defaultdict[int, list[int]] = defaultdict(list)

    def __getitem__(self, job_id: int) -> Job:
        return self._by_id[job_id]

    def get(self, job_id: int) -> Job | None:
        """Return a job by its id."""
        return self._by_id.get(job_id)

    def ids(self) -> KeysView[int]:
        """Return the id of every job."""
        return self._by_id.keys()

    def of(self, server_id: int) -> Sequence[int]:
        """Return the ids of a server's jobs, in order."""
        return self._by_server.get(server_id, ())

    def named(self, server_id: int | None, kind: JobKind, name: str) -> int | None:
        """Return the id of a server's job of this kind that Duplicati calls so."""
        jobs = self._of(server_id)
        return _first(each.id for each in jobs if each.own_name == name and each.kind is kind)

    def ever_named(self, server_id: int | None, kind: JobKind, name: str) -> int | None:
        """Return the id of a server's job of this kind that is called so, or else was."""
        jobs = self._of(server_id)
        former = (each.id for each in jobs if name in each.formerly and each.kind is kind)
        named = self.named(server_id, kind, name)
        return _first(former) if named is None else named

    def called(self, server_id: int, name: str) -> Job | None:
        """Return a server's job of any kind that is called so, or else was."""
        by_rank = {_rank(each, name): each for each in reversed(list(self._of(server_id)))}
        found = min(by_rank, default=_NOT_CALLED)
        return by_rank[found] if found < _NOT_CALLED else None

    def put(self, job: Job) -> None:
        """Add a job, or replace it; it may be another server's by now."""
        known = self._by_id.get(job.id)
        if known is None or known.server_id != job.server_id:
            if known is not None:
                self._by_server[known.server_id].remove(job.id)
            bisect.insort(self._by_server[job.server_id], job.id)
        self._by_id[job.id] = job
        self._tags.change(() if known is None else known.settings.tags, job.settings.tags)

    def remove(self, job_id: int) -> None:
        """Remove a job."""
        job = self._by_id.pop(job_id)
        self._by_server[job.server_id].remove(job_id)
        self._tags.change(job.settings.tags, ())

    def forget_server(self, server_id: int) -> None:
        """Forget a server that has no job any more."""
        self._by_server.pop(server_id, None)

    def _of(self, server_id: int | None) -> Iterable[Job]:
        return (self._by_id[job_id] for job_id in self._by_server.get(server_id or 0, ()))


_NOT_CALLED = 3


def _rank(job: Job, name: str) -> int:
    """Return how surely a name means a job; `_NOT_CALLED` where it does not."""
    names = (job.name, job.own_name)
    if name in names:
        return names.index(name)
    return 2 if name in job.formerly else _NOT_CALLED


def _first(ids: Iterable[int]) -> int | None:
    return next(iter(ids), None)
