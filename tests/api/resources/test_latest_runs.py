from urllib.parse import quote

import pytest

from exporter.times import DAY, HOUR, MINUTE, format_timestamp
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.reports_builder import documented_report, duplicati_report

BEGAN = NOW - DAY
ROUTES = ("lastbackup", "lastbackups")


def name_server(daemon: Daemon, server_id: int, alias: str) -> None:
    result = daemon.client.simulate_patch(
        f"/api/servers/{server_id}",
        json={"alias": alias},
        headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
    )
    assert result.status_code == 200


def test_the_latest_backup_has_the_documented_shape(daemon: Daemon) -> None:
    daemon.upload(documented_report(began=BEGAN))
    name_server(daemon, 1, "Production Server")
    assert daemon.get("/api/lastbackup/1") == {
        "server": {"id": 1, "name": "server-01", "alias": "Production Server"},
        "lastBackup": {
            "id": 1,
            "name": "daily-backup",
            "status": "success",
            "startTime": format_timestamp(BEGAN),
            "endTime": format_timestamp(BEGAN + 90 * MINUTE),
            "duration": 5400,
            "files": 1250,
            "size": 1073741824,
            "storageUsed": 536870912,
            "jobId": 1,
            "kind": "backup",
        },
    }


def test_the_latest_backups_have_the_documented_shape_newest_first(daemon: Daemon) -> None:
    data = {"ExaminedFiles": 5, "SizeOfExaminedFiles": 6}
    daemon.upload(
        duplicati_report(began=BEGAN, data=data, backend={"KnownFileSize": 7}, status="Warning")
    )
    daemon.upload(duplicati_report(began=BEGAN + HOUR, backup="Photos", duration=None))
    daemon.upload(duplicati_report(began=BEGAN - HOUR))
    assert daemon.get("/api/lastbackups/1") == {
        "server": {"id": 1, "name": "nas", "alias": None},
        "backups": [
            {
                "id": 2,
                "name": "Photos",
                "status": "success",
                "startTime": format_timestamp(BEGAN + HOUR),
                "endTime": None,
                "duration": None,
                "files": None,
                "size": None,
                "storageUsed": None,
                "jobId": 2,
                "kind": "backup",
            },
            {
                "id": 1,
                "name": "Documents",
                "status": "warning",
                "startTime": format_timestamp(BEGAN),
                "endTime": format_timestamp(BEGAN + MINUTE),
                "duration": 60,
                "files": 5,
                "size": 6,
                "storageUsed": 7,
                "jobId": 1,
                "kind": "backup",
            },
        ],
        "backupJobsCount": 2,
        "lastUpdated": format_timestamp(NOW),
    }


def test_the_last_backup_is_the_one_with_the_latest_start_and_not_the_latest_arrival(
    daemon: Daemon,
) -> None:
    newest = daemon.upload(duplicati_report(began=BEGAN))["backupId"]
    daemon.clock.now += HOUR
    daemon.upload(duplicati_report(began=BEGAN - DAY))
    assert daemon.get("/api/lastbackup/1")["lastBackup"]["id"] == newest
    assert daemon.get("/api/lastbackups/1")["lastUpdated"] == format_timestamp(NOW + HOUR)


def test_a_server_that_never_made_a_backup_has_no_last_one(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=BEGAN, operation="Restore"))
    daemon.upload(duplicati_report(began=BEGAN, data={"Dryrun": True}))
    assert daemon.get("/api/lastbackup/1")["lastBackup"] is None
    many = daemon.get("/api/lastbackups/1")
    assert (many["backups"], many["backupJobsCount"]) == ([], 0)


@pytest.mark.parametrize("text", ["1", "nas", "m-1", "Storage room / cellar"])
def test_a_server_is_found_by_id_name_machine_id_and_alias(daemon: Daemon, text: str) -> None:
    daemon.upload(duplicati_report(began=BEGAN))
    daemon.upload(documented_report(began=BEGAN))
    name_server(daemon, 1, "Storage room / cellar")
    for route in ROUTES:
        assert daemon.get(f"/api/{route}/{quote(text, safe='')}")["server"]["id"] == 1


@pytest.mark.parametrize("name", ["a/b", "100%", "ä ☃", "..", "a?b=c&d#e", "x\ny", "+"])
def test_a_server_is_found_by_a_name_of_any_characters(daemon: Daemon, name: str) -> None:
    daemon.upload(documented_report(began=BEGAN, server=name))
    assert daemon.get(f"/api/lastbackup/{quote(name, safe='')}")["server"]["name"] == name


def test_an_id_wins_over_a_server_that_is_named_like_it(daemon: Daemon) -> None:
    daemon.upload(documented_report(began=BEGAN, server="2"))
    daemon.upload(documented_report(began=BEGAN, server="other"))
    assert daemon.get("/api/lastbackup/2")["server"]["name"] == "other"


def test_a_name_of_digits_is_found_where_no_server_has_that_id(daemon: Daemon) -> None:
    daemon.upload(documented_report(began=BEGAN, server="4711"))
    assert daemon.get("/api/lastbackup/4711")["server"]["id"] == 1


@pytest.mark.parametrize("text", ["abc", "0", "-1", "1.0", "01", "NAS", "1 ", "%00", "null"])
def test_a_text_that_is_no_servers_is_no_id(daemon: Daemon, text: str) -> None:
    daemon.upload(duplicati_report(began=BEGAN))
    for route in ROUTES:
        result = daemon.client.simulate_get(f"/api/{route}/{text}")
        assert result.status_code == 400
        assert result.json == {
            "status": "error",
            "error": "ValidationError",
            "message": "Invalid server ID format",
        }


@pytest.mark.parametrize("text", ["2", "999999", "9" * 18, "9" * 19, "9" * 5000])
def test_an_id_that_nobody_has_is_not_found(daemon: Daemon, text: str) -> None:
    daemon.upload(duplicati_report(began=BEGAN))
    for route in ROUTES:
        result = daemon.client.simulate_get(f"/api/{route}/{text}")
        assert result.status_code == 404
        assert result.json == {
            "status": "error",
            "error": "NotFoundError",
            "message": "Server not found",
        }


def test_a_name_that_several_servers_have_finds_none_and_tells_their_ids(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=BEGAN, machine_id="m-1"))
    daemon.upload(duplicati_report(began=BEGAN, machine_id="m-2"))
    for route in ROUTES:
        result = daemon.client.simulate_get(f"/api/{route}/nas")
        assert (result.status_code, result.json["error"]) == (400, "ValidationError")
        told = "2 servers are called nas: give the id of one, 1, 2"
        assert result.json["message"] == told
    assert daemon.get("/api/lastbackup/m-2")["server"]["id"] == 2
