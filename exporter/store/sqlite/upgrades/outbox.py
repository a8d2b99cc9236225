"""The tables of what people are to be told.

A change has no reference to its job: rows are added while reports are recorded, and the rules
remove what belongs to a job.
"""

from sqlite_utils import Database

_TABLES = """
CREATE TABLE condition_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    held TEXT NOT NULL,
    reason TEXT
) STRICT;
CREATE INDEX condition_changes_by_job ON condition_changes (job_id);

CREATE TABLE alerts (
    channel TEXT NOT NULL,
    subject TEXT NOT NULL,
    condition TEXT NOT NULL,
    alert BLOB NOT NULL,
    PRIMARY KEY (channel, subject, condition)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt INTEGER NOT NULL,
    error TEXT,
    outcome TEXT,
    ended INTEGER
) STRICT;
CREATE INDEX messages_that_wait ON messages (id) WHERE outcome IS NULL;

CREATE TABLE notification_marks (
    name TEXT PRIMARY KEY, value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""


def create(db: Database) -> None:
    """Create them."""
    db.executescript(_TABLES)
