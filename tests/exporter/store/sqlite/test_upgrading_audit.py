"""A database from before changes of people were noted opens, with all that they had set."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from exporter.model import JobSettings
from exporter.model.audit import AuditFilter
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR
from tests.exporter.store.sqlite.test_upgrading import NOW, jobs, unpacked
from tests.support.authors import BY
from tests.support.deliver import sqlite

ALL = AuditFilter()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return unpacked("before-audit", tmp_path)


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(Store(path)) as opened:
        yield opened


def test_what_people_had_set_stays_and_nothing_has_tags(store: Store) -> None:
    nas, old = store.snapshot().servers
    assert (nas.alias, nas.note, nas.muted) == ("Attic", "under the roof", NOW + DAY)
    assert [(each.tags, each.url) for each in (nas, old)] == [((), None)] * 2
    settings = {name: job.settings for name, job in jobs(store).items()}
    assert settings == {
        "Photos": JobSettings("every 1d", 2 * HOUR, muted=NOW + 2 * DAY),
        "Documents": JobSettings(paused=True),
        "Mail": JobSettings(),
    }


def test_changes_are_noted_from_now_on(store: Store) -> None:
    assert store.audit(ALL, None, 9) == []
    store.set_server(1, lambda known: replace(known, tags=("office",), url="http://nas"), BY)
    store.set_job(3, lambda known: replace(known, tags=("mail",)), BY)
    store.clear_rejected(None, BY)
    assert [(entry.what, entry.server, entry.job) for entry in store.audit(ALL, None, 9)] == [
        ("refused.clear", None, None),
        ("job.set", "old", "Mail"),
        ("server.set", "Attic", None),
    ]


def test_an_upgrade_that_was_killed_is_done_again(path: Path) -> None:
    Store(path).close()
    with sqlite(path) as db:
        db.execute("DROP TABLE audit")
        for table, column in (("servers", "tags"), ("servers", "url"), ("jobs", "tags")):
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'audited'")
    with closing(Store(path)) as store:
        assert store.audit(ALL, None, 9) == []
