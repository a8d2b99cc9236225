import re
from urllib.parse import quote

import pytest
from falcon.testing import TestClient

from api.app import create_app
from exporter.auth import Authorizer, Scope
from exporter.times import DAY, HOUR
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.reports_builder import documented_report, duplicati_report

FLEET = "/api/badge.svg"


def words(daemon: Daemon, path: str = FLEET) -> tuple[str, str]:
    """Return what a badge says: of whom, and how they are."""
    result = daemon.client.simulate_get(path)
    assert result.status_code == 200, result.text
    assert result.headers["content-type"] == "image/svg+xml"
    subject, said = re.findall(r"<text[^>]*>([^<]*)</text>", result.text)
    return subject, said


def test_the_fleet_has_a_badge_before_its_first_report(daemon: Daemon) -> None:
    assert words(daemon) == ("backups", "no backups yet")


def test_a_badge_tells_how_all_backups_are(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    assert words(daemon) == ("backups", "all fine")
    daemon.upload(duplicati_report(began=NOW - HOUR, backup="Photos", status="Error"))
    assert words(daemon) == ("backups", "1 failing")


def test_a_badge_is_not_fine_where_no_report_can_be_stored(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    monkeypatch.setattr("exporter.store.sqlite.connection.MIN_FREE_BYTES", 2**62)
    assert words(daemon) == ("backups", "not storing")
    assert words(daemon, "/api/badge/1.svg") == ("nas", "not storing")
    assert "the disk is full" in daemon.client.simulate_get(FLEET).text


def test_a_badge_turns_by_time_alone(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    daemon.clock.now += 2 * DAY
    assert words(daemon) == ("backups", "1 overdue")


def test_a_server_has_a_badge_of_its_own_backups(daemon: Daemon) -> None:
    daemon.upload(documented_report(began=NOW - HOUR, server="one", status="fatal"))
    daemon.upload(documented_report(began=NOW - HOUR, server="two"))
    assert words(daemon, "/api/badge/1.svg") == ("one", "1 failing")
    assert words(daemon, "/api/badge/two.svg") == ("two", "all fine")


def test_a_server_that_never_made_a_backup_has_a_badge(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR, operation="Restore"))
    assert words(daemon, "/api/badge/1.svg") == ("nas", "no backups yet")


def test_a_badge_shows_the_alias_of_a_server(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    admin = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    daemon.client.simulate_patch("/api/servers/1", json={"alias": "Attic"}, headers=admin)
    assert words(daemon, "/api/badge/nas.svg") == ("Attic", "all fine")


@pytest.mark.parametrize("name", ["a/b", "x.svg", ".svg", "100%", "ä ☃", "..", "a?b=c&d#e", "+"])
def test_a_server_is_found_by_a_name_of_any_characters(daemon: Daemon, name: str) -> None:
    daemon.upload(documented_report(began=NOW - HOUR, server=name))
    result = daemon.client.simulate_get(f"/api/badge/{quote(name, safe='')}.svg")
    assert result.status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/api/badge/nobody.svg", 400, "Invalid server ID format"),
        ("/api/badge/.svg", 400, "Invalid server ID format"),
        ("/api/badge/99.svg", 404, "Server not found"),
        ("/api/badge/1", 404, "No such path; GET /api/openapi.yaml lists them"),
        ("/api/badge", 404, "No such path; GET /api/openapi.yaml lists them"),
    ],
)
def test_what_is_no_server_has_no_badge(
    daemon: Daemon, path: str, status: int, message: str
) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    result = daemon.client.simulate_get(path)
    assert (result.status_code, result.json["message"]) == (status, message)


def test_a_badge_may_be_shown_by_every_page_until_reading_needs_a_token(daemon: Daemon) -> None:
    answer = daemon.client.simulate_get(FLEET)
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    authorizer = Authorizer.from_entries(
        {Scope.MANAGE: [ADMIN_TOKEN], Scope.READ: ["the-token-of-readers"]}
    )
    closed = TestClient(create_app(daemon.services._replace(authorizer=authorizer)))
    answer = closed.simulate_get(FLEET, headers={"Authorization": f"Bearer {ADMIN_TOKEN}"})
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_an_unchanged_badge_is_not_sent_again(daemon: Daemon) -> None:
    first = daemon.client.simulate_get(FLEET)
    known = {"If-None-Match": first.headers["etag"]}
    assert first.headers["cache-control"] == "no-cache"
    assert daemon.client.simulate_get(FLEET, headers=known).status_code == 304
    daemon.upload(duplicati_report(began=NOW - HOUR))
    assert daemon.client.simulate_get(FLEET, headers=known).status_code == 200


def test_a_backup_that_could_not_be_judged_is_not_called_fine(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.upload(documented_report(began=NOW - HOUR, server="one"))

    def fail(*_arguments: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("exporter.fleet.evaluation.expect", fail)
    daemon.upload(documented_report(began=NOW - HOUR, server="two"))
    assert words(daemon) == ("backups", "1 not evaluated")
    assert words(daemon, "/api/badge/one.svg") == ("one", "all fine")
    assert words(daemon, "/api/badge/two.svg") == ("two", "1 not evaluated")
