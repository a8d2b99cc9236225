"""Cutting names of more than 255 bytes, as those of reports are now, so that they match."""

import hashlib

from sqlite_utils import Database

_COLUMNS = (
    ("servers", "name"),
    ("servers", "machine_id"),
    ("machine_ids", "machine_id"),
    ("merged_identities", "value"),
    ("jobs", "name"),
    ("jobs", "machine_id"),
    ("jobs", "backup_id"),
    ("former_names", "name"),
)


def shorten(db: Database) -> None:
    """Cut every name and identity that is too long."""
    for table, column in _COLUMNS:
        query = f"SELECT DISTINCT {column} FROM {table} WHERE length(CAST({column} AS BLOB)) > 255"  # noqa: S608 - constants
        for (name,) in db.execute(query).fetchall():
            change = f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {column} = ?"  # noqa: S608 - constants
            db.execute(change, (_short(name), name))


def _short(name: str) -> str:
    written = name.encode()
    return f"{written[:246].decode(errors='ignore')}~{hashlib.sha256(written).hexdigest()[:8]}"
