"""Errors of pages: the words of the API, as a page for who asks for one."""

import pytest
from falcon import testing

from api.app import create_app
from api.page.rendering import POLICY
from exporter.auth import Authorizer, Scope
from tests.support.daemon import NOW, Daemon
from tests.support.pages import Document, elements, text
from tests.support.reports_builder import duplicati_report

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


@pytest.mark.parametrize(
    "path", ["/api/jobs/1", "/api/nowhere", "/api", "/-/nowhere", "/metrics/nowhere", "/api/upload"]
)
def test_routes_of_programs_answer_a_browser_with_json(
    client: testing.TestClient, path: str
) -> None:
    answer = client.simulate_get(path, headers=BROWSER)
    assert answer.status_code in (404, 405)
    assert answer.headers["content-type"] == "application/json"


def test_an_address_that_does_not_exist_is_a_page_with_links(client: testing.TestClient) -> None:
    answer = client.simulate_get("/servres/nas", headers=BROWSER)
    assert answer.status_code == 404
    main = Document(answer).one("main")
    assert "There is no page at this address." in text(main)
    assert [link.attrib["href"] for link in elements(main, "a")] == ["/", "/servers"]
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["vary"] == "Accept, Accept-Language"


def test_an_address_that_only_takes_something_is_a_page_too(client: testing.TestClient) -> None:
    answer = client.simulate_get("/upload", headers=BROWSER)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, PUT, OPTIONS")
    assert "GET is not allowed here" in text(Document(answer).one("main"))


def test_programs_get_json_for_it_and_whatever_is_sent_there_is_kept_as_before(
    daemon: Daemon,
) -> None:
    client = daemon.client
    assert client.simulate_get("/nowhere").json["error"] == "NotFoundError"
    report = duplicati_report(began=NOW)
    answer = client.simulate_post("/nowhere", body=report, headers=BROWSER)
    assert answer.json["error"] == "NotFoundError"
    (kept,) = daemon.get("/api/rejected")["rejected"]
    assert kept["reason"].startswith("/nowhere takes no reports")


def test_without_the_page_nothing_is_answered_as_one(daemon: Daemon) -> None:
    client = testing.TestClient(create_app(daemon.services._replace(page=False)))
    answer = client.simulate_get("/nowhere", headers=BROWSER)
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
