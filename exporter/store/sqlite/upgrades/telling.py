"""More values of a run, and what tells jobs and servers apart."""

from sqlite_utils import Database

_STATEMENTS = """
ALTER TABLE runs ADD COLUMN retry_attempts INTEGER;
ALTER TABLE runs ADD COLUMN reason TEXT;
ALTER TABLE runs ADD COLUMN newest_version INTEGER;
ALTER TABLE runs ADD COLUMN compacted INTEGER;
ALTER TABLE runs ADD COLUMN copying BLOB;

ALTER TABLE jobs ADD COLUMN cleared INTEGER;
ALTER TABLE jobs ADD COLUMN machine_id TEXT;
ALTER TABLE jobs ADD COLUMN backup_id TEXT;
ALTER TABLE jobs ADD COLUMN destination_type TEXT;
ALTER TABLE jobs ADD COLUMN apart INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_by_identity ON jobs (machine_id, backup_id) WHERE backup_id IS NOT NULL;

CREATE TABLE former_names (
    job_id INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    name TEXT NOT NULL,
    renamed INTEGER NOT NULL,
    PRIMARY KEY (job_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_names_by_name ON former_names (name);

ALTER TABLE servers ADD COLUMN possible_duplicate_of INTEGER;
ALTER TABLE machine_ids ADD COLUMN fetched INTEGER NOT NULL DEFAULT 0;

CREATE TABLE outdated_states (
    job_id INTEGER PRIMARY KEY REFERENCES jobs ON DELETE CASCADE
) STRICT;
"""


def add(db: Database) -> None:
    """Add them."""
    db.executescript(_STATEMENTS)
