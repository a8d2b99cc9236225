"""Who turns the page off has the API as ever, and nothing where the page was."""

import pytest
from falcon.testing import TestClient

from api.app import create_app
from exporter.times import HOUR
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

PAGES = ["/", "/jobs/1", "/servers/1", "/digest", "/connect", "/page.css", "/page.js"]


@pytest.fixture
def without(daemon: Daemon) -> TestClient:
    """A daemon of one backup that serves no page."""
    daemon.upload(duplicati_report(began=NOW - HOUR))
    return TestClient(create_app(daemon.services._replace(page=False)))


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
@pytest.mark.parametrize("path", PAGES)
def test_where_the_page_was_is_no_path(without: TestClient, path: str, accept: str) -> None:
    answer = without.simulate_get(path, headers={"Accept": accept})
    assert answer.status_code == 404
    assert answer.json["message"] == "No such path; GET /api/openapi.yaml lists them"


@pytest.mark.parametrize("path", ["/api/summary", "/api/jobs/1", "/metrics"])
def test_the_rest_stays(without: TestClient, path: str) -> None:
    assert without.simulate_get(path).status_code == 200
