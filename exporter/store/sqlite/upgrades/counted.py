"""The names under which reports count, which had been stored with every run."""

import zlib

import msgspec
from sqlite_utils import Database

_TABLE = """
CREATE TABLE counted_names (id INTEGER PRIMARY KEY, names BLOB NOT NULL UNIQUE) STRICT;
ALTER TABLE runs ADD COLUMN names_id INTEGER REFERENCES counted_names;
"""
_COUNTED_IN_JSON = """
SELECT id, counted FROM runs WHERE id > ? AND counted IS NOT NULL ORDER BY id LIMIT 10000"""
_ADD_NAMES = "INSERT INTO counted_names (names) VALUES (?) ON CONFLICT DO NOTHING"
_NAME_COUNTED = """
UPDATE runs SET counted = ?, names_id = (SELECT id FROM counted_names WHERE names = ?)
WHERE id = ?"""


def share(db: Database) -> None:
    """Store the names once, and with a run only its numbers."""
    db.executescript(_TABLE)
    last = 0
    while chunk := db.execute(_COUNTED_IN_JSON, (last,)).fetchall():
        for run_id, packed in chunk:
            counted = msgspec.json.decode(zlib.decompress(packed), type=dict[str, int])
            counted_as = msgspec.msgpack.encode(tuple(counted))
            numbers = msgspec.msgpack.encode(tuple(counted.values()))
            db.execute(_ADD_NAMES, [counted_as])
            db.execute(_NAME_COUNTED, (numbers, counted_as, run_id))
        last = chunk[-1][0]
