"""Tests of what every store does, with each engine."""

import pytest

from exporter.store import Store
from tests.support.stores import Database


@pytest.fixture
def store(database: Database) -> Store:
    return database.open()
