import threading
from pathlib import Path

import pytest

from api.app import App
from api.server.http_server import HttpServer
from api.server.listening import listen
from api.server.site import Site
from exporter import config
from exporter.cli.api_client import Client, ClientError
from exporter.cli.connection import connected
from exporter.cli.daemon import admin_tokens
from exporter.exposition.self_metrics import SelfMetrics
from exporter.limits import Limits
from tests.exporter.cli.conftest import Commands
from tests.support.duplicati.simulator import Canned, Simulator


def test_a_server_that_has_ended_can_be_told_to_stop_again() -> None:
    with listen("127.0.0.1", 0) as listening:
        server = HttpServer(Site(App()), listening, Limits(), SelfMetrics("1", lambda: 0))
        thread = threading.Thread(target=server.run)
        thread.start()
        server.stop()
        thread.join()
        server.stop()


def test_an_admin_token_that_is_stored_as_sha_256_cannot_be_sent(
    command: Commands, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUPLISTATUS_ADMIN_TOKEN", f"sha256:{'0' * 64}")
    told = command.refusal("jobs", "--database", str(database))
    assert "give it in DUPLISTATUS_ADMIN_TOKEN" in told


def test_daemons_that_share_a_database_have_the_configured_admin_token_or_none() -> None:
    shared = {"database": "postgresql://localhost/duplistatus"}
    settings = config.load(shared, {})
    assert admin_tokens(settings) == ()
    assert not settings.access(admin_tokens(settings)).can_manage
    configured = config.load(shared, {"DUPLISTATUS_ADMIN_TOKEN": "a-token-of-all-daemons"})
    assert admin_tokens(configured) == ("a-token-of-all-daemons",)


@pytest.mark.usefixtures("command")
def test_a_daemon_of_a_commands_own_ends_with_it_and_leaves_no_thread(database: Path) -> None:
    settings = config.load({"database": str(database)}, {})
    before = threading.active_count()
    for _ in range(5):
        with connected(settings) as client:
            assert isinstance(client, Client)
            assert client.send("GET", "/api/summary")["totalServers"] == 4
        assert threading.active_count() == before


@pytest.mark.parametrize("status", [200, 500])
def test_a_daemon_that_ends_within_its_answer_is_told(duplicati: Simulator, status: int) -> None:
    duplicati.always["/api/jobs"] = Canned(status, b'{"data": ', broken=True)
    with pytest.raises(ClientError, match="answer"):
        Client(duplicati.url, "a-token").send("GET", "/api/jobs")
