"""Jobs that may be one backup which was renamed: what Duplicati calls them does not settle it.

The command line tells a hash of the destination, which all backups to that place share. So a job
that begins where another one ends is only suggested to be the same.
"""

import re
from collections import defaultdict
from collections.abc import Mapping

from exporter.fleet.views import Evaluation
from exporter.jobs.job import Job

_NUMBERED = re.compile(r"DB-[0-9]+", re.ASCII)

_Key = tuple[int, str, str]


class Lookalikes:
    """The jobs of each server by what the command line calls them. Needs one caller at a time."""

    def __init__(self) -> None:
        self._alike: dict[_Key, set[int]] = defaultdict(set)
        self._keys: dict[int, _Key] = {}

    def put(self, job: Job) -> None:
        """Take in a new or changed job."""
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

    def before(self, job_id: int, judged: Mapping[int, Evaluation]) -> int | None:
        """Return a job that looks like this one and ended where it begins, None without any."""
        key = self._keys.get(job_id)
        begun = None if key is None else judged[job_id].health.first_start
        if key is None or begun is None:
            return None
        others = self._alike[key] & judged.keys()
        lasts = ((judged[each].health.last_start, each) for each in others)
        ended = [each for last, each in lasts if last is not None and last < begun]
        return min(ended, default=None)


def _key(job: Job) -> _Key | None:
    identity = job.identity
    if identity is None or _NUMBERED.fullmatch(identity.backup_id) is not None:
        return None
    return job.server_id, identity.machine_id, identity.backup_id
