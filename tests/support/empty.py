"""A database as a store makes it, made once: making one takes longer than most tests."""

import functools
import tempfile
from pathlib import Path

from exporter.store.sqlite import Store


@functools.cache
def _made() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite"
        Store(path).close()
        return path.read_bytes()


def empty_database(path: Path) -> Path:
    """Put an empty database, as the daemon leaves it when it stops, at a path and return that."""
    path.write_bytes(_made())
    return path
