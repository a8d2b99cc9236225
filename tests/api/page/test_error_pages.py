"""Errors of pages: the words of the API, as a page for who asks for one."""

import pytest
from falcon import testing

from api.app import create_app
from api.page.rendering import POLICY
from exporter.auth import Authorizer, Scope
from tests.support.daemon import Daemon
from tests.support.pages import Document, text

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ASKED = [
    ("/jobs/1", 404, "Job not found"),
    ("/jobs/Photos", 400, "Invalid job ID format"),
    ("/servers/1", 404, "Server not found"),
    ("/servers/nobody", 400, "Invalid server ID format"),
    ("/jobs/1?cursor=x", 404, "Job not found"),
]


@pytest.mark.parametrize(("path", "status", "message"), ASKED)
def test_a_browser_gets_an_error_as_a_page(
    client: testing.TestClient, path: str, status: int, message: str
) -> None:
    answer = client.simulate_get(path, headers=BROWSER)
    assert answer.status_code == status
    assert message in text(Document(answer).one("main"))
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["vary"] == "Accept, Accept-Language"


@pytest.mark.parametrize(("path", "status", "message"), ASKED)
def test_a_program_gets_it_as_json(
    client: testing.TestClient, path: str, status: int, message: str
) -> None:
    answer = client.simulate_get(path)
    assert (answer.status_code, answer.json["message"]) == (status, message)


def test_other_routes_answer_a_browser_with_json(client: testing.TestClient) -> None:
    for path in ("/api/jobs/1", "/nowhere"):
        answer = client.simulate_get(path, headers=BROWSER)
        assert answer.headers["content-type"] == "application/json"


def test_a_page_needs_a_token_where_reading_does_and_asks_for_it(daemon: Daemon) -> None:
    closed = daemon.services._replace(
        authorizer=Authorizer.from_entries({Scope.READ: ["a-token-of-sixteen"]})
    )
    client = testing.TestClient(create_app(closed))
    answer = client.simulate_get("/", headers=BROWSER)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert "Authentication required: send a token for read" in text(Document(answer).one("main"))
    assert client.simulate_get("/page.css").status_code == 200
    allowed = {**BROWSER, "Authorization": "Bearer a-token-of-sixteen"}
    assert client.simulate_get("/", headers=allowed).status_code == 200
