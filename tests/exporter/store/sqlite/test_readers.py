"""Connections that read: none stays open when all is closed."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.store.sqlite import Store
from exporter.store.sqlite import connection as opened
from exporter.store.sqlite.readers import Readers
from exporter.store.sqlite.writer import GroupCommitWriter


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "reports.sqlite"
    Store(path).close()
    return path


@pytest.fixture
def readers(path: Path) -> Iterator[Readers]:
    writer = GroupCommitWriter(opened.connect(path))
    readers = Readers(path, writer)
    yield readers
    readers.close()
    writer.close()


def test_what_comes_back_is_lent_again(readers: Readers) -> None:
    with readers.lend() as first:
        pass
    with readers.lend() as second:
        assert second is first


def test_what_waits_is_closed(readers: Readers) -> None:
    with readers.lend() as db:
        pass
    readers.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        db.execute("SELECT 1")


def test_what_comes_back_after_the_close_is_closed(readers: Readers) -> None:
    with readers.lend() as db:
        readers.close()
        assert db.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        db.execute("SELECT 1")
