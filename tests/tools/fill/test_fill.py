"""A filled database is the one that the same reports leave which are posted."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.exposition import Exposition
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.reports import read_report
from exporter.schedule.policy import SchedulePolicy
from exporter.store.sqlite import Store
from exporter.times import DAY, Millis
from tests.tools.fill import bodies
from tests.tools.fill.__main__ import main
from tests.tools.fill.database import fill
from tests.tools.fill.fleet import HABITS, FilledFleet, FilledJob

_UNTIL: Millis = 1_767_225_600_000
_TABLES = ("servers", "jobs", "runs", "logs", "machine_ids", "counted_names", "former_names")

_Rows = dict[str, list[tuple[object, ...]]]


@pytest.mark.parametrize(("jobs", "days"), [(120, 1), (40, 7), (9, 60)])
def test_it_has_every_row_that_posted_reports_leave(tmp_path: Path, jobs: int, days: int) -> None:
    """Of a fleet with every habit, of all days that a state remembers, and of more."""
    fleet = FilledFleet(jobs, days, _UNTIL)
    filled = _rows(fill(tmp_path / "filled.sqlite", fleet))
    posted = _rows(_posted(tmp_path / "posted.sqlite", fleet))
    for table in _TABLES:
        assert filled[table] == posted[table], table


def test_a_scrape_of_it_is_that_of_posted_reports(tmp_path: Path) -> None:
    """To the last sample, of a fleet in which jobs are overdue and failing."""
    fleet = FilledFleet(120, 4, _UNTIL)
    filled = _scrape(fill(tmp_path / "filled.sqlite", fleet))
    assert filled == _scrape(_posted(tmp_path / "posted.sqlite", fleet))
    assert b"duplistatus_overdue_backups 2.0\n" in filled


def test_the_store_opens_it_and_takes_the_next_report(tmp_path: Path) -> None:
    """As one that was never closed in between."""
    fleet = FilledFleet(20, 3, _UNTIL)
    store = Store(fill(tmp_path / "filled.sqlite", fleet))
    run = FilledFleet(20, 4, _UNTIL + DAY).run(60)
    known = store.record(read_report(bodies.body(run)), bodies.delivery(run.ended))
    store.close()
    assert (known.new, known.run_id, known.job.id) == (True, 61, 1)


def test_its_schema_is_that_of_any_other(tmp_path: Path) -> None:
    """All indices are there again."""
    fill(tmp_path / "filled.sqlite", FilledFleet(3, 2, _UNTIL))
    Store(tmp_path / "new.sqlite").close()
    assert _schema(tmp_path / "filled.sqlite") == _schema(tmp_path / "new.sqlite")


def test_every_habit_has_jobs() -> None:
    """In each hundred jobs as many as it says."""
    found = [FilledJob(number).habit for number in range(300, 400)]
    assert [found.count(number) for number in range(len(HABITS))] == [each.share for each in HABITS]


def test_the_command_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And tells what is in it."""
    path = tmp_path / "filled.sqlite"
    monkeypatch.setattr("sys.argv", ["fill", str(path), "--jobs", "8", "--runs", "24"])
    assert main() == 0
    assert capsys.readouterr().out == f"{path}: 8 jobs, 24 runs\n"
    assert [len(_rows(path)[table]) for table in ("jobs", "runs", "logs")] == [8, 24, 24]


@pytest.mark.parametrize("more", [("--runs", "25"), ("--runs", "0"), ("--runs", "24")])
def test_it_refuses_what_it_cannot_make_and_keeps_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    """Days that are not whole, no run at all, and a file that is there."""
    path = tmp_path / "filled.sqlite"
    path.write_bytes(b"mine")
    monkeypatch.setattr("sys.argv", ["fill", str(path), "--jobs", "8", *more])
    with pytest.raises(SystemExit):
        main()
    assert path.read_bytes() == b"mine"


def test_nothing_is_left_of_one_that_could_not_be_finished(tmp_path: Path) -> None:
    """Half of it would look like a database."""
    path = tmp_path / "filled.sqlite"

    def fail(_text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill(path, FilledFleet(3, 2, _UNTIL), fail)
    assert not list(tmp_path.iterdir())


def _posted(path: Path, fleet: FilledFleet) -> Path:
    """Let a store record the reports of a fleet as they come."""
    store = Store(path)
    for run in map(fleet.run, range(fleet.jobs * fleet.days)):
        store.record(read_report(bodies.body(run)), bodies.delivery(run.ended))
    store.close()
    return path


def _scrape(path: Path) -> bytes:
    store = Store(path)
    fleet = Fleet(SchedulePolicy(), 0)
    store.follow(fleet)
    exposed = Exposition(fleet, lambda: _UNTIL, SelfMetrics("1", lambda: 0)).text()
    store.close()
    return b"".join(exposed.fleet)


def _rows(path: Path) -> _Rows:
    with _opened(path) as db:
        return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in _TABLES}


def _schema(path: Path) -> list[tuple[object, ...]]:
    with _opened(path) as db:
        return db.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY name").fetchall()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        yield db
