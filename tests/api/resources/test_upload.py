import json

import pytest
from falcon import testing

from exporter.times import DAY, SECOND, Millis, format_timestamp, parse_timestamp
from tests.support.daemon import MAX_UPLOAD_BYTES, NOW, Daemon
from tests.support.reports_builder import (
    documented_report,
    duplicati_report,
    exception_report,
    text_report,
)

BEGAN = NOW - DAY
EXAMPLE: dict[str, dict[str, object]] = {
    "server": {"name": "server-01", "version": "2.0.7.1"},
    "backup": {
        "name": "daily-backup",
        "status": "success",
        "startTime": "2024-01-15T02:00:00.000Z",
        "endTime": "2024-01-15T03:30:00.000Z",
        "duration": 5400,
        "files": 1250,
        "size": 1073741824,
        "storageUsed": 536870912,
        "messages": [{"level": "info", "message": "Backup completed successfully"}],
    },
}
SHAPES = {
    "json": duplicati_report(began=BEGAN),
    "text": text_report(began=BEGAN),
    "died, without a time": exception_report(),
    "documented": json.dumps(EXAMPLE).encode(),
}


@pytest.mark.parametrize("body", SHAPES.values(), ids=SHAPES.keys())
def test_every_shape_of_report_is_answered_with_its_ids(daemon: Daemon, body: bytes) -> None:
    result = daemon.post(body)
    assert result.status_code == 200
    assert result.headers["content-type"] == "application/json"
    assert result.json == {
        "status": "success",
        "message": "Backup data uploaded successfully",
        "data": {"backupId": 1, "serverId": 1},
    }


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "nonsense",
        "",
        None,
    ],
)
def test_the_body_decides_and_not_its_content_type(
    client: testing.TestClient, content_type: str | None
) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    for body in SHAPES.values():
        assert client.simulate_post("/api/upload", body=body, headers=headers).status_code == 200


@pytest.mark.parametrize("body", SHAPES.values(), ids=SHAPES.keys())
def test_the_same_report_again_gets_the_same_ids_and_counts_once(
    daemon: Daemon, body: bytes
) -> None:
    first = daemon.post(body).json
    before = daemon.get("/api/summary")
    daemon.clock.now += 5 * SECOND
    again = daemon.post(body)
    assert again.status_code == 200
    assert again.json == first | {"message": "Backup data already recorded"}
    assert daemon.get("/api/summary") == before


def test_other_operations_are_answered_alike_and_count_nowhere(daemon: Daemon) -> None:
    result = daemon.post(duplicati_report(began=BEGAN, operation="Restore"))
    assert result.json["message"] == "Backup data uploaded successfully"
    summary = daemon.get("/api/summary")
    assert (summary["totalServers"], summary["totalBackupJobs"]) == (1, 0)
    assert (summary["successfulBackups"], summary["failedBackups"]) == (0, 0)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("success", "success"),
        ("Success", "success"),
        ("WARNING", "warning"),
        ("partial", "interrupted"),
        ("error", "error"),
        ("Failed", "error"),
        ("failure", "error"),
        ("fatal", "fatal"),
    ],
)
def test_a_documented_status_is_read_without_regard_to_case(
    daemon: Daemon, told: str, status: str
) -> None:
    daemon.upload(documented_report(began=BEGAN, status=told))
    assert daemon.get("/api/lastbackup/1")["lastBackup"]["status"] == status


@pytest.mark.parametrize(
    "body",
    [
        documented_report(began=BEGAN, duration=90, endTime=None),
        documented_report(
            began=BEGAN, duration=None, endTime=format_timestamp(BEGAN + 90 * SECOND)
        ),
    ],
    ids=["duration", "endTime"],
)
def test_end_and_duration_complete_each_other(daemon: Daemon, body: bytes) -> None:
    daemon.upload(body)
    last = daemon.get("/api/lastbackup/1")["lastBackup"]
    assert last["endTime"] == format_timestamp(BEGAN + 90 * SECOND)
    assert last["duration"] == 90


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("2024-01-15T02:00:00.000Z", "2024-01-15T02:00:00.000Z"),
        ("2024-01-15T03:00:00+01:00", "2024-01-15T02:00:00.000Z"),
        ("2024-01-15T02:00:00", "2024-01-15T02:00:00.000Z"),
        ("2024-01-15T02:00:00.1234567Z", "2024-01-15T02:00:00.123Z"),
    ],
)
def test_times_come_with_any_offset_and_go_out_in_utc(
    daemon: Daemon, told: str, moment: str
) -> None:
    body = documented_report(began=parse_timestamp(moment), startTime=told, endTime=None)
    daemon.upload(body)
    assert daemon.get("/api/lastbackup/1")["lastBackup"]["startTime"] == moment


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"hello", b"{", b'{"a": 1}', b"\xff"])
def test_a_body_that_is_no_report_is_refused_with_the_documented_text(
    daemon: Daemon, body: bytes
) -> None:
    result = daemon.post(body)
    assert result.status_code == 400
    assert result.json["status"] == "error"
    assert result.json["error"] == "ValidationError"
    assert result.json["message"] == "Invalid backup data format"
    assert all(detail.keys() == {"field", "message"} for detail in result.json["details"])


