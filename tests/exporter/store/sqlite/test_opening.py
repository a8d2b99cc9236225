import os
from pathlib import Path

import pytest

from exporter.fleet import Fleet
from exporter.schedule.policy import SchedulePolicy
from exporter.store import RunFilter, StoreError, StoreInUseError
from exporter.store.sqlite import Store
from exporter.store.sqlite import connection as opened
from exporter.times import DAY, MINUTE
from tests.support.daemon import CREATED, NOW
from tests.support.deliver import deliver, sqlite
from tests.support.reports_builder import duplicati_report, exception_report


def test_a_database_is_made_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    Store(path).close()
    assert path.is_file()


def test_an_empty_database_in_the_place_of_one_that_is_gone_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", "exporter.store")
    path = tmp_path / "reports.sqlite"
    for _ in range(2):
        Store(path).close()
    assert caplog.messages == []
    path.unlink()
    Store(path).close()
    assert caplog.messages == ["a database was here and is gone: an empty one was created"]


def test_a_new_database_is_empty_and_knows_when_it_was_made(store: Store) -> None:
    assert store.snapshot().servers == ()
    assert store.snapshot().jobs == ()
    assert store.runs(RunFilter(), None, 10) == []
    assert store.rejected(None, 10) == []
    assert store.created() > 0
    assert store.size_bytes() > 0


def test_writes_reach_the_disk_before_they_are_acknowledged(store: Store, tmp_path: Path) -> None:
    assert store.created()
    db = opened.connect(tmp_path / "reports.sqlite")
    try:
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    finally:
        db.close()


def test_readers_cannot_write(store: Store, tmp_path: Path) -> None:
    assert store.created()
    db = opened.connect_reader(tmp_path / "reports.sqlite")
    try:
        assert db.execute("PRAGMA query_only").fetchone()[0] == 1
    finally:
        db.close()


def test_a_restart_keeps_ids_states_and_counters(tmp_path: Path) -> None:
    path = tmp_path / "reports.sqlite"
    first = Store(path)
    recorded = [
        deliver(first, duplicati_report(began=NOW - DAY + n * MINUTE, status=status))
        for n, status in enumerate(["Success", "Error", "Fatal"])
    ]
    deliver(first, exception_report(server="other"))
    before, created = first.snapshot(), first.created()
    first.close()
    again = Store(path)
    try:
        assert again.snapshot() == before
        assert again.created() == created
        detail = again.run(recorded[0].run_id)
        assert detail is not None
        assert detail.job_id == recorded[0].job.id
        fleet = Fleet(SchedulePolicy(), CREATED)
        again.follow(fleet)
        totals = fleet.totals(NOW)
        assert (totals.completed, totals.failed, totals.failing) == (1, 3, 2)
        assert not deliver(again, duplicati_report(began=NOW - DAY)).new
    finally:
        again.close()


def test_a_closed_store_can_be_opened_again_at_once(tmp_path: Path) -> None:
    for _ in range(3):
        Store(tmp_path / "reports.sqlite").close()


def test_a_database_in_use_is_refused_with_where_it_is_served(tmp_path: Path) -> None:
    path = tmp_path / "reports.sqlite"
    store = Store(path)
    try:
        with pytest.raises(StoreInUseError, match="another daemon"):
            Store(path)
        store.announce("http://nas:9666")
        with pytest.raises(StoreInUseError, match="http://nas:9666") as refused:
            Store(path)
        assert refused.value.url == "http://nas:9666"
    finally:
        store.close()


def refusal(path: Path) -> str:
    with pytest.raises(StoreError) as refused:
        Store(path)
    return str(refused.value)


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "reports.sqlite"
    Store(path).close()
    with sqlite(path) as db:
        (table,) = db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%migrations%'"
        ).fetchone()
        db.execute(
            f"INSERT INTO {table} (migration_set, name, applied_at)"
            " VALUES ('duplistatus', 'of_tomorrow', '2031-01-01')"
        )
        steps = db.execute(f"SELECT count(*) FROM {table}").fetchone()
    message = refusal(path)
    assert "newer version" in message
    assert "of_tomorrow" in message
    with sqlite(path) as db:
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == steps


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sqlite"
    with sqlite(path) as db:
        db.execute("CREATE TABLE notes (text)")
    assert "another program" in refusal(path)
    with sqlite(path) as db:
        assert db.execute("SELECT name FROM sqlite_schema").fetchall() == [("notes",)]
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "delete"


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear all, " * 500)
    assert "cannot be used as a database" in refusal(path)
    assert path.read_text() == "Dear all, " * 500


def test_a_missing_folder_is_refused_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "reports.sqlite"
    assert f"the folder {path.parent} does not exist" in refusal(path)
    assert not path.parent.exists()


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert f"{tmp_path} is a folder" in refusal(tmp_path)


def test_a_folder_without_the_right_to_write_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "cannot be written" in refusal(tmp_path / "reports.sqlite")


def test_a_refused_database_is_not_left_locked(tmp_path: Path) -> None:
    path = tmp_path / "reports.sqlite"
    path.write_text("no database " * 500)
    refusal(path)
    path.unlink()
    Store(path).close()
