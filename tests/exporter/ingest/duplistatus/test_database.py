import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from exporter.ingest.duplistatus import UnreadableDatabaseError, database, opened
from exporter.ingest.duplistatus.database import Server
from exporter.times import DAY
from tests.exporter.ingest.duplistatus.databases import Age, Row, make, run
from tests.exporter.ingest.duplistatus.test_runs import BEGAN

Look = Callable[[Path], object]


def held(path: Path) -> dict[str, str]:
    """Return the files of a folder and what is in them."""
    return {
        each.name: hashlib.sha256(each.read_bytes()).hexdigest()
        for each in sorted(path.parent.iterdir())
    }


def ids(path: Path) -> list[object]:
    with opened(path) as source:
        return [row["id"] for row in source.runs()]


@pytest.mark.parametrize("age", Age)
def test_runs_of_every_age_come_oldest_first(tmp_path: Path, age: Age) -> None:
    runs = [run(BEGAN + number * DAY, backup=f"b{number}") for number in (2, 0, 1)]
    path = make(tmp_path / "backups.db", runs, age=age)
    with opened(path) as source:
        assert source.count_runs() == 3
        rows = list(source.runs())
    assert [(row["server_id"], row["backup_name"]) for row in rows] == [
        ("m-1", "b0"),
        ("m-1", "b1"),
        ("m-1", "b2"),
    ]


@pytest.mark.parametrize("age", Age)
def test_servers_are_told_with_what_people_set(tmp_path: Path, age: Age) -> None:
    servers: list[Row] = [
        {"id": "m-1", "name": "nas", "alias": "Cellar", "note": ""},
        {"id": "m-2", "name": "nas", "alias": None, "note": "ask Hans"},
        {"id": b"\xff", "name": "blob"},
    ]
    with opened(make(tmp_path / "backups.db", [], servers=servers, age=age)) as source:
        found = source.servers()
    set_here = age is Age.SERVERS
    assert found == [
        Server("m-1", "nas", "Cellar" if set_here else None, None),
        Server("m-2", "nas", None, "ask Hans" if set_here else None),
    ]


@pytest.mark.parametrize("age", Age)
def test_a_configuration_is_told_where_there_are_any(tmp_path: Path, age: Age) -> None:
    path = make(tmp_path / "backups.db", [], age=age)
    if age is not Age.MACHINES:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("INSERT INTO configurations VALUES ('overdue_tolerance', '1h')")
    with opened(path) as source:
        assert source.configuration("overdue_tolerance") == (None if age is Age.MACHINES else "1h")
        assert source.configuration("backup_settings") is None


def test_unknown_columns_and_tables_are_ignored_and_missing_columns_are_not_told(
    tmp_path: Path,
) -> None:
    changed = (
        "ALTER TABLE backups ADD COLUMN colour TEXT DEFAULT 'red';"
        "ALTER TABLE backups DROP COLUMN date; ALTER TABLE backups DROP COLUMN size;"
        "CREATE TABLE users (id TEXT, password_hash TEXT);"
    )
    with opened(make(tmp_path / "backups.db", [run(BEGAN)], changed=changed)) as source:
        (row,) = source.runs()
    assert row["backup_name"] == "Documents"
    assert not {"colour", "date", "size"} & set(row)


def test_a_table_without_a_time_still_tells_its_rows(tmp_path: Path) -> None:
    changed = "ALTER TABLE backups DROP COLUMN date; ALTER TABLE backups DROP COLUMN begin_time;"
    assert ids(make(tmp_path / "backups.db", [run(BEGAN)], changed=changed)) == ["run-0"]


def test_texts_that_are_no_utf_8_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    path = make(tmp_path / "backups.db", [run(BEGAN)])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE backups SET backup_name = CAST(x'41ff42' AS TEXT)")
    with opened(path) as source:
        assert [row["backup_name"] for row in source.runs()] == ["A\ufffdB"]


