"""Reports that share a commit have the same result as in commits of their own."""

import contextlib
import json
import sqlite3
import tempfile
import zlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.model import Delivery
from exporter.reports import read_report
from exporter.store import Recorded
from exporter.store.rules.prepared_report import PreparedReport
from exporter.store.rules.write_cache import WriteCache
from exporter.store.sqlite import Store
from exporter.store.sqlite import connection as opened
from exporter.store.sqlite.transaction import Transaction
from exporter.times import DAY, HOUR, MINUTE
from tests.support.daemon import NOW
from tests.support.deliver import sqlite
from tests.support.empty import empty_database
from tests.support.reports_builder import documented_report, duplicati_report, exception_report

_TABLES = ("servers", "machine_ids", "jobs", "runs", "logs", "counted_names")


@st.composite
def reports(draw: st.DrawFn) -> PreparedReport:
    """Draw a report of few servers, jobs and times, so that many are of the same job or run."""
    began = NOW - draw(st.integers(0, 5)) * HOUR + draw(st.sampled_from([0, 0, 500, 3 * DAY]))
    name, backup = draw(st.sampled_from(["nas", "old", None])), draw(st.sampled_from(["A", "B"]))
    status = draw(st.sampled_from(["Success", "Error"]))
    counts = draw(st.sampled_from([{}, {"AddedFiles": 3}, {"AddedFiles": 4, "Odd": 2**40}]))
    lines = draw(st.sampled_from([(), ("[Warning-x]: careful",)]))
    machine_id = draw(st.sampled_from(["m-1", "m-2", None]))
    body = draw(
        st.sampled_from(
            [
                duplicati_report(
                    began=began,
                    server=name,
                    machine_id=machine_id,
                    backup=backup,
                    status=status,
                    lines=lines,
                    data=counts,
                ),
                documented_report(began=began, server="nas", backup=backup),
                exception_report(server=name, backup=backup),
            ]
        )
    )
    sender = draw(st.sampled_from(["192.0.2.1", "192.0.2.2"]))
    received = NOW + draw(st.integers(0, 30)) * MINUTE
    return PreparedReport.from_report(read_report(body), Delivery(received, sender))


def record(path: Path, groups: Sequence[Sequence[PreparedReport]]) -> list[Recorded]:
    """Record groups of reports in a new database, each group in one transaction."""
    empty_database(path)
    db = opened.connect(path)
    cache = WriteCache.load(db)
    recorded: list[Recorded] = []
    for group in groups:
        with Transaction(db, cache) as transaction:
            recorded += [transaction.record(prepared) for prepared in group]
    assert cache.snapshot() == WriteCache.load(db).snapshot()
    db.close()
    return recorded


def content(path: Path) -> dict[str, list[object]]:
    with sqlite(path) as db:
        return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in _TABLES}


@pytest.mark.not_quick
@given(st.lists(reports(), max_size=12), st.data())
def test_reports_that_share_a_commit_leave_what_each_would_leave_alone(
    entries: list[PreparedReport], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(entries)))
    with tempfile.TemporaryDirectory() as name:
        alone, together = Path(name) / "alone.sqlite", Path(name) / "together.sqlite"
        one_by_one = record(alone, [[prepared] for prepared in entries])
        assert record(together, [entries[:cut], entries[cut:]]) == one_by_one
        assert content(together) == content(alone)


def test_after_a_start_the_first_reports_of_many_jobs_share_their_statements(
    tmp_path: Path,
) -> None:
    path = tmp_path / "reports.sqlite"
    backups = [f"backup {number}" for number in range(8)]
    record(path, [[_night(backup, 0) for backup in backups]])
    db = opened.connect(path)
    statements: list[str] = []
    db.conn.set_trace_callback(statements.append)
    with Transaction(db, WriteCache.load(db)) as transaction:
        for backup in backups:
            assert transaction.record(_night(backup, 1)).job.state.total_runs == 2
    db.close()
    assert sum(each.startswith("INSERT INTO runs") for each in statements) == 1


def _night(backup: str, night: int) -> PreparedReport:
    began = NOW + night * DAY
    body = duplicati_report(began=began, backup=backup)
    return PreparedReport.from_report(read_report(body), Delivery(began, "192.0.2.1"))


def test_a_run_that_comes_twice_in_one_commit_is_recorded_once(tmp_path: Path) -> None:
    prepared = PreparedReport.from_report(
        read_report(duplicati_report(began=NOW)), Delivery(NOW, "192.0.2.1")
    )
    first, again = record(tmp_path / "reports.sqlite", [[prepared, prepared]])
    assert (first.new, again.new) == (True, False)
    assert first.run_id == again.run_id
    assert again.job.state.total_runs == 1


def test_what_was_undone_is_not_known(tmp_path: Path) -> None:
    path = empty_database(tmp_path / "reports.sqlite")
    db = opened.connect(path)
    cache = WriteCache.load(db)
    prepared = PreparedReport.from_report(
        read_report(duplicati_report(began=NOW)), Delivery(NOW, "192.0.2.1")
    )
    with contextlib.suppress(ValueError), Transaction(db, cache) as transaction:
        transaction.record(prepared)
        assert transaction.db.execute("SELECT count(*) FROM runs").fetchone() == (1,)
        raise ValueError("an error")
    assert cache.snapshot() == WriteCache().snapshot()
    with Transaction(db, cache) as transaction:
        recorded = transaction.record(prepared)
    assert recorded.new
    assert cache.snapshot() == WriteCache.load(db).snapshot()
    db.close()


def test_what_reports_counted_before_their_names_were_shared_is_still_known(
    tmp_path: Path,
) -> None:
    path = tmp_path / "reports.sqlite"
    prepared = PreparedReport.from_report(
        read_report(duplicati_report(began=NOW, data={"AddedFiles": 3})), Delivery(NOW, "x")
    )
    (recorded,) = record(path, [[prepared]])
    with sqlite(path) as db:
        _undo_shared_names(db, recorded.run_id)
    with closing(Store(path)) as store:
        detail = store.run(recorded.run_id)
        assert detail is not None
        assert detail.counted == {"AddedFiles": 3}


def _undo_shared_names(db: sqlite3.Connection, run_id: int) -> None:
    """Convert a database back to the version in which each run stored its own names."""
    counted = zlib.compress(json.dumps({"AddedFiles": 3}).encode())
    db.execute("UPDATE runs SET names_id = NULL, counted = ? WHERE id = ?", (counted, run_id))
    db.execute("ALTER TABLE runs DROP COLUMN names_id")
    db.execute("DROP TABLE counted_names")
    db.execute("DELETE FROM _sqlite_migrations WHERE name = 'counted_names'")
