"""A copy of all that is stored: one snapshot of the source, one transaction of the target.

The target is compared before it is committed. If the copy fails or is interrupted, the target is
as empty as before, and a second copy starts from the beginning.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol, TypeVar

from exporter.store.copying.tables import META_KEYS, TABLES, Table
from exporter.store.errors import StoreError
from exporter.store.session import Row, Session

_STATES = "SELECT id, state FROM jobs ORDER BY id"
_META = "SELECT value FROM meta WHERE key = ?"
_REMOVE_META = "DELETE FROM meta WHERE key = ?"
_ADD_META = "INSERT INTO meta (key, value) VALUES (?, ?)"

Answer = TypeVar("Answer")

OnProgress = Callable[[int, int, str], None]
"""Called with how many rows are copied, of how many, and the name of the present table."""


class Snapshot(Protocol):
    """All that is stored, at one time."""

    @property
    def db(self) -> Session:
        """The session for queries."""
        ...

    def pages(self, statement: str, /) -> Iterator[Sequence[Row]]:
        """Yield the rows of a statement, some hundreds at once."""
        ...

    def last_ids(self) -> dict[str, int]:
        """Return the last id that each table assigned, also of a row that is gone."""
        ...


class Source(Protocol):
    """A database to read, also while others use it."""

    def read(self, ask: Callable[[Snapshot], Answer], /) -> Answer:
        """Return the answer for one snapshot. `ask` may run twice: the last answer counts.

        Raises:
            StoreError: it cannot be read.
        """
        ...


class Target(Protocol):
    """A database to fill, which nobody else uses."""

    def usable(self) -> AbstractContextManager[None]:
        """Turn the database's own errors, which the methods raise, into `StoreError`."""
        ...

    def begin(self) -> Snapshot:
        """Start a transaction, and undo an earlier one that is open; return what it sees."""
        ...

    def add(self, table: Table, rows: Iterable[Row], /) -> None:
        """Add rows to a table."""
        ...

    def continue_ids(self, last: Mapping[str, int], /) -> None:
        """Make the tables assign ids after the given last ones only."""
        ...

    def commit(self) -> None:
        """Commit the transaction."""
        ...

    def close(self) -> None:
        """Undo what was not committed, and release the database."""
        ...


class Copied(NamedTuple):
    """How many rows of each table were copied and compared."""

    rows: Mapping[str, int]


def copy(source: Source, target: Target, on_progress: OnProgress) -> Copied:
    """Copy all that is stored into a database that holds nothing.

    Raises:
        StoreError: it holds something, or one of the two cannot be used; nothing was copied.
    """

    def fill(snapshot: Snapshot) -> Copied:
        with target.usable():
            return _fill(snapshot, target, on_progress)

    copied = source.read(fill)
    with target.usable():
        target.commit()
    return copied


def _fill(source: Snapshot, target: Target, on_progress: OnProgress) -> Copied:
    found = target.begin()
    _refuse_filled(found.db)
    counts = _counts(source.db)
    for table, rows in _rows(source, sum(counts.values()), on_progress):
        target.add(table, rows)
    _copy_meta(source.db, found.db)
    target.continue_ids(source.last_ids())
    _compare(source, found, counts)
    return Copied(counts)


def _rows(
    source: Snapshot, total: int, on_progress: OnProgress
) -> Iterator[tuple[Table, Iterator[Row]]]:
    """Yield each table with its rows, which must be read before the next table."""
    done = 0

    def counted(table: Table) -> Iterator[Row]:
        nonlocal done
        for page in source.pages(table.select):
            on_progress(done, total, table.name)
            yield from page
            done += len(page)

    for table in TABLES:
        yield table, counted(table)


def _refuse_filled(db: Session) -> None:
    filled = [name for name, count in _counts(db).items() if count]
    if filled:
        raise StoreError(
            f"the target is not empty, it has rows in {', '.join(filled)}: name an empty one,"
            " or add the runs that it does not know with --add-missing"
        )


def _counts(db: Session) -> dict[str, int]:
    return {table.name: db.execute(table.count_rows).fetchone()[0] for table in TABLES}


def _copy_meta(source: Session, target: Session) -> None:
    for key in META_KEYS:
        target.execute(_REMOVE_META, (key,))
        found = source.execute(_META, (key,)).fetchone()
        if found is not None:
            target.execute(_ADD_META, (key, found[0]))


def _compare(source: Snapshot, target: Snapshot, counts: Mapping[str, int]) -> None:
    """Check that each table has as many rows, and that the states of the jobs are the same."""
    found = _counts(target.db)
    different = [name for name, count in counts.items() if found[name] != count]
    if different:
        raise StoreError(f"the copy has a different number of rows in {', '.join(different)}")
    pairs = zip(_states(source), _states(target), strict=True)
    jobs = [str(known[0]) for known, copied in pairs if known != copied]
    if jobs:
        raise StoreError(f"the copy has a different state of the jobs {', '.join(jobs)}")


def _states(snapshot: Snapshot) -> Iterator[tuple[int, bytes]]:
    for page in snapshot.pages(_STATES):
        for job_id, state in page:
            yield job_id, bytes(state)
