"""Tags, the addresses of Duplicati, and the table of who changed what.

An entry has no reference to its server and its job: it outlives both.
"""

from sqlite_utils import Database

_STATEMENTS = """
ALTER TABLE servers ADD COLUMN tags TEXT;
ALTER TABLE servers ADD COLUMN url TEXT;
ALTER TABLE jobs ADD COLUMN tags TEXT;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    server_id INTEGER,
    server TEXT,
    job_id INTEGER,
    job TEXT,
    details TEXT NOT NULL
) STRICT;
CREATE INDEX audit_of_jobs ON audit (job_id);
"""


def create(db: Database) -> None:
    """Create them."""
    db.executescript(_STATEMENTS)