def test_every_missing_field_of_the_documented_shape_is_named(daemon: Daemon) -> None:
    result = daemon.post(b'{"server": {}, "backup": {}}')
    assert result.status_code == 400
    assert [detail["field"] for detail in result.json["details"]] == [
        "server.name",
        "backup.name",
        "backup.status",
        "backup.startTime",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", 5),
        ("status", "fine"),
        ("status", 0),
        ("startTime", "yesterday"),
        ("startTime", 1705284000),
        ("startTime", "1969-12-31T23:59:59Z"),
        ("endTime", "2020-01-01T00:00:00Z"),
        ("duration", -1),
        ("duration", "90"),
        ("duration", 10**18),
        ("files", -1),
        ("files", 1.5),
        ("size", True),
        ("size", 2**63),
        ("storageUsed", "1 GB"),
        ("messages", "fine"),
        ("messages", [{"level": "info"}]),
    ],
)
def test_a_wrong_field_of_the_documented_shape_is_named(
    daemon: Daemon, field: str, value: object
) -> None:
    told = EXAMPLE["backup"] | {field: value}
    result = daemon.post(json.dumps(EXAMPLE | {"backup": told}).encode())
    assert result.status_code == 400
    assert [detail["field"] for detail in result.json["details"]] == [f"backup.{field}"]


ODD = {
    "nested too deep": b'{"Data": ' * 20_000,
    "no number": b'{"Data": {"MainOperation": "Backup", "AddedFiles": 01}}',
    "a form without a report": b"a=1&b=2",
    "a form with broken escapes": b"message=%ff%fe",
}


READ = {
    "half of a surrogate pair": b'{"Data": {"MainOperation": "Backup\\ud800"}, "Extra": {}}',
    "a surrogate in a name": b'{"Data": {"ParsedResult": "Success"},'
    b' "Extra": {"backup-name": "a\\udc00b"}}',
    "a number beyond floats": b'{"Data": {"MainOperation": "Backup", "AddedFiles": 1e999}}',
    "not a number": b'{"Data": {"MainOperation": "Backup", "AddedFiles": NaN}}',
    "Latin-1": b'{"Data": {"MainOperation": "Backup"}, "Extra": {"backup-name": "Gr\xf6\xdfe"}}',
}


@pytest.mark.parametrize("body", READ.values(), ids=READ.keys())
def test_a_report_is_taken_for_all_that_is_odd_in_it(daemon: Daemon, body: bytes) -> None:
    assert daemon.post(body).status_code == 200


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
def test_odd_bodies_are_refused_and_kept(daemon: Daemon, body: bytes) -> None:
    assert daemon.post(body).status_code == 400
    (kept,) = daemon.get("/api/rejected")["rejected"]
    assert kept["size"] == len(body)


@pytest.mark.parametrize(("past", "status"), [(0, 200), (1, 413)])
def test_a_report_may_be_as_large_as_configured(daemon: Daemon, past: int, status: int) -> None:
    body = duplicati_report(began=BEGAN)
    body += b" " * (MAX_UPLOAD_BYTES + past - len(body))
    assert daemon.post(body).status_code == status


def test_a_report_that_is_too_large_is_refused_and_its_first_bytes_are_kept(
    daemon: Daemon,
) -> None:
    body = b"x" * (MAX_UPLOAD_BYTES + 7)
    result = daemon.post(body)
    assert result.json["status"] == "error"
    assert result.json["error"] == "PayloadTooLargeError"
    (kept,) = daemon.get("/api/rejected")["rejected"]
    assert kept["size"] == len(body)
    assert kept["body"] == "x" * 64 * 1024


def test_a_coded_body_is_refused(client: testing.TestClient) -> None:
    headers = {"Content-Encoding": "gzip"}
    result = client.simulate_post("/api/upload", body=b"\x1f\x8b", headers=headers)
    assert result.status_code == 415
    assert result.json["error"] == "UnsupportedMediaTypeError"


def test_the_url_names_the_server(daemon: Daemon) -> None:
    daemon.upload(
        duplicati_report(began=BEGAN, machine_id=None), query="server=B%C3%BCro%20%26%201"
    )
    assert daemon.get("/api/lastbackup/1")["server"]["name"] == "Büro & 1"


@pytest.mark.parametrize("query", ["server=", "server=%20", "other=1"])
def test_an_empty_name_in_the_url_is_none(daemon: Daemon, query: str) -> None:
    daemon.upload(duplicati_report(began=BEGAN), query=query)
    assert daemon.get("/api/lastbackup/1")["server"]["name"] == "nas"


@pytest.mark.parametrize("sender", ["192.0.2.9", "::ffff:192.0.2.9"])
def test_a_machine_without_a_name_goes_by_its_address(daemon: Daemon, sender: str) -> None:
    body = duplicati_report(began=BEGAN, server=None, machine_id=None)
    daemon.upload(body, sender=sender)
    assert daemon.get("/api/lastbackup/1")["server"]["name"] == "192.0.2.9"


def test_uploads_are_counted_by_what_became_of_them(daemon: Daemon) -> None:
    for body in (SHAPES["json"], SHAPES["json"], b"{}", SHAPES["documented"]):
        daemon.post(body)
    series = daemon.series()
    outcomes = ("recorded", "duplicate", "rejected", "failed")
    counted = [series[f'duplistatus_uploads_total{{outcome="{each}"}}'] for each in outcomes]
    assert counted == [2, 1, 1, 0]
    assert series["duplistatus_upload_duration_seconds_count"] == 4


@pytest.mark.parametrize("length", [0, 999, 1000, 3 * DAY])
def test_durations_are_whole_seconds(daemon: Daemon, length: Millis) -> None:
    daemon.upload(duplicati_report(began=BEGAN, duration=length))
    assert daemon.get("/api/lastbackup/1")["lastBackup"]["duration"] == length // SECOND
