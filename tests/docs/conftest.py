"""Daemons for the pages and the contract: a full one, an empty, a dead and a broken one."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from falcon.testing import TestClient

from api.app import App
from exporter.limits import Limits
from exporter.store.sqlite import Store
from tests.docs import daemon
from tests.docs.case import Fault


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


_FAULTY: Mapping[Fault, tuple[Callable[[Path], Store], Callable[[Store], App]]] = {
    Fault.NONE: (Store, daemon.make_app),
    Fault.DATABASE: (daemon.DeadStore, daemon.make_app),
    Fault.BUG: (daemon.DeadStore, daemon.make_broken_app),
    Fault.CLOSED: (lambda path: Store(path, Limits(max_servers=1)), daemon.make_closed_app),
    Fault.GUESSED: (Store, daemon.make_guessed_app),
}
"""How each daemon opens its database, and how it is made of that."""


@pytest.fixture
def client_with(filled_database: Path, tmp_path: Path) -> Iterator[Callable[[Fault], TestClient]]:
    """Makes a full daemon, or one with a fault."""
    path = daemon.database_in(tmp_path)
    shutil.copy(filled_database, path)
    with ExitStack() as opened:

        def make(fault: Fault) -> TestClient:
            open_store, make_app = _FAULTY[fault]
            return TestClient(make_app(opened.enter_context(closing(open_store(path)))))

        yield make
