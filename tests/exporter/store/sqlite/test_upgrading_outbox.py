"""A database from before people were told anything opens, and keeps its figures."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from exporter.store import OutboxState
from exporter.store.sqlite import Store
from exporter.times import HOUR
from tests.exporter.store.sqlite.test_upgrading import (
    DATABASES,
    NOW,
    exposition,
    figures,
    jobs,
    unpacked,
)
from tests.support.deliver import deliver, sqlite
from tests.support.reports_builder import duplicati_report
from tests.support.watching import failing, message, sent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return unpacked("before-outbox", tmp_path)


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(Store(path, watch=failing)) as opened:
        yield opened


def test_every_figure_stays(store: Store) -> None:
    before = figures((DATABASES / "before-outbox.txt").read_text(encoding="utf-8"))
    assert exposition(store) == before


def test_its_outbox_is_empty_and_can_be_used(store: Store) -> None:
    assert store.outbox.changes() == []
    assert store.outbox.load() == OutboxState(0, [], [], {})
    assert sent(store, "one") == [message("one", id=1)]


def test_a_job_that_was_failing_before_is_told_when_it_succeeds(store: Store) -> None:
    photos = jobs(store)["Photos"]
    good = duplicati_report(began=NOW, backup="Photos", extra={"backup-id": "DB-P"})
    recorded = deliver(store, good, received=NOW + HOUR)
    (change,) = store.outbox.changes()
    assert (change.job_id, change.run_id, change.held) == (photos.id, recorded.run_id, ())


def test_an_upgrade_that_was_killed_is_done_again(path: Path) -> None:
    Store(path).close()
    with sqlite(path) as db:
        for table in ("condition_changes", "alerts", "messages", "notification_marks"):
            db.execute(f"DROP TABLE {table}")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'told'")
    with closing(Store(path)) as store:
        assert store.outbox.changes() == []
