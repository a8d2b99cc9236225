"""What a client that pulled from a server tells of it, by PUT /api/servers/{id}/pulled."""

import pytest

from exporter.times import DAY, HOUR, format_timestamp
from tests.api.resources.test_imports import ask
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

URL = "/api/servers/1/pulled"
FINGERPRINT = "1f" * 32
SEEN: dict[str, object] = {
    "paused": True,
    "pausedUntil": format_timestamp(NOW + 9 * DAY),
    "waiting": [
        {"backupId": "DB-2", "since": format_timestamp(NOW - HOUR)},
        {"backupId": "DB-3", "since": None},
    ],
    "certificate": {"fingerprint": FINGERPRINT, "expires": format_timestamp(NOW + 90 * DAY)},
}


def put(daemon: Daemon, seen: object) -> dict[str, object]:
    result = ask(daemon, "PUT", URL, seen)
    assert result.status_code == 200, result.text
    pulled: dict[str, object] = result.json["data"]["server"]["pulled"]
    return pulled


def exposed(daemon: Daemon) -> dict[str, float]:
    lines = daemon.client.simulate_get("/metrics").text.splitlines()
    found = (line.split('{server="nas",server_id="1"} ') for line in lines)
    pairs = (each for each in found if len(each) == 2)
    return {name.removeprefix("duplistatus_server_"): float(value) for name, value in pairs}


def test_what_was_never_pulled_has_nothing_of_it(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    (server,) = daemon.get("/api/servers")["servers"]
    assert server["pulled"] is None
    assert exposed(daemon) == {}


def test_what_a_pull_saw_is_told_and_outlives_a_restart(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    expected = {
        "at": format_timestamp(NOW),
        "paused": True,
        "pausedSince": format_timestamp(NOW),
        "pausedUntil": format_timestamp(NOW + 9 * DAY),
        "waiting": [
            {"backupId": "DB-2", "since": format_timestamp(NOW - HOUR)},
            {"backupId": "DB-3", "since": format_timestamp(NOW)},
        ],
        "certificateExpires": format_timestamp(NOW + 90 * DAY),
        "certificateChanged": None,
        "interval": None,
        "failures": None,
    }
    assert put(daemon, SEEN) == expected
    daemon.restart()
    (server,) = daemon.get("/api/servers")["servers"]
    assert server["pulled"] == expected
    assert exposed(daemon) == {
        "paused": 1,
        "pause_forgotten_timestamp_seconds": (NOW + DAY) / 1000,
        "waiting_backups": 2,
        "pull_timestamp_seconds": NOW / 1000,
        "certificate_expiry_timestamp_seconds": (NOW + 90 * DAY) / 1000,
    }


def test_what_a_pull_could_not_see_stands(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    known = put(daemon, SEEN)
    assert put(daemon, {}) == known
    ended = put(daemon, {"paused": False})
    assert (ended["paused"], ended["pausedSince"], ended["waiting"]) == (False, None, [])
    assert ended["certificateExpires"] == known["certificateExpires"]


def test_a_first_pull_that_saw_nothing_is_a_contact(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    known = put(daemon, {})
    assert (known["at"], known["paused"], known["waiting"]) == (format_timestamp(NOW), None, None)
    assert exposed(daemon) == {"pull_timestamp_seconds": NOW / 1000}


@pytest.mark.parametrize(
    ("seen", "field"),
    [
        ({"paused": "yes"}, "paused"),
        ({"paused": None}, "paused"),
        ({"paused": True, "pausedUntil": "soon"}, "pausedUntil"),
        ({"paused": True, "waiting": {}}, "waiting"),
        ({"paused": True, "waiting": ["DB-2"]}, "waiting"),
        ({"paused": True, "waiting": [{"backupId": ""}]}, "waiting"),
        ({"paused": True, "waiting": [{"backupId": "DB-2"}] * 1001}, "waiting"),
        ({"paused": True, "waiting": [{"backupId": "DB-2", "since": "soon"}]}, "waiting"),
        ({"certificate": FINGERPRINT}, "certificate"),
        ({"certificate": {"fingerprint": "1f"}}, "certificate"),
        ({"certificate": {"fingerprint": FINGERPRINT}}, "certificate"),
        ({"stopped": True}, "stopped"),
    ],
)
def test_what_is_wrong_is_named(daemon: Daemon, seen: dict[str, object], field: str) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    result = ask(daemon, "PUT", URL, seen)
    assert result.status_code == 400, result.text
    assert [each["field"] for each in result.json["details"]] == [field]


@pytest.mark.parametrize(("server", "status"), [("9", 404), ("nas", 400)])
def test_it_needs_a_server(daemon: Daemon, server: str, status: int) -> None:
    assert ask(daemon, "PUT", f"/api/servers/{server}/pulled", SEEN).status_code == status


def test_a_pause_that_nobody_ends_is_trouble_and_the_cause_of_what_is_missed(
    daemon: Daemon,
) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    put(daemon, {"paused": True})
    (server,) = daemon.get("/api/servers")["servers"]
    assert (server["conditions"], daemon.get("/api/status")["state"]) == ([], "ok")
    assert daemon.get("/api/jobs/1")["job"]["heldUp"].startswith("Duplicati is paused since ")
    daemon.clock.now += HOUR + 1
    (server,) = daemon.get("/api/servers")["servers"]
    status = daemon.get("/api/status")
    assert (server["conditions"], status["state"]) == (["duplicati_paused"], "warning")
    (fault,) = status["servers"]
    assert (fault["server"], fault["condition"]) == ("nas", "duplicati_paused")
    assert fault["since"] == format_timestamp(NOW)
    put(daemon, {"paused": False})
    assert daemon.get("/api/status")["servers"] == []
    assert daemon.get("/api/jobs/1")["job"]["heldUp"] is None


def test_a_certificate_is_a_notice(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    expires = format_timestamp(NOW + DAY)
    put(daemon, {"certificate": {"fingerprint": FINGERPRINT, "expires": expires}})
    status = daemon.get("/api/status")
    (fault,) = status["servers"]
    assert (fault["condition"], fault["severity"], status["state"]) == (
        "certificate",
        "notice",
        "ok",
    )


def test_a_backup_that_waits_says_so(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR, extra={"backup-id": "DB-2"}))
    put(daemon, {"paused": False, "waiting": [{"backupId": "DB-2"}]})
    job = daemon.get("/api/jobs/1")["job"]
    assert job["heldUp"] == "it waits in Duplicati behind another, since 2026-01-15 10:30:00 UTC"


@pytest.mark.parametrize("path", ["/", "/servers/1"])
def test_the_page_says_what_is_wrong(daemon: Daemon, path: str) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR))
    put(daemon, SEEN | {"pausedUntil": None})
    shown = daemon.client.simulate_get(path).text
    assert "Duplicati on" not in shown
    assert ("paused since" in shown) == (path != "/"), "at once on the page of the server"
    daemon.clock.now += 80 * DAY
    shown = daemon.client.simulate_get(path).text
    assert "Duplicati on <bdi>nas</bdi> is paused since" in shown
    assert "The certificate of Duplicati on <bdi>nas</bdi>: it expires" in shown
