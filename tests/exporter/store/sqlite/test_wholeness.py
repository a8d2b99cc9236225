"""Changes by others to a database in use: noticed, reported, and repaired without a restart."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from exporter.store import RunFilter, StoreUnavailableError
from exporter.store.sqlite import Store
from exporter.times import MINUTE
from tests.support.authors import BY
from tests.support.daemon import NOW
from tests.support.deliver import deliver, sqlite
from tests.support.reports_builder import duplicati_report

pytestmark = pytest.mark.not_quick

PAGE = 4096
RUNS = 30


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The path of a database whose rows have reached the file."""
    path = tmp_path / "reports.sqlite"
    store = Store(path)
    for number in range(RUNS):
        report(store, number)
    store.close()
    return path


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(path)
    report(store, RUNS)
    yield store
    store.close()


def report(store: Store, number: int) -> int:
    body = duplicati_report(began=NOW + number * MINUTE, backup=f"job {number % 7}")
    return deliver(store, body).run_id


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def overwritten(path: Path, content: bytes) -> None:
    """Overwrite a file like `cp`: the file stays, its content does not."""
    with path.open("r+b") as file:
        file.truncate(0)
        file.write(content)


def copy_of_another(path: Path) -> None:
    other = path.with_name("other.sqlite")
    Store(other).close()
    overwritten(path, other.read_bytes())


def another_programs(path: Path) -> None:
    other = path.with_name("theirs.sqlite")
    with sqlite(other) as db:
        db.execute("CREATE TABLE theirs (value)")
    overwritten(path, other.read_bytes())


def garbage(path: Path) -> None:
    overwritten(path, b"no database " * 5000)


def nothing(path: Path) -> None:
    overwritten(path, b"")


def half(path: Path) -> None:
    overwritten(path, path.read_bytes()[: 4 * PAGE])


def flipped(path: Path) -> None:
    with path.open("r+b") as file:  # the log has some of the pages, and newer
        for page in range(2, path.stat().st_size // PAGE):
            file.seek(page * PAGE)
            file.write(bytes(range(256)))


def cut_log(path: Path) -> None:
    os.truncate(log_of(path), 32)


def emptied_log(path: Path) -> None:
    os.truncate(log_of(path), 0)


def written_by(*statements: str) -> Callable[[Path], None]:
    """Return the writes of a person who opens the database in another program."""

    def write(path: Path) -> None:
        with sqlite(path) as db:
            for statement in statements:
                db.execute(statement)

    write.__name__ = statements[-1]
    return write


CHANGES = [
    copy_of_another,
    another_programs,
    garbage,
    nothing,
    half,
    flipped,
    cut_log,
    emptied_log,
    written_by("DELETE FROM runs"),
    written_by("DELETE FROM runs WHERE id = 3"),
    written_by("PRAGMA foreign_keys = ON", "DELETE FROM jobs WHERE id = 2"),
    written_by("PRAGMA foreign_keys = ON", "DELETE FROM servers"),
    written_by("DELETE FROM machine_ids"),
    written_by("UPDATE jobs SET name = 'theirs' WHERE id = 1"),
    written_by("UPDATE jobs SET state = x'c0'"),
    written_by("DROP TABLE runs"),
    written_by("ALTER TABLE runs ADD COLUMN theirs TEXT"),
    written_by("CREATE TRIGGER theirs AFTER INSERT ON runs BEGIN DELETE FROM runs; END"),
]


def kept(path: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in (path, log_of(path))}


def put_back(files: dict[Path, bytes]) -> None:
    for file, content in files.items():
        overwritten(file, content)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_database_that_is_not_what_was_left_takes_no_report_and_says_why(
    store: Store, path: Path, change: Callable[[Path], None]
) -> None:
    store.check_writable()
    change(path)
    for number in range(RUNS + 1, RUNS + 3):
        with pytest.raises(StoreUnavailableError) as refused:
            store.check_writable()
        assert "put" in str(refused.value) or "restore" in str(refused.value)
        with pytest.raises(StoreUnavailableError):
            report(store, number)


@pytest.mark.parametrize("change", CHANGES[:8], ids=lambda change: change.__name__)
def test_a_database_that_is_put_back_is_read_again_without_a_restart(
    store: Store, path: Path, change: Callable[[Path], None]
) -> None:
    files = kept(path)
    change(path)
    with pytest.raises(StoreUnavailableError):
        store.check_writable()
    put_back(files)
    store.check_writable()
    assert report(store, RUNS + 1) == RUNS + 2
    assert len(store.runs(RunFilter(), None, 100)) == RUNS + 2
    assert store.snapshot() == peeked(path)


def peeked(path: Path) -> object:
    copy = path.with_name("copy.sqlite")
    with sqlite(path) as db, sqlite(copy) as target:
        db.backup(target)
    store = Store(copy)
    try:
        return store.snapshot()
    finally:
        store.close()


def test_rows_that_are_put_back_are_taken_as_they_were(store: Store, path: Path) -> None:
    with sqlite(path) as db:
        db.execute("CREATE TEMP TABLE kept AS SELECT * FROM runs WHERE id = 3")
        db.execute("DELETE FROM runs WHERE id = 3")
        with pytest.raises(StoreUnavailableError, match="rows"):
            store.check_writable()
        db.execute("INSERT INTO runs SELECT * FROM kept")
        store.check_writable()
    assert report(store, RUNS + 1) == RUNS + 2


@pytest.mark.parametrize(
    "harmless",
    [
        os.utime,
        written_by("VACUUM"),
        written_by("ANALYZE"),
        written_by("PRAGMA wal_checkpoint(TRUNCATE)"),
        written_by("UPDATE meta SET value = value"),
    ],
    ids=["touch", "VACUUM", "ANALYZE", "checkpoint", "rewritten"],
)
def test_who_changes_nothing_disturbs_nothing(
    store: Store, path: Path, harmless: Callable[[Path], None]
) -> None:
    harmless(path)
    store.check_writable()
    assert report(store, RUNS + 1) == RUNS + 2


def test_a_restart_takes_what_is_there(path: Path) -> None:
    store = Store(path)
    with sqlite(path) as db:
        db.execute("DELETE FROM runs WHERE id = 3")
    with pytest.raises(StoreUnavailableError):
        store.check_writable()
    store.close()
    again = Store(path)
    again.check_writable()
    assert len(again.runs(RunFilter(), None, 100)) == RUNS - 1
    again.close()


def test_damage_found_by_a_query_alone_stops_reports(
    path: Path,
) -> None:
    store = Store(path)
    store.check_writable()
    times = path.stat()
    flipped(path)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    store.check_writable()
    with pytest.raises(StoreUnavailableError):
        store.runs(RunFilter(), None, 100)
    with pytest.raises(StoreUnavailableError, match=r"damaged|malformed"):
        store.check_writable()
    with pytest.raises(StoreUnavailableError):
        report(store, RUNS)
    store.close()


def test_counting_goes_with_what_people_delete_and_what_is_undone(store: Store, path: Path) -> None:
    store.delete_job(2, BY)
    store.prune_runs(NOW + 4 * MINUTE, 0)
    store.dry_run([])
    store.delete_server(1, BY)
    report(store, 0)
    os.utime(path)
    store.check_writable()
