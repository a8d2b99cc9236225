"""Checks that a database can do what the daemons need, in a schema of its own."""

import contextlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import psycopg

from exporter.model.audit import Author
from exporter.model.notifications import Alert, AlertKey, Message, MessageKind, OutboxUpdate
from exporter.store.errors import StoreError
from exporter.store.postgres import listing, queries
from exporter.store.postgres.address import Address
from exporter.store.postgres.connecting import Connector, reason
from exporter.store.postgres.housekeeping import FORGET, TAKE_LEASE
from exporter.store.postgres.trial import JOB, WRITER, Trial
from exporter.store.rules import admin, outbox, read_queries
from exporter.store.values import Checked, RunFilter

_OLDEST = 140_000
_VERSION = "SELECT version()"
_VERSION_NUMBER = "SELECT CAST(current_setting('server_version_num') AS integer)"
_STANDBYS = "SELECT current_setting('synchronous_standby_names')"
_LOCK = "SELECT id FROM servers ORDER BY id FOR NO KEY UPDATE"
_CHANGE = "UPDATE servers SET revision = revision + 1"
_REVISION = "SELECT revision FROM servers"
_ALERT = Alert(AlertKey("trial", "daemon", "storage"), 0, 0)
_AUTHOR = Author("trial", 0)
_MESSAGE = Message("trial", MessageKind.ALERT, 0, "a trial", "a trial")


class _Check(NamedTuple):
    """A check; if it fails, `means` says what follows."""

    what: str
    attempt: Callable[[Trial], str]
    means: str
    essential: bool = True


class _UnexpectedError(Exception):
    """A statement ran, but with another result than in PostgreSQL."""


def check_database(url: str) -> Iterator[Checked]:
    """Run all checks and yield each outcome. Without tables the others are not run.

    Raises:
        StoreError: it cannot be reached.
    """
    connector = Connector(Address(url))
    try:
        with contextlib.closing(connector):
            trial = _opened(connector)
            try:
                yield from _tried(trial)
            finally:
                yield from _cleared(trial)
    except psycopg.Error as error:
        raise StoreError(f"{connector.address} cannot be used ({reason(error)})") from error


def _opened(connector: Connector) -> Trial:
    try:
        return Trial(connector)
    except psycopg.Error as error:
        raise StoreError(f"{connector.address} cannot be reached ({reason(error)})") from error


def _tried(trial: Trial) -> Iterator[Checked]:
    for check in _CHECKS:
        checked = _outcome(trial, check)
        yield checked
        if not checked.works and check.attempt is _tables:
            return


def _outcome(trial: Trial, check: _Check) -> Checked:
    try:
        with trial.watching():
            detail = check.attempt(trial)
    except Exception as error:  # noqa: BLE001 - another engine may raise anything
        _roll_back(trial)
        detail = f"{check.means} ({reason(error)})"
        return Checked(check.what, works=False, detail=detail, essential=check.essential)
    return Checked(check.what, works=True, detail=detail, essential=check.essential)


def _roll_back(trial: Trial) -> None:
    for session in (trial.first, trial.second):
        with contextlib.suppress(psycopg.Error):
            session.connection.rollback()


def _cleared(trial: Trial) -> Iterator[Checked]:
    """Remove the schema; yield a failed check if that fails, as the schema is then left."""
    try:
        trial.close()
    except psycopg.Error as error:
        detail = f"remove it with DROP SCHEMA {trial.schema} CASCADE ({reason(error)})"
        yield Checked("clean-up", works=False, detail=detail, essential=False)


def _server(trial: Trial) -> str:
    (version,) = trial.first.execute(_VERSION).fetchall()[0]
    (number,) = trial.first.execute(_VERSION_NUMBER).fetchall()[0]
    if number < _OLDEST:
        raise _UnexpectedError(version)
    return str(version).partition(" on ")[0]


def _tables(trial: Trial) -> str:
    trial.make_tables()
    return "created in a schema of their own"


def _new_server(trial: Trial) -> str:
    if not trial.record(0).new:
        raise _UnexpectedError("it was known already")
    return "recorded"


def _known_server(trial: Trial) -> str:
    recorded = trial.record(1)
    if recorded.job.state.total_runs != 2:  # noqa: PLR2004 - this one and the first
        raise _UnexpectedError("it was not counted")
    return "recorded"


def _feed(trial: Trial) -> str:
    with trial.second.transaction():
        found = queries.heads(trial.second, {}).heads
        news = queries.news(trial.second, _of(found, "servers"), _of(found, "jobs"))
    seen = [(head.writer, head.stamp) for head in found]
    if seen != [(WRITER, 1), (WRITER, 2)] or [job.name for job in news.change.jobs] != [JOB]:
        raise _UnexpectedError(f"saw {seen}")
    return "a second connection sees what the first committed"


def _of(heads: list[queries.Head], what: str) -> list[int]:
    return sorted({row_id for head in heads for row_id in getattr(head, what)})


def _lock_wait(trial: Trial) -> str:
    with trial.first.transaction(), trial.second.transaction():
        trial.first.execute(_LOCK).fetchall()
        trial.second.execute("SELECT set_config('lock_timeout', '200ms', TRUE)")
        try:
            trial.second.execute(_LOCK).fetchall()
        except psycopg.errors.LockNotAvailable:
            return "ends after lock_timeout"
    raise _UnexpectedError("two transactions have the same lock")


