"""The lease of the daemon that leads, and the entry by which each is known to the others.

The daemon that has the lease removes what is old, records runs that failed without a report, and
pulls. If one slept and two believe for a short time that they have it, no harm is done: each of
these may be done twice. PostgreSQL's own locks belong to a session, which a pooler does not keep.
"""

import logging
import threading
import time

from exporter.logs import log_fields
from exporter.store.errors import StoreUnavailableError
from exporter.store.postgres import listing
from exporter.store.postgres.connecting import Connector, SteadyConnection
from exporter.store.postgres.schema import FORMAT, NOW
from exporter.store.postgres.session import PgSession
from exporter.store.postgres.writer import PgWriter

LEASE_SECONDS = 30.0
_EVERY_SECONDS = 5.0
_PATIENCE_SECONDS = 5.0

_HEARD = "UPDATE writers SET heard = clock_timestamp(), url = ? WHERE id = ?"
_COUNT = """
SELECT count(*) FROM writers WHERE heard > clock_timestamp() - interval '1 minute' AND url <> ''"""
"""Without a URL it is a command that uses the database, not a daemon."""

_RAISE_FORMAT = """
UPDATE meta SET value = ? WHERE key = 'format' AND value < ? AND NOT EXISTS (
    SELECT 1 FROM writers WHERE heard > clock_timestamp() - interval '1 minute' AND format < ?)"""
"""Only when no daemon is left that would not understand what the newest version writes."""

_NOBODY_LISTENED = f"""
UPDATE meta SET value = {NOW} WHERE key = 'listening_since'
AND (SELECT heard.value FROM meta AS heard WHERE heard.key = 'heard') < {NOW} - 60000"""  # noqa: S608 - constant
_LISTENS = f"UPDATE meta SET value = {NOW} WHERE key = 'heard'"  # noqa: S608 - constant
TAKE_LEASE = """
INSERT INTO leases AS lease (name, holder, until)
VALUES (?, ?, clock_timestamp() + make_interval(secs => ?))
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE lease.holder = excluded.holder OR lease.until < clock_timestamp()
RETURNING holder"""
_GIVE_BACK = "DELETE FROM leases WHERE holder = ?"
_LEAVE = (
    """
DELETE FROM writers WHERE id = ?
AND NOT EXISTS (SELECT 1 FROM commits WHERE commits.writer = writers.id)""",
    "UPDATE writers SET heard = clock_timestamp() - interval '50 minutes' WHERE id = ?",
)
"""A daemon that leaves stays known until the others have certainly seen its commits."""

FORGET = (
    "DELETE FROM writers WHERE heard < clock_timestamp() - interval '1 hour'",
    """
DELETE FROM commits WHERE at < clock_timestamp() - interval '10 minutes'
AND stamp < (SELECT max(stamp) FROM commits AS newest WHERE newest.writer = commits.writer)""",
)
"""Commits are kept as long as a daemon may sleep without reading everything again. The newest of
each writer stays: it shows that the next one follows without a gap."""

_LEASE = "housekeeping"

_log = logging.getLogger(__name__)


class Housekeeping:
    """A thread that takes and renews the lease. Thread-safe for reading `leads`."""

    def __init__(self, connector: Connector, writer: PgWriter) -> None:
        self._connection = SteadyConnection(connector)
        self._writer = writer
        self._until = 0.0
        self.url = ""
        self.daemons = 1
        """The number of daemons that were seen in the last minute."""
        self.size_bytes: int | None = None
        """Of the database, some seconds ago: a scrape of a daemon's own must not wait for it."""
        self._ending = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    @property
    def leads(self) -> bool:
        """Whether this daemon does what only one has to do."""
        return time.monotonic() < self._until

    def start(self) -> None:
        """Take the lease if nobody has it, and continue in the background."""
        self._keep()
        self._thread.start()

    def announce(self, url: str) -> None:
        """Publish where this daemon serves."""
        self.url = url
        self._wake.set()

    def close(self) -> None:
        """End the thread, and give up the lease for another daemon."""
        self._ending.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        try:
            self._connection.use(self._give_back, 0)
        except StoreUnavailableError as error:
            _log.debug("the lease could not be given up, it will expire", exc_info=error)
        self._connection.close()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._wake.wait(_EVERY_SECONDS)
            self._wake.clear()
            if not self._ending.is_set():
                self._keep()

    def _keep(self) -> None:
        try:
            self._connection.use(self._take, _PATIENCE_SECONDS)
        except StoreUnavailableError as error:
            _log.debug("the lease could not be renewed", exc_info=error)
        except Exception:  # noqa: BLE001 - it is tried again
            _log.exception("housekeeping failed")

    def _take(self, db: PgSession) -> None:
        asked = time.monotonic()
        db.execute(_HEARD, (self.url, self._writer.id))
        (self.daemons,) = db.execute(_COUNT).fetchone() or (0,)
        self.size_bytes = listing.size_bytes(db)
        db.execute(_NOBODY_LISTENED)
        db.execute(_LISTENS)
        held = (
            db.execute(TAKE_LEASE, (_LEASE, self._writer.id, LEASE_SECONDS)).fetchone() is not None
        )
        if held and not self.leads:
            _log.info("this daemon leads now", extra=log_fields(lease=_LEASE))
        self._until = asked + LEASE_SECONDS if held else 0.0
        if held:
            db.execute(_RAISE_FORMAT, (FORMAT,) * 3)
            for statement in FORGET:
                db.execute(statement)

    def _give_back(self, db: PgSession) -> None:
        db.execute(_GIVE_BACK, (self._writer.id,))
        for statement in _LEAVE:
            db.execute(statement, (self._writer.id,))
