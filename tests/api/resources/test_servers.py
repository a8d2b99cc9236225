import logging
from collections.abc import Mapping
from typing import Any

import pytest
from falcon import testing

from exporter.logs import HumanFormatter, JsonFormatter
from exporter.times import DAY, HOUR, MINUTE, format_timestamp
from tests.support.changes import change, changed
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.reports_builder import documented_report, duplicati_report

BEGAN = NOW - HOUR
WRONG_TOKEN = "a-token-that-is-not-the-one"
CHANGES = [
    ("PATCH", "/api/servers/1"),
    ("DELETE", "/api/servers/1"),
    ("POST", "/api/servers/1/merge"),
]
TEXT = "must be null or a text of 1 to 1024 characters"
IDS = "must be a list of server ids, as [2, 3]"

Json = Mapping[str, Any]


@pytest.fixture
def three(daemon: Daemon) -> Daemon:
    """Servers 1, nas, 2, old, and 3, which is known by its name only."""
    daemon.upload(duplicati_report(began=BEGAN))
    daemon.upload(duplicati_report(began=BEGAN, server="old", machine_id="m-2"))
    daemon.upload(documented_report(began=BEGAN, server="by name"))
    return daemon


def listed(daemon: Daemon) -> dict[int, Json]:
    return {server["id"]: server for server in daemon.get("/api/servers")["servers"]}


def problems(result: testing.Result) -> dict[str, str]:
    assert (result.status_code, result.json["error"]) == (400, "ValidationError"), result.text
    return {each["field"]: each["message"] for each in result.json.get("details", [])}


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_who_sends_no_token_is_told_how_and_who_sends_a_wrong_one_is_refused(
    three: Daemon, method: str, path: str
) -> None:
    before = listed(three)
    missing = change(three, method, path, {"alias": "x"}, None)
    assert (missing.status_code, missing.json["error"]) == (401, "AuthenticationError")
    assert missing.headers["www-authenticate"] == 'Bearer realm="duplistatus"'
    assert "Authorization: Bearer" in missing.json["message"]
    wrong = change(three, method, path, {"alias": "x"}, WRONG_TOKEN)
    assert (wrong.status_code, wrong.json["error"]) == (403, "ForbiddenError")
    assert listed(three) == before


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_without_a_token_nobody_learns_which_servers_there_are(
    three: Daemon, method: str, path: str
) -> None:
    for number in ("1", "99", "x"):
        answers = [
            change(three, method, path.replace("1", number), {"alias": "x"}, token).status_code
            for token in (None, WRONG_TOKEN)
        ]
        assert answers == [401, 403]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_word_before_the_token_may_be_written_in_any_case(three: Daemon, scheme: str) -> None:
    result = three.client.simulate_patch(
        "/api/servers/1", json={"note": "x"}, headers={"Authorization": f"{scheme} {ADMIN_TOKEN}"}
    )
    assert result.status_code == 200


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_server_that_nobody_knows_is_not_found(three: Daemon, method: str, path: str) -> None:
    body = {"from": [2]} if path.endswith("merge") else {"alias": "x"}
    result = change(three, method, path.replace("1", "99"), body)
    assert (result.status_code, result.json["error"]) == (404, "NotFoundError")
    assert result.json["message"] == "Server not found"


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize("text", ["0", "-1", "1.0", "nas", "01", "%20"])
def test_a_server_to_change_is_given_by_its_id_only(
    three: Daemon, method: str, path: str, text: str
) -> None:
    result = change(three, method, path.replace("1", text), {"alias": "x", "from": [2]})
    assert problems(result) == {}
    assert result.json["message"] == "Invalid server ID format"


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
        }
    }
    assert listed(three)[1] == data["server"]


def test_null_clears_what_was_set_and_what_is_left_out_stays(three: Daemon) -> None:
    changed(three, "PATCH", "/api/servers/1", {"alias": "Cellar", "note": "dusty"})
    changed(three, "PATCH", "/api/servers/1", {"alias": None})
    assert (listed(three)[1]["alias"], listed(three)[1]["note"]) == (None, "dusty")
    changed(three, "PATCH", "/api/servers/1", {"note": None})
    assert (listed(three)[1]["alias"], listed(three)[1]["note"]) == (None, None)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"alias": 5}, {"alias": TEXT}),
        ({"alias": "", "note": "  "}, {"alias": TEXT, "note": TEXT}),
        ({"alias": "x" * 1025}, {"alias": TEXT}),
        ({"note": ["x"]}, {"note": TEXT}),
        ({"name": "x"}, {"name": "is unknown; expected one of alias, note, possibleDuplicateOf"}),
        (
            {"Alias": "x", "id": 9, "note": False},
            {
                "Alias": "is unknown; expected one of alias, note, possibleDuplicateOf",
                "id": "is unknown; expected one of alias, note, possibleDuplicateOf",
                "note": TEXT,
            },
        ),
    ],
)
def test_every_wrong_field_of_a_change_is_named_with_what_is_allowed(
    three: Daemon, body: Json, fields: Json
) -> None:
    before = listed(three)
    assert problems(change(three, "PATCH", "/api/servers/1", {"note": "fine", **body})) == fields
    assert listed(three) == before


