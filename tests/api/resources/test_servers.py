"""Servers as they are listed, renamed, merged and deleted."""

import pytest

from exporter.times import DAY, MINUTE, format_timestamp
from tests.api.resources.changing import BEGAN, listed
from tests.support.changes import change, changed
from tests.support.daemon import NOW, Daemon
from tests.support.live import activity, tell
from tests.support.reports_builder import documented_report, duplicati_report


def test_a_changed_server_is_answered_as_it_is_listed(three: Daemon) -> None:
    data = changed(three, "PATCH", "/api/servers/1", {"alias": "Cellar", "note": "ask Hans\nor Li"})
    assert data == {
        "server": {
            "id": 1,
            "name": "nas",
            "alias": "Cellar",
            "note": "ask Hans\nor Li",
            "machineId": "m-1",
            "duplicatiVersion": "2.1.0.5",
            "os": "Linux",
            "jobs": 1,
            "lastReport": format_timestamp(NOW),
            "possibleDuplicateOf": None,
            "mutedUntil": None,
            "tags": [],
            "url": None,
            "conditions": [],
            "pulled": None,
        }
    }
    assert listed(three)[1] == data["server"]


def test_null_clears_what_was_set_and_what_is_left_out_stays(three: Daemon) -> None:
    changed(three, "PATCH", "/api/servers/1", {"alias": "Cellar", "note": "dusty"})
    changed(three, "PATCH", "/api/servers/1", {"alias": None})
    assert (listed(three)[1]["alias"], listed(three)[1]["note"]) == (None, "dusty")
    changed(three, "PATCH", "/api/servers/1", {"note": None})
    assert (listed(three)[1]["alias"], listed(three)[1]["note"]) == (None, None)


def test_a_merge_answers_with_the_target_and_all_it_has_now(three: Daemon) -> None:
    data = changed(three, "POST", "/api/servers/1/merge", {"from": [2, 3, 2]})
    assert data == {"server": listed(three)[1]}
    assert list(listed(three)) == [1]
    assert data["server"]["jobs"] == 2
    assert three.get("/api/lastbackup/m-2")["server"]["id"] == 1


def test_a_merge_with_one_unknown_server_leaves_all_as_they_were(three: Daemon) -> None:
    before = listed(three), three.get("/api/jobs"), three.get("/api/backups")
    result = change(three, "POST", "/api/servers/1/merge", {"from": [2, 3, 99]})
    assert (result.status_code, result.json["error"]) == (404, "NotFoundError")
    assert (listed(three), three.get("/api/jobs"), three.get("/api/backups")) == before


def test_a_deletion_answers_what_is_gone_and_is_no_second_time_possible(three: Daemon) -> None:
    assert changed(three, "DELETE", "/api/servers/2") == {"deleted": {"server": 2}}
    assert change(three, "DELETE", "/api/servers/2").status_code == 404
    assert list(listed(three)) == [1, 3]


def test_the_newest_report_that_is_deleted_is_the_newest_no_more(three: Daemon) -> None:
    three.clock.now += DAY
    three.upload(documented_report(began=BEGAN + DAY, server="by name"))
    assert three.get("/api/summary")["lastUpdated"] == format_timestamp(NOW + DAY)
    changed(three, "DELETE", "/api/servers/3")
    assert three.get("/api/summary")["lastUpdated"] == format_timestamp(NOW)


def test_a_server_is_listed_with_all_that_is_known(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW - DAY))
    daemon.upload(duplicati_report(began=NOW - DAY, backup="Photos"))
    daemon.upload(duplicati_report(began=NOW - DAY, backup="Never made", operation="Restore"))
    assert daemon.get("/api/servers")["servers"] == [
        {
            "id": 1,
            "name": "nas",
            "alias": None,
            "note": None,
            "machineId": "m-1",
            "duplicatiVersion": "2.1.0.5",
            "os": "Linux",
            "jobs": 2,
            "lastReport": format_timestamp(NOW),
            "possibleDuplicateOf": None,
            "mutedUntil": None,
            "tags": [],
            "url": None,
            "conditions": [],
            "pulled": None,
        }
    ]


def test_a_server_is_given_an_alias_and_a_note_and_keeps_them(two_servers: Daemon) -> None:
    data = changed(two_servers, "PATCH", "/api/servers/1", {"alias": "Cellar", "note": "Hans asks"})
    (listed, _) = two_servers.get("/api/servers")["servers"]
    assert data == {"server": listed}
    assert (listed["alias"], listed["note"], listed["name"]) == ("Cellar", "Hans asks", "nas")
    two_servers.upload(duplicati_report(began=BEGAN + MINUTE))
    assert two_servers.get("/api/lastbackup/Cellar")["server"]["alias"] == "Cellar"
    changed(two_servers, "PATCH", "/api/servers/1", {"alias": None})
    (listed, _) = two_servers.get("/api/servers")["servers"]
    assert (listed["alias"], listed["note"]) == (None, "Hans asks")


