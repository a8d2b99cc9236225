"""GET /api/digest, for the command and for programs."""

import pytest

from api.app import create_app
from exporter.notifications.rendering import Templates
from exporter.times import DAY, HOUR, format_timestamp
from tests.support.daemon import NOW, Daemon
from tests.support.recording import record


@pytest.fixture(autouse=True)
def recorded(daemon: Daemon) -> None:
    record(daemon, "Documents", NOW - HOUR)
    record(daemon, "Documents", NOW - 3 * DAY)


def test_it_has_the_title_the_text_and_the_html(daemon: Daemon) -> None:
    found = daemon.get("/api/digest")
    assert found["since"] == format_timestamp(NOW - 7 * DAY)
    assert found["until"] == format_timestamp(NOW)
    assert found["title"] == "Backups: all fine (2026-01-08 to 2026-01-15)"
    assert found["text"].startswith("The only backup is fine\n")
    assert found["html"].startswith("<!doctype html>\n")


@pytest.mark.parametrize(("since", "runs"), [("2h", 1), ("1d12h", 1), ("4d", 2), ("366d", 2)])
def test_the_span_is_asked_for(daemon: Daemon, since: str, runs: int) -> None:
    text = daemon.get("/api/digest", since=since)["text"]
    assert f"Runs      {runs}, 0 failed" in text


@pytest.mark.parametrize("path", ["/api/digest", "/digest"])
@pytest.mark.parametrize("since", ["", "week", "7", "0d", "-1d", "367d", "9999999999d", "1d\x00"])
def test_a_span_that_is_none_is_refused(daemon: Daemon, path: str, since: str) -> None:
    answer = daemon.client.simulate_get(path, params={"since": since})
    assert answer.status_code == 400
    assert answer.json["details"][0]["field"] == "since"


def test_links_lead_to_the_public_url(daemon: Daemon) -> None:
    assert "http" not in daemon.get("/api/digest")["text"]
    services = daemon.services._replace(public_url="https://backups.example")
    daemon.client.app = create_app(services)
    assert "https://backups.example/digest?since=1w" in daemon.get("/api/digest")["text"]
    daemon.client.app = create_app(services._replace(page=False))
    assert "https://backups.example" not in daemon.get("/api/digest")["text"]


def test_peoples_templates_are_used(
    daemon: Daemon, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("templates")
    (folder / "digest.txt.jinja").write_text("{{ digest.count }} of ours")
    daemon.client.app = create_app(daemon.services._replace(templates=Templates(folder)))
    assert daemon.get("/api/digest")["text"] == "1 of ours"
