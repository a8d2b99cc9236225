import threading
from pathlib import Path

import pytest

from api.app import App
from api.serve import HttpServer, listen
from exporter import config
from exporter.cli.client import Client
from exporter.cli.connection import connected
from exporter.limits import Limits
from exporter.telemetry import Telemetry


def test_a_server_that_has_ended_can_be_told_to_stop_again() -> None:
    with listen("127.0.0.1", 0) as listening:
        server = HttpServer(App(), listening, Limits(), Telemetry("1", lambda: 0))
        thread = threading.Thread(target=server.run)
        thread.start()
        server.stop()
        thread.join()
        server.stop()


@pytest.mark.usefixtures("command")
def test_a_daemon_of_a_commands_own_ends_with_it_and_leaves_no_thread(database: Path) -> None:
    settings = config.load({"database": str(database)}, {})
    before = threading.active_count()
    for _ in range(5):
        with connected(settings) as client:
            assert isinstance(client, Client)
            assert client.send("GET", "/api/summary")["totalServers"] == 4
        assert threading.active_count() == before
