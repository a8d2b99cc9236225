"""What of a fleet changed and was not asked for yet."""

import threading

from exporter.fleet.watching import Watches
from exporter.times import Millis


class Pending:
    """The ids of what was changed or removed since a time. Needs the lock of the fleet.

    `changed` is set while there are any, for who waits without the lock.
    """

    def __init__(self) -> None:
        self.watches = Watches()
        self.changed = threading.Event()
        self.since: Millis = 0
        self.servers: set[int] = set()
        self.jobs: set[int] = set()

    def note_job(self, job_id: int) -> None:
        """Note that a job changed."""
        self.jobs.add(job_id)
        if not self.changed.is_set():
            self.changed.set()
        self.watches.note(job_id)

    def start_again(self, now: Millis) -> None:
        """Forget all, once it was told."""
        self.since, self.servers, self.jobs = now, set(), set()
        self.changed.clear()
