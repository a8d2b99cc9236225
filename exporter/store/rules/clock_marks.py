"""What was noted about the daemon's clock before a restart."""

from msgspec.structs import asdict

from exporter.store.session import Session
from exporter.store.values import ClockMarks

_READ = "SELECT value FROM meta WHERE key = ?"
_WRITE = """
INSERT INTO meta (key, value) VALUES (?, ?)
ON CONFLICT (key) DO UPDATE SET value = excluded.value"""
_REMOVE = "DELETE FROM meta WHERE key = ?"


def read(db: Session) -> ClockMarks:
    """Return what was noted last."""
    found = {name: db.execute(_READ, (_key(name),)).fetchone() for name in _NAMES}
    return ClockMarks(**{name: row[0] for name, row in found.items() if row is not None})


def write(db: Session, marks: ClockMarks) -> None:
    """Note what the clock says. Needs a transaction."""
    for name, timestamp in asdict(marks).items():
        if timestamp is None:
            db.execute(_REMOVE, (_key(name),))
        else:
            db.execute(_WRITE, (_key(name), timestamp))


_NAMES = ClockMarks.__struct_fields__


def _key(name: str) -> str:
    return f"clock_{name}"