@pytest.mark.parametrize("logging", [False, True], ids=["journal", "write-ahead log"])
def test_a_database_at_rest_stays_as_it_is(tmp_path: Path, *, logging: bool) -> None:
    path = make(tmp_path / "backups.db", [run(BEGAN)])
    if logging:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    before = held(path)
    assert ids(path) == ["run-0"]
    assert held(path) == before


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_the_application_may_run_and_write_meanwhile(tmp_path: Path, mode: str) -> None:
    path = make(tmp_path / "backups.db", [run(BEGAN)])
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        with connection:
            connection.execute("UPDATE backups SET id = 'newer'")
        before = held(path)
        with opened(path) as source:
            rows = source.runs()
            assert next(rows)["id"] == "newer"
            with connection:
                connection.execute("UPDATE backups SET id = 'newest'")
        assert set(held(path)) == set(before)
    assert ids(path) == ["newest"]


def test_a_write_ahead_log_that_was_left_behind_counts(tmp_path: Path) -> None:
    path = make(tmp_path / "backups.db", [run(BEGAN)])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        with connection:
            connection.execute("UPDATE backups SET id = 'in the log'")
        copies = tmp_path / "copied"
        copies.mkdir()
        for file in (path, path.with_name("backups.db-wal")):
            (copies / file.name).write_bytes(file.read_bytes())
    assert ids(copies / "backups.db") == ["in the log"]


def test_a_change_that_broke_off_is_told_with_what_to_do(tmp_path: Path) -> None:
    path = make(tmp_path / "backups.db", [run(BEGAN + number) for number in range(200)])
    left = tmp_path / "left"
    left.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")  # so that pages reach the file before the end
        connection.execute("BEGIN")
        connection.execute("UPDATE backups SET version = version || hex(zeroblob(50))")
        for name in ("backups.db", "backups.db-journal"):
            (left / name).write_bytes((tmp_path / name).read_bytes())
    with (
        pytest.raises(UnreadableDatabaseError, match="start with it once"),
        opened(left / "backups.db"),
    ):
        pass


def test_a_database_that_a_program_keeps_to_itself_is_told_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_PATIENCE_SECONDS", 0.01)
    path = make(tmp_path / "backups.db", [run(BEGAN)])
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(UnreadableDatabaseError, match="is locked"), opened(path):
            pass
    assert ids(path) == ["run-0"]


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE backups (id TEXT)")


@pytest.mark.parametrize(
    ("make_it", "reason"),
    [
        (str, "there is no file"),
        (Path.mkdir, "there is no file"),
        (lambda path: path.write_bytes(b""), "its tables are missing"),
        (lambda path: path.write_bytes(b'{"Data": {}}' * 100), "is not a SQLite database"),
        (foreign, "is not a database of duplistatus, its tables are missing"),
    ],
    ids=["nothing", "a folder", "empty", "another file", "another application"],
)
def test_what_is_no_database_of_the_application_is_refused_with_what_to_do(
    tmp_path: Path, make_it: Look, reason: str
) -> None:
    path = tmp_path / "backups.db"
    make_it(path)
    with pytest.raises(UnreadableDatabaseError, match=reason) as refused, opened(path):
        pass
    assert "backups.db in the data folder" in str(refused.value)


def test_a_database_that_is_cut_anywhere_is_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "backups.db", [run(BEGAN + number, note="x") for number in range(200)])
    whole = path.read_bytes()
    cut = tmp_path / "cut.db"
    for length in range(1, len(whole), len(whole) // 60):
        cut.write_bytes(whole[:length])
        with pytest.raises(UnreadableDatabaseError), opened(cut):
            pass


def test_a_database_with_an_overwritten_page_is_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "backups.db", [run(BEGAN + number) for number in range(200)])
    whole = path.read_bytes()
    page = 4096
    damaged = tmp_path / "damaged.db"
    for at in range(page, len(whole), page):
        damaged.write_bytes(whole[:at] + b"\xa5" * page + whole[at + page :])
        with pytest.raises(UnreadableDatabaseError), opened(damaged) as source:
            list(source.runs())


def test_no_room_for_the_copy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path / "backups.db", [run(BEGAN)])
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(UnreadableDatabaseError, match="nowhere"), opened(path):
        pass
