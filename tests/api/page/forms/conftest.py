"""Furnished daemons, and somebody who is signed in there."""

from collections.abc import Iterator

import pytest

from tests.api.page.forms.household import furnish
from tests.support.daemon import Daemon
from tests.support.signing_in import Person


@pytest.fixture
def household(daemon: Daemon) -> Daemon:
    furnish(daemon)
    return daemon


@pytest.fixture
def person(household: Daemon) -> Person:
    return Person(household.client)


@pytest.fixture(scope="package")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """Return a daemon that no test may change."""
    with Daemon(tmp_path_factory.mktemp("unchanged")) as daemon:
        furnish(daemon)
        yield daemon


@pytest.fixture
def visitor(unchanged: Daemon) -> Person:
    return Person(unchanged.client)
