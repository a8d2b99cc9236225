"""Daemons that end with their test."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from tests.support.process import notified
from tests.support.process.daemon import ANY_PORT, Daemon


class Start(Protocol):
    """Starts a daemon in the test's folder, on any port."""

    def __call__(self, *flags: str) -> Daemon:
        """Start it with more flags."""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:
        yield lambda *flags: stack.enter_context(Daemon(tmp_path, *ANY_PORT, *flags))


@pytest.fixture(scope="module")
def shared_daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A daemon for the tests of a module that leave nothing behind that another would mind."""
    with Daemon(tmp_path_factory.mktemp("shared"), *ANY_PORT) as daemon:
        yield daemon


@pytest.fixture
def daemon(start: Start) -> Daemon:
    return start()


@pytest.fixture(autouse=True)
def no_notifying_daemon_is_left() -> Iterator[None]:
    """End the daemons of tests of notifications, also of those that failed."""
    yield
    notified.end_all()
