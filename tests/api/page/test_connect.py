"""An installation that nobody reports to shows how to connect Duplicati."""

import shlex

import pytest
from falcon import testing

from api.app import create_app
from exporter.auth import Authorizer, Scope
from exporter.reports.sender_options import duplicati_options
from tests.api.page.conftest import LAST, Look
from tests.support.daemon import Daemon
from tests.support.pages import Document, text
from tests.support.reports_builder import duplicati_report


def options(page: Document) -> list[str]:
    return text(page.one("pre", id="options")).split(" ")


def test_the_options_are_for_the_address_that_was_asked(daemon: Daemon, look: Look) -> None:
    answer = daemon.client.simulate_get("/", headers={"Host": "nas.lan:9666"})
    assert options(Document(answer)) == duplicati_options("http://nas.lan:9666/api/upload")
    assert look().sentence() == "No backup has reported yet"


def test_the_command_line_has_the_same_options_quoted(daemon: Daemon) -> None:
    page = Document(daemon.client.simulate_get("/", headers={"Host": "nas"}))
    (_, command) = page.all("pre")
    assert shlex.split(text(command)) == options(page)


def test_where_uploads_need_a_token_the_address_has_room_for_it(daemon: Daemon) -> None:
    closed = daemon.services._replace(
        authorizer=Authorizer.from_entries({Scope.UPLOAD: ["a-token-of-sixteen"]})
    )
    client = testing.TestClient(create_app(closed))
    page = Document(client.simulate_get("/", headers={"Host": "nas"}))
    assert options(page)[0] == "--send-http-url=http://nas/api/upload?token=TOKEN"
    assert "a-token-of-sixteen" not in text(page.root)
    assert "upload_tokens" in text(page.one("section"))


def test_with_the_first_report_the_backups_take_their_place(daemon: Daemon, look: Look) -> None:
    daemon.upload(duplicati_report(began=LAST, operation="Restore"))
    assert look().all("section", aria_labelledby="connect") != []
    daemon.upload(duplicati_report(began=LAST))
    assert look().all("section", aria_labelledby="connect") == []


@pytest.mark.parametrize("path", ["/", "/jobs/1", "/servers/1"])
def test_a_page_asks_nothing_of_another_machine(daemon: Daemon, path: str) -> None:
    daemon.upload(duplicati_report(began=LAST))
    page = Document(daemon.client.simulate_get(path))
    asked = [
        value
        for element in page.root.iter()
        for name, value in element.attrib.items()
        if name in ("src", "href", "action", "srcset", "data")
    ]
    assert all(value.startswith(("/", "#", "?", "data:,")) for value in asked)
    assert not any(value.startswith("//") for value in asked)
