"""Jobs that may be one backup which was renamed, where Duplicati's own id is not enough.

The command line sends a hash of the destination, which all backups to that place share. So a job
that starts where another one ends is only suggested to be the same.
"""

import re
from collections import defaultdict
from collections.abc import Callable

from exporter.fleet.views import Evaluation
from exporter.jobs.job import Job
from exporter.model import JobKind

_NUMBERED = re.compile(r"DB-[0-9]+", re.ASCII)

_Key = tuple[int, str, JobKind, str]


class Lookalikes:
    """The jobs of each server by the id that the command line gives them. Not thread-safe."""

    def __init__(self) -> None:
        self._alike: dict[_Key, set[int]] = defaultdict(set)
        self._keys: dict[int, _Key] = {}

    def put(self, job: Job) -> None:
        """Add or replace a job."""
        self.remove(job.id)
        key = _key(job)
        if key is not None:
            self._keys[job.id] = key
            self._alike[key].add(job.id)

    def remove(self, job_id: int) -> None:
        """Forget a job."""
        key = self._keys.pop(job_id, None)
        if key is not None:
            self._alike[key].discard(job_id)
            if not self._alike[key]:
                del self._alike[key]

    def before(self, job_id: int, found: Callable[[int], Evaluation | None]) -> int | None:
        """Return a job that looks like this one and ended before it started, if any.

        `found` returns what holds for a job; None where that is not known.
        """
        key = self._keys.get(job_id)
        own = None if key is None else found(job_id)
        started = None if own is None else own.health.first_start
        if key is None or started is None:
            return None
        others = ((each, found(each)) for each in self._alike[key])
        lasts = [(each, other.health.last_start) for each, other in others if other is not None]
        ended = [each for each, last in lasts if last is not None and last < started]
        return min(ended, default=None)


def _key(job: Job) -> _Key | None:
    identity = job.identity
    if identity is None or _NUMBERED.fullmatch(identity.backup_id) is not None:
        return None
    return job.server_id, identity.machine_id, job.kind, identity.backup_id
