"""An upgrade finds the durations of the last runs, however they were reported."""

from collections.abc import Iterator

import msgspec
import pytest
from sqlite_utils import Database

from exporter.store.sqlite.upgrades import lengths
from exporter.times import DAY, HOUR, MINUTE

STARTED = 1_767_225_600_000
RECEIVED = STARTED + HOUR
RECENT = 6
Reported = tuple[int | None, int | None, int | None]


@pytest.fixture
def db() -> Iterator[Database]:
    found = Database(memory=True)
    found.conn.executescript("""
        CREATE TABLE jobs (id INTEGER PRIMARY KEY, state BLOB);
        CREATE TABLE runs (id INTEGER PRIMARY KEY, job_id, operation, dry_run, started, received,
            began, ended, duration, status);
    """)
    yield found
    found.close()


def renewed(
    db: Database, reported: Reported, kept: list[list[int | None]]
) -> list[list[int | None]]:
    """Store one run with its state, upgrade, and return what the state keeps of the last runs."""
    state = [None] * RECENT + [kept]
    db.execute("INSERT INTO jobs VALUES (1, ?)", (msgspec.msgpack.encode(state),))
    run = (7, 1, "Backup", 0, STARTED, RECEIVED, *reported, "warning")
    db.execute(f"INSERT INTO runs VALUES ({', '.join('?' * len(run))})", run)
    lengths.renew(db)
    (row,) = db.execute("SELECT state FROM jobs").fetchall()
    found: list[list[int | None]] = msgspec.msgpack.decode(row[0])[RECENT]
    return found


@pytest.mark.parametrize(
    ("reported", "took"),
    [
        ((STARTED, None, MINUTE), MINUTE),
        ((STARTED, STARTED + 2 * MINUTE, None), 2 * MINUTE),
        ((STARTED, STARTED - MINUTE, None), 0),
        ((STARTED, None, None), HOUR),
        ((None, None, MINUTE), HOUR),
        ((STARTED, None, 40 * DAY), HOUR + 5 * MINUTE),
        ((STARTED, STARTED + 40 * DAY, None), HOUR + 5 * MINUTE),
    ],
    ids=[
        "its duration",
        "its end",
        "an end before the start",
        "neither: until the report came",
        "a start that is not believed",
        "a duration beyond the arrival",
        "an end beyond the arrival",
    ],
)
def test_a_run_took(db: Database, reported: Reported, took: int) -> None:
    assert renewed(db, reported, []) == [[STARTED, 7, took, 1]]


def test_runs_that_were_removed_are_kept_as_they_are(db: Database) -> None:
    removed: list[int | None] = [STARTED - DAY, 3, MINUTE, 0]
    kept = renewed(db, (STARTED, None, MINUTE), [removed, [STARTED, 7, None, 1]])
    assert kept == [removed, [STARTED, 7, MINUTE, 1]]
