"""Hands requests to threads, and wakes no more threads than needed."""

from waitress.channel import HTTPChannel
from waitress.task import ThreadedTaskDispatcher

from api.route_prefix import RoutePrefix

_READS = 8
"""Scrapes and pages take turns at the one interpreter anyway; a few may wait for the disk."""

_REPORTS = 1
"""More threads would take the interpreter's lock from each other, and gain nothing."""

_LIVE = 8
"""Live reports change memory, or make a commit one after the other."""

_PROBES = 2
_OWN = 1
_ACTIVITY = "/api/activity"
_SCRAPED = ("/metrics", "/api/health")
_PART_OF_DAEMON = "part=daemon"
_NO_PREFIX = RoutePrefix()


class Dispatcher(ThreadedTaskDispatcher):
    """Wakes one thread for what comes together; that one wakes the next while there is more.

    waitress wakes one for each request. Where answers are short the first thread has given them
    all before the others are awake, and waking them took a third of the time.
    """

    def __init__(self) -> None:
        super().__init__()
        self.in_flight = 0
        """Requests that wait for a thread or are worked on by one."""

    def add_task(self, task: HTTPChannel) -> None:
        """Queue a connection that has a request."""
        self.keep()
        self.resume(task)

    def keep(self) -> None:
        """Count what was begun as in flight, until it is resumed."""
        with self.lock:
            self.in_flight += 1

    def resume(self, task: HTTPChannel) -> None:
        """Queue a connection again that was kept."""
        with self.lock:
            self.queue.append(task)
            if len(self.queue) == 1:
                self.queue_cv.notify()

    def __enter__(self) -> None:
        """Serve what was queued; if more waits, wake another thread for it before.

        The queue is looked at without the lock: what comes into an empty one wakes a thread itself.
        """
        if self.queue:
            with self.lock:
                self.queue_cv.notify()

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.in_flight -= 1


class Pools:
    """Threads for what must not wait for each other."""

    def __init__(self, uploads: int) -> None:
        self.uploads = _pool(uploads)
        """Also all other changes: they wait for the disk, or for a lock of the database."""
        self.reports = _pool(_REPORTS)
        """Small reports, as nearly all are: nothing that it does waits."""
        self.live = _pool(_LIVE)
        """Hundreds of running backups tell of it twice a minute. Where the database is away these
        wait for it, too, and are not to keep the threads from the reports, which come once."""
        self.reads = _pool(_READS)
        self.probes = _pool(_PROBES)
        """A probe waits for the disk, for a second at most; no question to the store before it."""
        self.own = _pool(_OWN)
        """A daemon tells of itself that its database is away, while all reads wait for that."""
        self.refusals = _pool(1)

    def of(
        self, method: str, path: str, query: str, prefix: RoutePrefix = _NO_PREFIX
    ) -> Dispatcher:
        """Return the threads that answer a request, which may be to a path below a prefix."""
        path = prefix.without(path)
        if method not in ("GET", "HEAD", "OPTIONS"):
            return self.live if path == _ACTIVITY else self.uploads
        if path.startswith("/-/"):
            return self.probes
        asks_own = path in _SCRAPED and _PART_OF_DAEMON in query.split("&")
        return self.own if asks_own else self.reads

    def shutdown(self) -> None:
        """Stop the threads; those that do not end in time are abandoned."""
        for pool in self._all():
            pool.shutdown(timeout=1)

    def _all(self) -> tuple[Dispatcher, ...]:
        writing = self.reports, self.uploads, self.live
        return *writing, self.reads, self.probes, self.own, self.refusals


def _pool(threads: int) -> Dispatcher:
    dispatcher = Dispatcher()
    dispatcher.set_thread_count(threads)
    return dispatcher
