"""Ways to ask a simulated server, without any wait between two tries."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from exporter.config.pull_targets import PullTarget, make_target
from exporter.pull.client.opening import open_server
from exporter.pull.client.server import DuplicatiServer
from exporter.pull.client.session import Session
from exporter.pull.client.transport import ConnectionOptions, Transport
from tests.support.duplicati.simulator import PASSWORD, Simulator

AT_ONCE = ConnectionOptions(pause=lambda _seconds: False)
PAYLOADS = Path(__file__).parents[1] / "payloads"


def source_of(simulator: Simulator, **trust: Any) -> PullTarget:  # noqa: ANN401 - of make_target
    """Return how a simulated server is configured in the daemon."""
    return make_target(simulator.url, name="nas", **trust)


@contextmanager
def session(
    simulator: Simulator,
    password: str = PASSWORD,
    token: str = "",
    **trust: Any,  # noqa: ANN401 - of make_target
) -> Iterator[Session]:
    """Yield a session with a simulated server."""
    transport = Transport(source_of(simulator, **trust), AT_ONCE)
    with closing(Session(transport, "nas", password, token)) as opened:
        yield opened


@contextmanager
def server(simulator: Simulator, password: str = PASSWORD) -> Iterator[DuplicatiServer]:
    """Yield a simulated server, ready to be asked."""
    with closing(open_server(source_of(simulator), password, AT_ONCE)) as opened:
        yield opened
