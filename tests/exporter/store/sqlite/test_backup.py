import stat
import threading
from pathlib import Path

import pytest

from exporter.store import RunFilter, StoreError
from exporter.store.sqlite import Store, backup_database
from exporter.times import HOUR, MINUTE
from tests.support.daemon import NOW
from tests.support.deliver import deliver, sqlite
from tests.support.reports_builder import duplicati_report

EVERY_RUN = RunFilter()
MANY = 1000


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database that nobody uses, with one run."""
    path = tmp_path / "reports.sqlite"
    store = Store(path)
    deliver(store, duplicati_report(began=NOW - HOUR))
    store.close()
    return path


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where a copy is to be made, in a folder of its own."""
    folder = tmp_path / "copies"
    folder.mkdir()
    return folder / "copy.sqlite"


def runs(path: Path) -> int:
    store = Store(path)
    try:
        return len(store.runs(EVERY_RUN, None, MANY))
    finally:
        store.close()


def test_a_copy_made_while_reports_come_in_is_one_snapshot(store: Store, tmp_path: Path) -> None:
    """The state of a job and its runs agree: they are written together."""
    ending = threading.Event()

    def keep_reporting() -> None:
        for number in range(MANY):
            deliver(store, duplicati_report(began=NOW - HOUR + number))
            if ending.is_set():
                return

    reporter = threading.Thread(target=keep_reporting)
    reporter.start()
    copies = [tmp_path / f"copy-{number}.sqlite" for number in range(5)]
    for copy in copies:
        backup_database(tmp_path / "reports.sqlite", copy)
    ending.set()
    reporter.join()
    for copy in copies:
        restored = Store(copy)
        counted = [sum(job.state.runs) for job in restored.snapshot().jobs]
        assert sum(counted) == len(restored.runs(EVERY_RUN, None, MANY))
        restored.close()


def test_a_copy_is_one_file_that_only_its_user_may_read(database: Path, copy: Path) -> None:
    assert backup_database(database, copy) == copy.stat().st_size
    assert list(copy.parent.iterdir()) == [copy]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with sqlite(copy) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_copy_has_what_lay_in_the_write_ahead_log_alone(store: Store, tmp_path: Path) -> None:
    deliver(store, duplicati_report(began=NOW - HOUR))
    copy = tmp_path / "copy.sqlite"
    assert (tmp_path / "reports.sqlite-wal").stat().st_size > 0
    backup_database(tmp_path / "reports.sqlite", copy)
    assert runs(copy) == 1


def test_a_new_copy_replaces_an_older_one(database: Path, copy: Path) -> None:
    backup_database(database, copy)
    store = Store(database)
    deliver(store, duplicati_report(began=NOW - MINUTE))
    store.close()
    backup_database(database, copy)
    assert runs(copy) == 2


def damage(path: Path) -> None:
    """Overwrite every page but the first."""
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def test_a_damaged_database_leaves_the_older_copy_as_it_is(database: Path, copy: Path) -> None:
    backup_database(database, copy)
    before = copy.read_bytes()
    damage(database)
    with pytest.raises(StoreError, match=r"damaged|malformed"):
        backup_database(database, copy)
    assert copy.read_bytes() == before
    assert list(copy.parent.iterdir()) == [copy]


def test_a_database_is_not_copied_onto_itself(database: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.sqlite"
    link.symlink_to(database)
    before = database.read_bytes()
    for copy in (database, link):
        with pytest.raises(StoreError, match="name another file"):
            backup_database(database, copy)
    assert database.read_bytes() == before


def test_a_copy_does_not_take_the_place_of_a_database_in_use(
    database: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.sqlite"
    store = Store(other)
    with pytest.raises(StoreError, match="has open or did not close"):
        backup_database(database, other)
    store.close()
    assert runs(other) == 0


def test_what_is_no_database_of_ours_is_not_copied(tmp_path: Path, copy: Path) -> None:
    foreign, letter = tmp_path / "foreign.sqlite", tmp_path / "letter.txt"
    with sqlite(foreign) as db:
        db.execute("CREATE TABLE notes (text)")
    letter.write_text("Dear all, " * 500)
    for path in (foreign, letter, tmp_path / "none.sqlite"):
        with pytest.raises(StoreError, match=str(path)):
            backup_database(path, copy)
    assert not copy.exists()


def test_a_folder_that_is_not_there_is_named(database: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot be copied to .*nowhere"):
        backup_database(database, tmp_path / "nowhere" / "copy.sqlite")
