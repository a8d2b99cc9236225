"""Copies that are refused, and the state after a copy that failed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest

from exporter.store import StoreError, StoreInUseError
from exporter.store.copying import Snapshot, copy
from exporter.store.copying.tables import TABLES
from exporter.store.session import Row
from tests.exporter.store.copying.databases import (
    Place,
    content,
    copied,
    source_of,
    store_of,
    target_of,
)
from tests.support.daemon import NOW
from tests.support.deliver import deliver, sqlite
from tests.support.reports_builder import duplicati_report

pytestmark = pytest.mark.not_quick

Answer = TypeVar("Answer")


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    path = tmp_path / "origin.sqlite"
    with closing(store_of(path)) as store:
        deliver(store, duplicati_report(began=NOW))
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return tmp_path / "target.sqlite"
    url: str = request.getfixturevalue("postgres_url")
    return url


class Damaged:
    """A source whose statement for a table fails, or with a different state of a job."""

    def __init__(self, place: Place, error: BaseException | None) -> None:
        self._source = source_of(place)
        self._error = error

    def read(self, ask: Callable[[Snapshot], Answer], /) -> Answer:
        return self._source.read(lambda snapshot: ask(_Damaged(snapshot, self._error)))


class _Damaged:
    def __init__(self, snapshot: Snapshot, error: BaseException | None) -> None:
        self._snapshot = snapshot
        self._error = error
        self.db = snapshot.db
        self.last_ids = snapshot.last_ids

    def pages(self, statement: str, /) -> Iterator[Sequence[Row]]:
        for page in self._snapshot.pages(statement):
            if "FROM logs" in statement and self._error is not None:
                raise self._error
            changed = statement == "SELECT id, state FROM jobs ORDER BY id"
            yield [(row[0], b"other") for row in page] if changed else page


def _nothing(*_: Any) -> None:  # noqa: ANN401 - any progress
    pass


@pytest.mark.parametrize("error", [KeyboardInterrupt(), StoreError("gone"), None], ids=repr)
def test_a_copy_that_ends_early_leaves_nothing_and_the_next_is_whole(
    origin: Path, target: Place, error: BaseException | None
) -> None:
    with closing(store_of(origin)) as store:
        deliver(
            store,
            duplicati_report(began=NOW + 1, status="Warning", lines=("2026 - [Warning-a-b]: no",)),
        )
    expected = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else StoreError
    with closing(target_of(target)) as opened, pytest.raises(expected):
        copy(Damaged(origin, error), opened, _nothing)
    assert [rows for name, rows in content(target).items() if rows and name in _NAMES] == []
    copied(origin, target)
    assert content(target) == content(origin)


_NAMES = {table.name for table in TABLES}


def test_a_target_that_holds_something_is_refused(origin: Path, target: Place) -> None:
    with closing(store_of(target)) as store:
        deliver(store, duplicati_report(began=NOW))
    _forget_daemons(target)
    with pytest.raises(StoreError, match=r"not empty, it has rows in servers, .*--add-missing"):
        copied(origin, target)


def _forget_daemons(place: Place) -> None:
    if isinstance(place, str):
        with psycopg.connect(place) as connection:
            connection.execute("DELETE FROM writers")


def test_a_file_that_a_daemon_has_is_refused(origin: Path, tmp_path: Path) -> None:
    used = tmp_path / "used.sqlite"
    with closing(store_of(used)), pytest.raises(StoreInUseError):
        copied(origin, used)


def test_a_postgresql_that_a_daemon_uses_is_refused(origin: Path, postgres_url: str) -> None:
    with (
        closing(store_of(postgres_url)),
        pytest.raises(StoreError, match="was used by a daemon within the last minute"),
    ):
        copied(origin, postgres_url)


def test_a_daemon_that_starts_waits_for_the_copy(origin: Path, postgres_url: str) -> None:
    with closing(target_of(postgres_url)) as opened:
        opened.begin()
        with psycopg.connect(postgres_url) as other:
            other.execute("SET lock_timeout = '50ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("INSERT INTO writers VALUES (1, now(), '', 1)")
    copied(origin, postgres_url)
    with closing(store_of(postgres_url)) as store:
        assert len(store.snapshot().jobs) == 1


def test_an_older_database_is_refused(origin: Path, target: Place) -> None:
    with sqlite(origin) as db:
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'short_names'")
    with pytest.raises(StoreError, match="start the daemon once"):
        copied(origin, target)


def test_a_running_daemons_database_is_copied_as_one_snapshot(origin: Path, target: Place) -> None:
    with closing(store_of(origin)) as store:
        deliver(store, duplicati_report(began=NOW, server="more", machine_id="m-7"))
        assert copied(origin, target)["servers"] == 2


def test_an_error_of_the_target_says_which_database_it_is(origin: Path, postgres_url: str) -> None:
    with closing(target_of(postgres_url)) as opened, psycopg.connect(postgres_url) as other:
        other.execute("ALTER TABLE runs DROP COLUMN reason")
        other.commit()
        with pytest.raises(StoreError, match=r"dbname=copy\d+ .*cannot be written .*reason"):
            copy(source_of(origin), opened, _nothing)


@pytest.mark.parametrize("opening", [source_of, target_of])
def test_what_does_not_answer_is_said_without_its_password(
    opening: Callable[[Place], Any],
) -> None:
    url = "postgresql://me:hush@127.0.0.1:1/none"
    with pytest.raises(StoreError, match="cannot be") as caught:
        opening(url).read(lambda _: None)
    assert "hush" not in str(caught.value)