@pytest.mark.parametrize("sources", [None, [], "2", 2, [0], [-2], ["2"], [2.5], [True], [2**63]])
def test_the_servers_to_merge_are_a_list_of_ids(three: Daemon, sources: object) -> None:
    result = change(three, "POST", "/api/servers/1/merge", {"from": sources})
    assert problems(result) == {"from": IDS}


def test_a_server_is_not_merged_into_itself(three: Daemon) -> None:
    result = change(three, "POST", "/api/servers/1/merge", {"from": [2, 1]})
    assert problems(result) == {"from": "holds the server itself"}


def test_an_unknown_field_of_a_merge_is_named(three: Daemon) -> None:
    result = change(three, "POST", "/api/servers/1/merge", {"from": [2], "into": 1})
    assert problems(result) == {"into": "is unknown; expected one of from"}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'"alias"', b"[]", b"null", b"{}"])
def test_a_body_that_changes_nothing_is_refused(three: Daemon, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    for method, path in (("PATCH", "/api/servers/1"), ("POST", "/api/servers/1/merge")):
        result = three.client.simulate_request(method, path, body=body, headers=headers)
        assert problems(result) == {}


def test_a_body_that_is_too_large_is_refused(three: Daemon) -> None:
    result = change(three, "PATCH", "/api/servers/1", {"note": "x" * 70_000})
    assert (result.status_code, result.json["error"]) == (413, "PayloadTooLargeError")


def test_a_merge_answers_with_the_target_and_all_it_has_now(three: Daemon) -> None:
    data = changed(three, "POST", "/api/servers/1/merge", {"from": [2, 3, 2]})
    assert data == {"server": listed(three)[1]}
    assert list(listed(three)) == [1]
    assert data["server"]["jobs"] == 2
    assert three.get("/api/lastbackup/m-2")["server"]["id"] == 1


def test_a_merge_with_one_unknown_server_leaves_all_as_they_were(three: Daemon) -> None:
    before = listed(three), three.get("/api/jobs"), three.get("/api/backups")
    result = change(three, "POST", "/api/servers/1/merge", {"from": [2, 3, 99]})
    assert (result.status_code, result.json["message"]) == (404, "Server not found")
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


def test_answers_to_changes_are_not_kept_by_caches(three: Daemon) -> None:
    result = change(three, "PATCH", "/api/servers/1", {"note": "x"})
    assert result.headers["cache-control"] == "no-store"
    assert result.headers["content-type"] == "application/json"


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return each event as the daemon writes it, for people and for programs."""
    formatters = (HumanFormatter(), JsonFormatter())
    return [each.format(record) for record in caplog.records for each in formatters]


@pytest.mark.parametrize(
    ("request_line", "body", "told"),
    [
        ("PATCH /api/servers/1", {"alias": "Cellar"}, 'changed server_id=1 alias="Cellar"'),
        ("POST /api/servers/1/merge", {"from": [2, 3]}, 'merged server_id=1 merged="2,3"'),
        ("DELETE /api/servers/2", None, "deleted server_id=2"),
    ],
)
def test_each_change_is_logged_once_and_without_the_token(
    three: Daemon, caplog: pytest.LogCaptureFixture, request_line: str, body: Json, told: str
) -> None:
    method, path = request_line.split()
    with caplog.at_level(logging.DEBUG):
        changed(three, method, path, body)
    assert len([line for line in lines(caplog) if told in line]) == 1
    assert not [line for line in lines(caplog) if ADMIN_TOKEN in line]


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_what_was_refused_is_logged_as_no_change_and_no_token_with_it(
    three: Daemon, caplog: pytest.LogCaptureFixture, method: str, path: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        for token in (None, WRONG_TOKEN, ADMIN_TOKEN):
            change(three, method, path.replace("1", "99"), {"alias": "x", "from": [1]}, token)
    text = "\n".join(lines(caplog))
    assert not [word for word in ("changed", "merged", "deleted") if f"server {word}" in text]
    assert ADMIN_TOKEN not in text
    assert WRONG_TOKEN not in text


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
    assert after == before | {"totalServers": 1, "totalBackupJobs": 2}
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


@pytest.mark.parametrize("ids", [[], [1], [2, 1], [99], [2, 99], "2", [True], ["2"], None, [0]])
def test_a_merge_that_cannot_be_done_is_not_half_done(two_servers: Daemon, ids: object) -> None:
    before = two_servers.store.snapshot()
    assert change(two_servers, "POST", "/api/servers/1/merge", {"from": ids}).status_code in (
        400,
        404,
    )
    assert two_servers.store.snapshot() == before


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
