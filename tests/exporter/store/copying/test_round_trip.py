"""A database copied to PostgreSQL and back is the same, and so are a daemon's answers."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from exporter.model import Delivery, Rejected, Status
from exporter.model.live import LiveRun, LiveStatus, Progress
from exporter.model.notifications import Alert, AlertKey, Message, MessageKind, OutboxUpdate
from exporter.store import ClockMarks, Store
from exporter.store.copying.tables import META_KEYS, TABLES
from exporter.store.sqlite import Store as SqliteStore
from exporter.times import HOUR, MINUTE
from tests.exporter.exports.past import END, Past, scrape
from tests.exporter.store.copying.databases import content, copied, store_of
from tests.exporter.store.sqlite.test_upgrading import NOW as GOLDEN_NOW
from tests.exporter.store.sqlite.test_upgrading import unpacked
from tests.support.authors import BY
from tests.support.daemon import NOW, SENDER
from tests.support.deliver import deliver, sqlite
from tests.support.recording import report_of
from tests.support.reports_builder import duplicati_report

pytestmark = pytest.mark.not_quick

_RUNNING = LiveStatus("Backup", NOW, NOW, ended=False, failed=False, progress=Progress())
_TOLD = OutboxUpdate(
    alerts=(Alert(AlertKey("phone", "job:1", "failing"), NOW, NOW),),
    messages=(Message("phone", MessageKind.ALERT, NOW, "1 backup failed", "Documents failed"),),
    marks=(("alive", NOW),),
)

Make = Callable[[Path], Path]


def _filled(path: Path) -> Path:
    """Fill every table, in some with last ids that were removed again."""
    with closing(SqliteStore(path, watch=lambda *_: ("failing",))) as store:
        first = deliver(store, duplicati_report(began=NOW - HOUR, extra={"backup-id": "DB-1"}))
        renamed = duplicati_report(began=NOW, backup="Papers", extra={"backup-id": "DB-1"})
        deliver(store, renamed, received=NOW + MINUTE)
        report = duplicati_report(
            began=NOW + 1, status="Warning", lines=("2026 - [Warning-a-b]: no",)
        )
        deliver(store, report, received=NOW + MINUTE)
        other = deliver(store, duplicati_report(began=NOW, server="old", machine_id="m-2"))
        gone = deliver(store, duplicati_report(began=NOW, server="gone", machine_id="m-3"))
        named = deliver(store, duplicati_report(began=NOW, server="named", machine_id=None))
        store.merge_servers(first.server.id, [other.server.id, named.server.id], BY)
        store.delete_server(gone.server.id, BY)
        failed = report_of("Documents", NOW + HOUR, Status.FATAL)
        store.record_placeholder(first.job.id, failed, Delivery(NOW + HOUR, SENDER))
        store.keep_live([(first.job.id, LiveRun.first(_RUNNING, NOW))])
        for live in (False, True):
            body = Rejected(NOW, SENDER, "no report", None, 3, b"\0\xff\x7f", live=live)
            store.reject(body)
        store.note_taken(SENDER, NOW)
        store.timing.mark(ClockMarks(seen=NOW, agreed=NOW - HOUR, late=NOW - MINUTE))
        store.outbox.update(_TOLD, store.outbox.load().revision)
    return path


def _golden(path: Path) -> Path:
    made = unpacked("before-interrupted", path.parent)
    SqliteStore(made).close()
    return made.rename(path)


@pytest.mark.parametrize("make", [_filled, _golden], ids=["every table", "golden"])
def test_a_database_comes_back_as_it_was(make: Make, tmp_path: Path, postgres_url: str) -> None:
    origin, back = make(tmp_path / "origin.sqlite"), tmp_path / "back.sqlite"
    rows = copied(origin, postgres_url)
    assert copied(postgres_url, back) == rows
    assert content(back) == content(origin) == content(postgres_url)
    for place in (postgres_url, back):
        assert _scraped(place) == _scraped(origin)


def _scraped(place: Path | str) -> list[bytes]:
    with closing(store_of(place)) as store:
        return scrape(store, GOLDEN_NOW)


def test_every_table_of_a_copy_had_rows(tmp_path: Path, postgres_url: str) -> None:
    rows = copied(_filled(tmp_path / "origin.sqlite"), postgres_url)
    assert [name for name, count in rows.items() if count == 0] == []


def test_daemons_over_nine_days_and_over_their_copies_answer_alike(
    past: Past, tmp_path: Path, postgres_url: str
) -> None:
    origin = Path(shutil.copy(past.database, tmp_path / "origin.sqlite"))
    back = tmp_path / "back.sqlite"
    copied(origin, postgres_url)
    copied(postgres_url, back)
    assert content(back) == content(origin)
    last = max(past.scrapes)
    for place in (origin, postgres_url, back):
        with closing(store_of(place)) as store:
            assert scrape(store, last) == past.scrapes[last]
    assert last < END


def test_ids_continue_after_those_that_are_gone(tmp_path: Path, postgres_url: str) -> None:
    origin, back = _filled(tmp_path / "origin.sqlite"), tmp_path / "back.sqlite"
    copied(origin, postgres_url)
    copied(postgres_url, back)
    assert _next_ids(origin) == _next_ids(postgres_url) == _next_ids(back)


def _next_ids(place: Path | str) -> tuple[int, int, int]:
    with closing(store_of(place)) as store:
        new = deliver(store, duplicati_report(began=NOW, server="new", machine_id="m-9"))
        return new.server.id, new.job.id, new.run_id


def test_no_column_is_left_out(tmp_path: Path, postgres_url: str) -> None:
    """Except what only one kind of database has."""
    origin = _filled(tmp_path / "origin.sqlite")
    copied(origin, postgres_url)
    known = {(table.name, column) for table in TABLES for column in table.columns}
    with sqlite(origin) as db:
        query = """SELECT tables.name, columns.name FROM pragma_table_list AS tables
            JOIN pragma_table_info(tables.name) AS columns
            WHERE tables.schema = 'main' AND tables.name NOT LIKE 'sqlite%'"""
        columns = {tuple(row) for row in db.execute(query)}
    assert {each for each in columns if each[0] not in _OF_SQLITE} == known
    assert _columns_of_postgres(store_of(postgres_url)) == known | {
        ("servers", "revision"),
        ("jobs", "revision"),
        ("jobs", "newest"),
    }


_OF_SQLITE = {"meta", "outdated_states", "_sqlite_migrations"}
_OF_POSTGRES = {"meta", "steps", "writers", "commits", "leases"}


def _columns_of_postgres(store: Store) -> set[tuple[str, str]]:
    query = """SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = current_schema()"""
    with closing(store), store._reading() as db:  # type: ignore[attr-defined]  # noqa: SLF001 - any question
        return {tuple(row) for row in db.execute(query) if row[0] not in _OF_POSTGRES}


def test_what_is_noted_of_the_whole_is_copied(tmp_path: Path, postgres_url: str) -> None:
    origin = _filled(tmp_path / "origin.sqlite")
    with sqlite(origin) as db:
        db.execute("UPDATE meta SET value = 7 WHERE key = 'created'")
    copied(origin, postgres_url)
    assert content(postgres_url)["meta"] == [(7,), (NOW,), (NOW - HOUR,), (NOW - MINUTE,)]
    assert len(META_KEYS) == 4
