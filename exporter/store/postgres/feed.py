"""The changes of other daemons, read before any request is answered.

Each commit of a daemon is a row with its running number. A daemon makes one commit after the other,
and each has read the one before, so whoever sees number n sees all before it; between daemons no
order is needed. A number or a time that all of them share cannot do this: a commit with a lower
one may end later and is then missed (a quarter of 13,801 changes were never seen that way).
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from exporter.logs import log_fields
from exporter.store.errors import StoreUnavailableError
from exporter.store.postgres import queries
from exporter.store.postgres.connecting import Connector, SteadyConnection
from exporter.store.postgres.memory import Memory, News
from exporter.store.postgres.queries import Head, Seen
from exporter.store.postgres.session import PgSession
from exporter.store.rules.write_cache import WriteCache
from exporter.times import MINUTE, Millis

_EVERY_SECONDS = 1.0
_MAX_SLEEP: Millis = 5 * MINUTE
"""A daemon that did not query for longer, by the database's clock, reads everything again: if
another one came and left meanwhile, not even a commit of it is left. Less than commits are kept."""

_READING_SECONDS = 120.0
"""How long reading everything may take; 100,000 jobs take four seconds on an idle machine."""

_PATIENCE_SECONDS = 5.0
"""How long a caller waits for a database that is away."""

_log = logging.getLogger(__name__)


class Mark(NamedTuple):
    """Identifies a commit of this daemon: its number, a token, and that of the one before."""

    writer: int
    stamp: int
    token: int
    last_token: int | None


class Clock:
    """The database's time, which all daemons share; between queries the machine's clock counts."""

    def __init__(self) -> None:
        self._ahead: float = time.time() * 1000 - time.monotonic() * 1000

    def set(self, now: Millis) -> None:
        """Set the time that the database returned."""
        self._ahead = now - time.monotonic() * 1000

    def __call__(self) -> Millis:
        """Return the present time."""
        return round(time.monotonic() * 1000 + self._ahead)


class Feed:
    """Reads what is new. `catch_up` is thread-safe; callers at the same time share one query."""

    def __init__(self, connector: Connector, memory: Memory, clock: Clock) -> None:
        self._connection = SteadyConnection(connector)
        self.memory = memory
        self._clock = clock
        self._showing = threading.Lock()
        self._seen: Seen = {}
        self._turn = threading.Condition()
        self._started = 0
        self._answered = 0
        self._asking = False
        self._stale = True
        self._asked: Millis | None = None
        self.refused: tuple[int | None, ...] = ()
        self.histories_lost = 0
        self.questions = 0
        self.question_seconds = 0.0
        self.is_reachable = True
        self.when_lost: Callable[[], None] = lambda: None
        self.answered_at = time.monotonic()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._ask_now_and_then, name="feed", daemon=True)

    def start(self) -> None:
        """Start to query regularly, so that there is never much that is new."""
        self._thread.start()

    def close(self) -> None:
        """End the thread and the connection."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()
        self._connection.close()

    def show_own(self, mark: Mark, fresh: WriteCache, news: News, known: WriteCache) -> None:
        """Apply a commit of our own, unless the feed has to bring it.

        The feed has to if an earlier one was not applied yet, as that would be skipped, and if
        everything was read again since the commit started with the cache `known`.
        """
        with self._showing:
            last = self._seen.get(mark.writer, (0, 0))[0]
            if known is self.memory.cache and mark.stamp == last + 1:
                self.memory.commit(fresh, news)
                self._seen[mark.writer] = mark.stamp, mark.token

    def reload(self) -> None:
        """Read everything again, and replace all that was known."""
        self._stale = True
        self.catch_up()

    def catch_up(self, patience: float = _PATIENCE_SECONDS) -> None:
        """Wait until all that any daemon acknowledged before the call is known.

        Raises:
            StoreUnavailableError: the database did not answer within `patience` seconds.
        """
        until = time.monotonic() + patience
        with self._turn:
            wanted = self._started + 1
            while self._answered < wanted:
                rest = until - time.monotonic()
                if rest <= 0:
                    raise StoreUnavailableError("the database does not answer")
                if self._asking:
                    self._turn.wait(rest)
                else:
                    self._lead(rest)

    def _lead(self, patience: float) -> None:
        """Query for all that wait; the lock is held at the start and at the end."""
        self._started += 1
        number, self._asking = self._started, True
        self._turn.release()
        answered, asked = False, time.monotonic()
        try:
            timeout = _READING_SECONDS if self._stale else None
            self._connection.use(self._ask, patience, timeout)
            answered = True
        finally:
            self._turn.acquire()
            self._asking, self.is_reachable = False, answered
            self.questions += 1
            self.question_seconds += time.monotonic() - asked
            if answered:
                self._answered = number
            self._turn.notify_all()

    def _ask(self, db: PgSession) -> None:
        if self._stale:
            self._read_everything(db)
        seen = self._seen_by_now()
        (now, since, found), refused = queries.question(db, seen)
        self._clock.set(now)
        self.memory.listen_since(since)
        has_slept = self._asked is not None and now - self._asked > _MAX_SLEEP
        if has_slept or not _is_whole(seen, found):
            self._read_anew(db)
        elif _new(seen, found):
            self._read_news(db, seen)
        self.refused = refused
        self._asked, self.answered_at = now, time.monotonic()

    def catch_up_within(self, db: PgSession) -> bool:
        """Apply what is new, within a transaction that holds the lock of structural changes.

        A pooler may have no other connection. Return False if everything must be read again.
        """
        seen = self._seen_by_now()
        found = queries.all_heads(db, seen)
        if not _is_whole(seen, found):
            return False
        self._show(db, _new(seen, found))
        return True

    def _read_news(self, db: PgSession, seen: Seen) -> None:
        """Apply what is new, as one snapshot: else there may be a job whose server is gone."""
        with db.together():
            db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            found = queries.all_heads(db, seen)
        is_whole = _is_whole(seen, found)
        if is_whole:
            self._show(db, _new(seen, found))
        db.execute("COMMIT")
        if not is_whole:
            self._read_anew(db)

    def _seen_by_now(self) -> Seen:
        with self._showing:
            return dict(self._seen)

    def _show(self, db: PgSession, new: Sequence[Head]) -> None:
        """Apply the rows that commits name, unless everything was read again meanwhile."""
        known = self.memory.cache
        servers = sorted({server for head in new for server in head.servers})
        jobs = sorted({job for head in new for job in head.jobs})
        live = sorted({job for head in new for job in head.live})
        news = queries.news(db, servers, jobs, live)
        with self._showing:
            if known is not self.memory.cache:
                return
            self.memory.apply(news)
            for head in new:
                if head.stamp > self._seen.get(head.writer, (0, 0))[0]:
                    self._seen[head.writer] = head.stamp, head.token

    def _read_anew(self, db: PgSession) -> None:
        """Read everything, and look for own commits now: without reports nothing else would."""
        self._stale = True  # if this takes too long, the next try has more time
        self._read_everything(db)
        self.when_lost()

    def _read_everything(self, db: PgSession) -> None:
        with db.connection.transaction():
            db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            found, last = queries.everything(db)
        with self._showing:
            self._count_lost(last)
            self._seen = dict(last)
            self.memory.replace(found)
        self._stale = False

    def _count_lost(self, last: Seen) -> None:
        """Count and log if the database lost commits that were seen in it."""
        known = self._seen.items()
        if any(last.get(writer, seen)[0] < seen[0] for writer, seen in known):
            self.histories_lost += 1
            _log.warning("the database lost commits: everything is read again")

    def _ask_now_and_then(self) -> None:
        reachable = True
        while not self._ending.wait(_EVERY_SECONDS):
            try:
                self.catch_up()
            except StoreUnavailableError as error:
                if reachable:
                    _log.warning("database unavailable", extra=log_fields(reason=str(error)))
                reachable = False
            except Exception:  # noqa: BLE001 - the next query may succeed
                _log.exception("the changes of other daemons could not be read")
            else:
                if not reachable:
                    _log.info("database available again")
                reachable = True


def _new(seen: Seen, found: Sequence[Head]) -> list[Head]:
    return [head for head in found if head.stamp > seen.get(head.writer, (0, 0))[0]]


def _is_whole(seen: Seen, found: Sequence[Head]) -> bool:
    """Return whether the commits found follow those that were seen without a gap.

    They do not if this process slept longer than commits are kept, if another daemon did not
    report for so long that it was removed, or if the database lost commits: a standby without the
    last ones was promoted, or an older copy was restored.
    """
    first: dict[int, Head] = {}
    for head in found:
        first.setdefault(head.writer, head)
    return seen.keys() <= first.keys() and all(
        (head.stamp, head.token) == seen.get(writer, (1, head.token))
        for writer, head in first.items()
    )
