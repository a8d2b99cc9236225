"""What other daemons changed, before any question is answered.

Each commit of a daemon is a row with its running number. A daemon makes one commit after the other,
and each has read the one before, so whoever sees number n sees all before it; between daemons no
order is needed. A number or a time that all of them share cannot tell this: of commits that are
under way it hides the later ones (a quarter of 13,801 changes were never seen that way).
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
from exporter.store.rules import live_runs
from exporter.store.rules.write_cache import WriteCache
from exporter.times import MINUTE, Millis

_EVERY_SECONDS = 1.0
_MAX_SLEEP: Millis = 5 * MINUTE
"""Who asked nothing for longer, by the database's clock, reads everything anew: of a daemon that
came and went meanwhile not even a commit is left. Less than commits are kept."""

_READING_SECONDS = 120.0
"""How long it may take to read everything; 100,000 jobs take four seconds on an idle machine."""

_PATIENCE_SECONDS = 5.0
"""How long who asks waits for a database that is away."""

_log = logging.getLogger(__name__)


class Mark(NamedTuple):
    """What marks a commit as this daemon's: its number, a token, and that of the one before."""

    writer: int
    stamp: int
    token: int
    last_token: int | None


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
        self._showing = threading.Lock()
        self._seen: Seen = {}
        self._turn = threading.Condition()
        self._started = 0
        self._answered = 0
        self._asking = False
        self._stale = True
        self._asked: Millis | None = None
        self.histories_lost = 0
        self.questions = 0
        self.question_seconds = 0.0
        self.is_reachable = True
        self.when_lost: Callable[[], None] = lambda: None
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

    def show_own(self, mark: Mark, fresh: WriteCache, news: News, known: WriteCache) -> None:
        """Take over a commit of our own, unless the feed is to bring it.

        That is where one before it was not shown yet, which would be passed over, and where all
        was read anew since it began with what was `known`.
        """
        with self._showing:
            last = self._seen.get(mark.writer, (0, 0))[0]
            if known is self.memory.cache and mark.stamp == last + 1:
                self.memory.commit(fresh, news)
                self._seen[mark.writer] = mark.stamp, mark.token

    def reload(self) -> None:
        """Read everything anew, in the place of all that was known."""
        self._stale = True
        self.catch_up()

    def catch_up(self, patience: float = _PATIENCE_SECONDS) -> None:
        """Return once all that was acknowledged anywhere before the call is known.

        Raises:
            StoreUnavailableError: the database did not answer for so many seconds.
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
        """Ask for all who wait; the lock is held at the start and at the end."""
        self._started += 1
        number, self._asking = self._started, True
        self._turn.release()
        answered, asked = False, time.monotonic()
        try:
            hanging = _READING_SECONDS if self._stale else None
            self._connection.use(self._ask, patience, hanging)
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
        now, since, found = queries.heads(db, seen)
        self._clock.set(now)
        self.memory.listen_since(since)
        has_slept = self._asked is not None and now - self._asked > _MAX_SLEEP
        if has_slept or not _is_whole(seen, found):
            self._read_anew(db)
        elif _new(seen, found):
            self._read_news(db, seen)
        self._asked, self.answered_at = now, time.monotonic()

    def catch_up_within(self, db: PgSession) -> bool:
        """Take over what is new on the connection of a transaction that lets nobody change places.

        A pooler may have no other connection to give. Return False where all is to be read anew.
        """
        seen = self._seen_by_now()
        found = queries.all_heads(db, seen)
        if not _is_whole(seen, found):
            return False
        self._show(db, _new(seen, found))
        return True

    def _read_news(self, db: PgSession, seen: Seen) -> None:
        """Show what is new: of one moment, else a job may be seen whose server is gone."""
        with db.connection.pipeline():
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
        """Show the rows that commits name, unless all is read anew meanwhile."""
        known = self.memory.cache
        servers = sorted({server for head in new for server in head.servers})
        jobs = sorted({job for head in new for job in head.jobs})
        news = queries.news(db, servers, jobs)
        live = list(live_runs.of_jobs(db, sorted({job for head in new for job in head.live})))
        with self._showing:
            if known is not self.memory.cache:
                return
            self.memory.apply(news)
            for job_id, run in live:
                self.memory.apply_live_run(job_id, run)
            for head in new:
                if head.stamp > self._seen.get(head.writer, (0, 0))[0]:
                    self._seen[head.writer] = head.stamp, head.token

    def _read_anew(self, db: PgSession) -> None:
        """Read everything; own commits may be lost, too, and nobody may report for long."""
        self._stale = True  # a try that takes too long is followed by one that has more time
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
        """See whether the database lost what was seen in it."""
        known = self._seen.items()
        if any(last.get(writer, seen)[0] < seen[0] for writer, seen in known):
            self.histories_lost += 1
            _log.warning("the database lost commits: all is read anew")

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


def _new(seen: Seen, found: Sequence[Head]) -> list[Head]:
    return [head for head in found if head.stamp > seen.get(head.writer, (0, 0))[0]]


def _is_whole(seen: Seen, found: Sequence[Head]) -> bool:
    """Whether all that follows what was seen is there.

    It is not when this process slept longer than commits are kept, when another daemon was
    unheard of for so long that it was dropped, and when the database lost what it had: a standby
    without the last commits was promoted, or an older copy was restored.
    """
    first: dict[int, Head] = {}
    for head in found:
        first.setdefault(head.writer, head)
    return seen.keys() <= first.keys() and all(
        (head.stamp, head.token) == seen.get(writer, (1, head.token))
        for writer, head in first.items()
    )
