"""Kinds of jobs. `reported_name` is what Duplicati calls a job that has another name here.

The index finds Syncs that were recorded before they had jobs of their own.
"""

from sqlite_utils import Database

_STATEMENTS = """
ALTER TABLE jobs ADD COLUMN kind TEXT NOT NULL DEFAULT 'backup';
ALTER TABLE jobs ADD COLUMN reported_name TEXT;
CREATE INDEX runs_of_syncs ON runs (job_id) WHERE operation = 'Sync';
"""


def add(db: Database) -> None:
    """Add them: every job is a backup until its Syncs are found."""
    db.executescript(_STATEMENTS)
