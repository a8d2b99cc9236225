"""Daemons for the pages and the contract: a full one, an empty, a dead and a broken one."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from falcon.testing import TestClient

from exporter.limits import Limits
from exporter.store import Store
from tests.docs import daemon
from tests.docs.cases import Fault


@pytest.fixture(scope="session")
def filled_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with runs of every kind; to be copied, not to be opened."""
    path = daemon.database_in(tmp_path_factory.mktemp("filled"))
    with closing(Store(path)) as store:
        daemon.fill(store)
    return path


@pytest.fixture
def store(filled_database: Path, tmp_path: Path) -> Iterator[Store]:
    """A store that holds runs of every kind."""
    path = daemon.database_in(tmp_path)
    shutil.copy(filled_database, path)
    with closing(Store(path)) as store:
        yield store


@pytest.fixture
def client(store: Store) -> TestClient:
    """A daemon that holds runs of every kind."""
    return TestClient(daemon.make_app(store))


@pytest.fixture
def empty_client(tmp_path: Path) -> Iterator[TestClient]:
    """A daemon that never got a report."""
    with closing(Store(tmp_path / "empty.sqlite")) as store:
        yield TestClient(daemon.make_app(store))


@pytest.fixture
def clients(
    client: TestClient, filled_database: Path, tmp_path: Path
) -> Iterator[Mapping[Fault, TestClient]]:
    """The full daemon, one whose database went away, one that is all bugs, and a closed one."""
    path = tmp_path / "dead.sqlite"
    shutil.copy(filled_database, path)
    other = tmp_path / "full.sqlite"
    shutil.copy(filled_database, other)
    full_store = Store(other, Limits(max_servers=1))
    with closing(daemon.DeadStore(path)) as dead, closing(full_store) as full:
        yield {
            Fault.NONE: client,
            Fault.DATABASE: TestClient(daemon.make_app(dead)),
            Fault.BUG: TestClient(daemon.make_broken_app(dead)),
            Fault.CLOSED: TestClient(daemon.make_closed_app(full)),
        }
