"""A PostgreSQL for the tests of one process, and a database of it for one test."""

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support.postgres import Postgres, running

_numbers = count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    # A socket's path must be short, and the server's own user must reach it.
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        Path(folder).chmod(0o711)
        with running(Path(folder) / "server") as server:
            yield server


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """An empty database."""
    name = f"copy{next(_numbers)}"
    yield postgres_server.create(name)
    postgres_server.drop(name)
