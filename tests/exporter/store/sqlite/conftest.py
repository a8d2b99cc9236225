"""Fixtures for tests of files: the store is that of SQLite, in the test's folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.store.sqlite import Store
from tests.support.empty import empty_database


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(empty_database(tmp_path / "reports.sqlite"))
    yield store
    store.close()
