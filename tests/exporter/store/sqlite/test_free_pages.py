"""What was removed makes the file smaller."""

from contextlib import closing
from pathlib import Path

import pytest

from exporter.store.sqlite import Store
from exporter.times import DAY
from tests.support.daemon import NOW
from tests.support.deliver import deliver, sqlite
from tests.support.empty import empty_database
from tests.support.reports_builder import duplicati_report


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reports.sqlite"


def test_space_is_given_back(path: Path) -> None:
    with closing(Store(empty_database(path))) as store:
        for number in range(60):
            body = duplicati_report(began=NOW + number * DAY, lines=("[Warning-x]: careful",))
            deliver(store, body, received=NOW + number * DAY)
        with sqlite(path) as db:
            db.execute("UPDATE logs SET log = randomblob(100000)")
        before = store.size_bytes()
        _, after = store.prune_messages(NOW + 99 * DAY, 0)
        while after is not None:
            _, after = store.prune_messages(NOW + 99 * DAY, after)
        assert store.size_bytes() == before
        while store.reclaim_space():
            pass
        assert store.size_bytes() < before / 3
    assert path.stat().st_size < before / 3


def test_a_file_that_cannot_be_made_smaller_keeps_its_space_for_new_reports(path: Path) -> None:
    with sqlite(path) as db:
        db.execute("PRAGMA application_id = 0x44535441")
        db.execute("CREATE TABLE filling (content BLOB)")
        db.execute("INSERT INTO filling SELECT zeroblob(5000000)")
        db.execute("DELETE FROM filling")
    with closing(Store(path)) as store:
        assert not store.reclaim_space()
