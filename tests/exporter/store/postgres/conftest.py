"""A real PostgreSQL for the session, and a database of its own for each test."""

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.store.postgres import Store
from tests.support.postgres import Postgres, running
from tests.support.replicas import Replicas

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as server:
        Store(server.create("upgraded")).close()
        yield server


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """The address of a database that has its tables and nothing in them."""
    name = f"test-{next(_numbers)}"
    yield postgres.create(name, "upgraded")
    postgres.drop(name)


@pytest.fixture
def replicas(database: str) -> Iterator[Replicas]:
    """Open stores of one database."""
    with Replicas(database) as opened:
        yield opened