def test_a_server_that_is_deleted_takes_all_it_has_with_it(two_servers: Daemon) -> None:
    changed(two_servers, "DELETE", "/api/servers/2")
    summary = two_servers.get("/api/summary")
    assert (summary["totalServers"], summary["totalBackupJobs"]) == (1, 1)
    assert (summary["successfulBackups"], summary["failedBackups"]) == (1, 0)
    assert [run["id"] for run in two_servers.get("/api/backups")["backups"]] == [1]
    assert two_servers.client.simulate_get("/api/lastbackup/2").status_code == 404
    assert two_servers.client.simulate_get("/api/lastbackup/m-2").status_code == 400


def test_what_was_deleted_begins_anew_under_new_ids_when_it_reports_again(
    two_servers: Daemon,
) -> None:
    changed(two_servers, "DELETE", "/api/servers/1")
    assert two_servers.upload(duplicati_report(began=BEGAN))["serverId"] == 3


def test_merged_servers_are_one_and_jobs_of_one_name_join(two_servers: Daemon) -> None:
    before = two_servers.get("/api/summary")
    changed(two_servers, "POST", "/api/servers/1/merge", {"from": [2]})
    after = two_servers.get("/api/summary")
    counted = {"totalServers": 1, "totalBackupJobs": 2}
    assert (before["failingBackups"], before["state"]) == (1, "critical")
    assert after == before | counted | {"failingBackups": 0, "state": "ok"}
    many = two_servers.get("/api/lastbackups/1")
    assert [(run["name"], run["status"]) for run in many["backups"]] == [
        ("Documents", "success"),
        ("Photos", "success"),
    ]
    assert {run["serverId"] for run in two_servers.get("/api/backups")["backups"]} == {1}
    assert two_servers.client.simulate_get("/api/lastbackup/2").status_code == 404
    assert two_servers.get("/api/lastbackup/m-2")["server"]["id"] == 1


def test_later_reports_of_a_merged_server_land_in_the_one_it_became(two_servers: Daemon) -> None:
    two_servers.upload(documented_report(began=BEGAN, server="by name"))
    two_servers.upload(
        duplicati_report(began=BEGAN, server=None, machine_id=None), sender="192.0.2.99"
    )
    changed(two_servers, "POST", "/api/servers/1/merge", {"from": [2, 3, 4]})
    later = BEGAN + MINUTE
    bodies = [
        duplicati_report(began=later, server="old", machine_id="m-2"),
        documented_report(began=later, server="by name"),
    ]
    assert [two_servers.upload(body)["serverId"] for body in bodies] == [1, 1]
    anonymous = duplicati_report(began=later + MINUTE, server=None, machine_id=None)
    assert two_servers.upload(anonymous, sender="192.0.2.99")["serverId"] == 1


def test_the_fleet_after_changes_is_the_fleet_after_a_restart(two_servers: Daemon) -> None:
    changed(two_servers, "PATCH", "/api/jobs/3", {"schedule": "every 2h"})
    changed(two_servers, "POST", "/api/servers/1/merge", {"from": [2]})
    changed(two_servers, "PATCH", "/api/servers/1", {"alias": "Cellar"})
    two_servers.clock.now += DAY
    paths = ("/api/summary", "/api/servers", "/api/jobs", "/api/backups", "/api/lastbackups/1")
    before = [two_servers.get(path) for path in paths]
    assert before[0]["lastUpdated"] == format_timestamp(NOW)
    two_servers.restart()
    assert [two_servers.get(path) for path in paths] == before


@pytest.mark.parametrize("backup", ["Music", "Documents"])
def test_a_run_in_progress_goes_on_when_its_server_is_merged(
    two_servers: Daemon, backup: str
) -> None:
    """The other server has a backup of the second name, too."""
    tell(two_servers, activity(began=NOW, at=NOW, server="old", machine_id="m-2", backup=backup))
    changed(two_servers, "POST", "/api/servers/1/merge", {"from": [2]})
    (job,) = [job for job in two_servers.get("/api/jobs")["jobs"] if job["name"] == backup]
    assert (job["serverId"], job["condition"]) == (1, "running")
    assert two_servers.series()["duplistatus_running_backups"] == 1


def test_a_failed_run_counts_when_its_job_joins_another_before_its_report(
    two_servers: Daemon,
) -> None:
    failed = activity(
        began=NOW, at=NOW, server="old", machine_id="m-2", status="Failed", error="no route"
    )
    tell(two_servers, failed)
    changed(two_servers, "POST", "/api/servers/1/merge", {"from": [2]})
    two_servers.clock.now += 11 * MINUTE
    two_servers.live_reports.run_once()
    (job,) = [job for job in two_servers.get("/api/jobs")["jobs"] if job["name"] == "Documents"]
    assert job["lastRun"]["status"] == "fatal"