def _fresh_rows(trial: Trial) -> str:
    """Check that a transaction reads, after it got a lock, what was committed before."""
    with trial.second.transaction():
        before = trial.second.execute(_REVISION).fetchall()
        with trial.first.transaction():
            trial.first.execute(_CHANGE)
        trial.second.execute(_LOCK).fetchall()
        if trial.second.execute(_REVISION).fetchall() == before:
            raise _UnexpectedError("it reads what was there when the transaction started")
    return "are read as they were last committed"


def _conflict(trial: Trial) -> str:
    with trial.second.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ"):
        trial.second.execute(_REVISION).fetchall()
        with trial.first.transaction():
            trial.first.execute(_CHANGE)
        try:
            trial.second.execute(_CHANGE)
        except psycopg.errors.SerializationFailure:
            return "is reported, and the same can be tried again"
    raise _UnexpectedError("no conflict was reported")


def _lease(trial: Trial) -> str:
    for holder, wanted in ((WRITER, True), (WRITER, True), (WRITER + 1, False)):
        with trial.first.transaction():
            taken = trial.first.execute(TAKE_LEASE, ("trial", holder, 30.0)).fetchall() != []
            if taken != wanted:
                raise _UnexpectedError("two daemons have it")
            for statement in FORGET:
                trial.first.execute(statement)
    return "one daemon has it"


def _reading(trial: Trial) -> str:
    with trial.second.transaction():
        runs = read_queries.runs(trial.second, RunFilter(), None, 10)
        listing.newest_backups(trial.second, [run.job_id for run in runs], 10)
    return f"{len(runs)} runs found"


def _outbox(trial: Trial) -> str:
    """Check that a decision is stored whole, and that one of two daemons begins an attempt."""
    update = OutboxUpdate(alerts=(_ALERT,), messages=(_MESSAGE,), marks=(("alive", 0),))
    with trial.first.transaction():
        revision, _ = outbox.update(trial.first, update, (), 0)
        outbox.update(trial.first, OutboxUpdate(gone=(_ALERT.key,)), (1,), revision)
    with trial.second.transaction():
        (waiting,) = outbox.load(trial.second).waiting
        begun = [outbox.claim(trial.second, waiting, 1) for _ in range(2)]
    if begun[0] is None or begun[1] is not None:
        raise _UnexpectedError("two daemons would send it")
    return "a message is stored, and one daemon sends it"


def _removing(trial: Trial) -> str:
    with trial.first.transaction():
        admin.delete_server(trial.first, read_queries.servers(trial.first)[0].id, _AUTHOR)
    return "a server with all it has"


def _prepared(trial: Trial) -> str:
    """Run a prepared statement on another connection, if a pooler has several."""
    connection = trial.first.connection
    connection.prepare_threshold = 0
    try:
        for _ in range(3):
            connection.execute("SELECT 1")
            with trial.second.transaction():
                connection.execute("SELECT 1")
    finally:
        connection.prepare_threshold = None
    return "are kept"


def _copying(trial: Trial) -> str:
    with trial.first.transaction(), trial.first.connection.cursor() as cursor:
        with cursor.copy("COPY stand_ins (run_id) FROM STDIN") as copy:
            copy.write_row((1,))
        cursor.execute("DELETE FROM stand_ins")
    return "copy-database can fill it"


def _replication(trial: Trial) -> str:
    (names,) = trial.first.execute(_STANDBYS).fetchall()[0]
    if not names:
        raise _UnexpectedError("synchronous_standby_names is empty")
    return f"on (synchronous_standby_names: {names})"


_CHECKS = (
    _Check("server", _server, "PostgreSQL 14 or later is needed"),
    _Check("tables", _tables, "the user must have the right to create schemas and tables"),
    _Check("report of a new server", _new_server, "no report can be recorded"),
    _Check("report of a known server", _known_server, "reports cannot be recorded"),
    _Check("changes of other daemons", _feed, "daemons would not see each other's reports"),
    _Check("wait for a lock", _lock_wait, "a daemon that hangs would stop all others"),
    _Check("rows after a lock", _fresh_rows, "runs would be counted wrong: use READ COMMITTED"),
    _Check(
        "conflict of two transactions", _conflict, "commits are not tried again", essential=False
    ),
    _Check("lease", _lease, "every daemon would do what only one has to do"),
    _Check("listings", _reading, "the API cannot answer"),
    _Check("notifications", _outbox, "nobody can be notified", essential=False),
    _Check("removal", _removing, "nothing can be deleted, and old data cannot be removed"),
    _Check(
        "prepared statements",
        _prepared,
        "reports cost more: a pooler loses them (PgBouncer up to 1.20)",
        essential=False,
    ),
    _Check("COPY", _copying, "copy-database cannot fill it", essential=False),
    _Check(
        "synchronous replication",
        _replication,
        "a failover may lose the last reports, unless the provider has its own",
        essential=False,
    ),
)
"""In this order: each uses what the ones before left."""
