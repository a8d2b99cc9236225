"""What other daemons changed, before any question is answered.

Each commit of a daemon is a row with its running number. A daemon makes one commit after the other,
and each has read the one before, so whoever sees number n sees all before it; between daemons no
order is needed. A number or a time that all of them share cannot tell this: of commits that are
under way it hides the later ones (a quarter of 13,801 changes were never seen that way).
"""

import logging
import threading
import time
from collections.abc import Sequence

from exporter.logs import log_fields
from exporter.store.errors import StoreUnavailableError
from exporter.store.postgres import queries
from exporter.store.postgres.connecting import Connector, SteadyConnection
from exporter.store.postgres.memory import Memory
from exporter.store.postgres.queries import Head
from exporter.store.postgres.session import PgSession
from exporter.store.rules import live_runs
from exporter.times import Millis

_EVERY_SECONDS = 1.0
_PATIENCE_SECONDS = 5.0
"""How long who asks waits for a database that is away."""

_PAUSE_SECONDS = 0.1

_log = logging.getLogger(__name__)


class Clock:
    """The database's time, which all daemons share; between questions the machine counts on."""

    def __init__(self) -> None:
        self._ahead: float = time.time() * 1000 - time.monotonic() * 1000

    def set(self, now: Millis) -> None:
        """Take over what the database says."""
        self._ahead = now - time.monotonic() * 1000

    def __call__(self) -> Millis:
        """Return the present time."""
        return round(time.monotonic() * 1000 + self._ahead)


class Feed:
    """Asks for what is new. Any thread may call `catch_up`; those who come together share it."""

    def __init__(self, connector: Connector, memory: Memory, clock: Clock) -> None:
        self._connection = SteadyConnection(connector)
        self.memory = memory
        self._clock = clock
        self._seen: dict[int, tuple[int, int]] = {}
        self._turn = threading.Condition()
        self._started = 0
        self._finished = 0
        self._errors: dict[int, StoreUnavailableError] = {}
        self._asking = False
        self._stale = True
        self.histories_lost = 0
        self.questions = 0
        self.question_seconds = 0.0
        self.is_reachable = True
        self.answered_at = time.monotonic()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._ask_now_and_then, name="feed", daemon=True)

    def start(self) -> None:
        """Ask now and then from now on, so that little is ever new."""
        self._thread.start()

    def close(self) -> None:
        """End the thread and the connection."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()
        self._connection.close()

    def note_own(self, writer: int, stamp: int, token: int) -> None:
        """Note that a commit of our own is known already."""
        with self._turn:
            if stamp > self._seen.get(writer, (0, 0))[0]:
                self._seen[writer] = stamp, token

    def reload(self) -> None:
        """Read everything anew, in the place of all that was known."""
        self._stale = True
        self.catch_up()

    def catch_up(self, patience: float = _PATIENCE_SECONDS) -> None:
        """Return once all that was acknowledged anywhere before the call is known.

        Raises:
            StoreUnavailableError: the database did not answer for so many seconds.
        """
        with self._turn:
            wanted = self._started + 1
            while self._finished < wanted:
                if self._asking:
                    if not self._turn.wait(patience):
                        raise StoreUnavailableError("the database does not answer")
                else:
                    self._lead(patience)
            error = self._errors.get(wanted)
        if error is not None:
            raise error

    def _lead(self, patience: float) -> None:
        """Ask for all who wait; the lock is held at the start and at the end."""
        self._started += 1
        number, self._asking = self._started, True
        self._turn.release()
        error: StoreUnavailableError | None = None
        asked = time.monotonic()
        try:
            self._connection.use(self._ask, patience)
            self.is_reachable = True
        except StoreUnavailableError as failure:
            error, self.is_reachable = failure, False
        finally:
            self._turn.acquire()
            self._finished, self._asking = number, False
            self._errors = {} if error is None else {number: error}
            self.questions += 1
            self.question_seconds += time.monotonic() - asked
            self._turn.notify_all()

    def _ask(self, db: PgSession) -> None:
        if self._stale:
            self._read_everything(db)
        full = True
        while full:
            now, since, found = queries.heads(db, dict(self._seen))
            self._clock.set(now)
            self.memory.listen_since(since)
            if not self._is_whole(found):
                self._read_everything(db)
                return
            new = [head for head in found if head.stamp > self._seen.get(head.writer, (0, 0))[0]]
            self._show(db, new)
            full = any(_count(found, head.writer) >= queries.HEADS for head in new)
        self.answered_at = time.monotonic()

    def _show(self, db: PgSession, new: Sequence[Head]) -> None:
        if not new:
            return
        servers = sorted({server for head in new for server in head.servers})
        jobs = sorted({job for head in new for job in head.jobs})
        if servers or jobs:
            self.memory.apply(queries.news(db, servers, jobs))
        live = sorted({job for head in new for job in head.live})
        for job_id, run in live_runs.of_jobs(db, live):
            self.memory.apply_live_run(job_id, run)
        for head in new:
            self.note_own(head.writer, head.stamp, head.token)

    def _is_whole(self, found: Sequence[Head]) -> bool:
        """Whether all that follows what was seen is there.

        It is not when this process slept longer than commits are kept, when another daemon was
        unheard of for so long that it was dropped, and when the database lost what it had: a
        standby without the last commits was promoted, or an older copy was restored.
        """
        first: dict[int, Head] = {}
        for head in found:
            first.setdefault(head.writer, head)
        for writer, head in first.items():
            seen = self._seen.get(writer)
            if seen is not None and (head.stamp, head.token) != seen and head.stamp <= seen[0]:
                self.histories_lost += 1
                _log.warning("the database lost commits: all is read anew")
        return self._seen.keys() <= first.keys() and all(
            (head.stamp, head.token) == self._seen.get(writer, (1, head.token))
            for writer, head in first.items()
        )

    def _read_everything(self, db: PgSession) -> None:
        with db.connection.transaction():
            db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            found, last = queries.everything(db)
        with self._turn:
            self._seen = dict(last)
        self.memory.replace(found)
        self._stale = False
        self.answered_at = time.monotonic()

    def _ask_now_and_then(self) -> None:
        reachable = True
        while not self._ending.wait(_EVERY_SECONDS):
            try:
                self.catch_up()
            except StoreUnavailableError as error:
                if reachable:
                    _log.warning("database unavailable", extra=log_fields(reason=str(error)))
                reachable = False
            except Exception:  # noqa: BLE001 - the next question may be answered
                _log.exception("what other daemons changed could not be read")
            else:
                if not reachable:
                    _log.info("database available again")
                reachable = True


def _count(found: Sequence[Head], writer: int) -> int:
    return sum(head.writer == writer for head in found)
