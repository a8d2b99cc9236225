"""Simulated servers that end with their test."""

from collections.abc import Iterator

import pytest

from tests.support.duplicati.certificate import Certificate, make_certificate
from tests.support.duplicati.simulator import Simulator


@pytest.fixture
def duplicati() -> Iterator[Simulator]:
    """A server without TLS that has a backup, Photos, without any run."""
    with Simulator() as simulator:
        simulator.add_backup("2", "Photos to S3")
        yield simulator


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def secure_duplicati(certificate: Certificate) -> Iterator[Simulator]:
    """A server with a self-signed certificate."""
    with Simulator(certificate) as simulator:
        simulator.add_backup("2", "Photos to S3")
        yield simulator
