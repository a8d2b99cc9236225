import pytest

from exporter.model import Copying, CopyOutcome, Counts, Log, SecondCopy, Status
from exporter.times import DAY, MINUTE, format_timestamp
from tests.support.daemon import NOW, Daemon
from tests.support.recording import record
from tests.support.reports_builder import documented_report, duplicati_report

BEGAN = NOW - DAY
DETAILS = (
    "secondCopies",
    "secondCopiesOutcome",
    "counted",
    "messages",
    "messagesCut",
    "details",
    "nextScheduled",
    "verified",
    "notBelieved",
)


def test_a_run_is_shown_with_all_it_counted_and_its_log(daemon: Daemon) -> None:
    data = {
        "ExaminedFiles": 10,
        "SizeOfExaminedFiles": 2**40,
        "TooLargeFiles": 3,
        "WarningsActualLength": 1,
        "ErrorsActualLength": 0,
    }
    backend = {"BytesUploaded": 77, "KnownFileSize": 88, "BackupListCount": 9, "RemoteCalls": 4}
    lines = (
        "2026-01-15 02:00:00 +01 - [Warning-Duplicati.Library-X]: cannot read <a&b>",
        "2026-01-15 02:00:01 +01 - [Information-Y]: done",
        "... and 5 more",
    )
    body = duplicati_report(began=BEGAN, data=data, backend=backend, lines=lines)
    run_id = daemon.upload(body)["backupId"]
    shown = daemon.get(f"/api/backups/{run_id}")["backup"]
    shown.pop("reason")
    assert shown == {
        "id": run_id,
        "name": "Documents",
        "status": "warning",
        "startTime": format_timestamp(BEGAN),
        "endTime": format_timestamp(BEGAN + MINUTE),
        "duration": 60,
        "files": 10,
        "size": 2**40,
        "storageUsed": 88,
        "serverId": 1,
        "jobId": 1,
        "operation": "Backup",
        "dryRun": False,
        "received": format_timestamp(NOW),
        "uploaded": 77,
        "versions": 9,
        "warnings": 1,
        "errors": 0,
        "newestVersion": None,
        "retryAttempts": None,
        "source": "report",
        "secondCopies": [],
        "secondCopiesOutcome": None,
        "nextScheduled": None,
        "verified": None,
        "notBelieved": [],
        "counted": {
            "ExaminedFiles": 10,
            "SizeOfExaminedFiles": 2**40,
            "TooLargeFiles": 3,
            "WarningsActualLength": 1,
            "ErrorsActualLength": 0,
            "BackendStatistics.BytesUploaded": 77,
            "BackendStatistics.KnownFileSize": 88,
            "BackendStatistics.BackupListCount": 9,
            "BackendStatistics.RemoteCalls": 4,
        },
        "messages": [
            {"level": "warning", "message": lines[0]},
            {"level": "information", "message": lines[1]},
            {"level": "information", "message": lines[2]},
        ],
        "messagesCut": {"dropped": 0, "shortened": 0},
        "details": [],
    }


COPY = SecondCopy("file:///mnt/copy", BEGAN + MINUTE, Status.WARNING, 3, 2**40, 1)


def test_a_run_tells_why_it_ended_so_and_what_it_did_besides(daemon: Daemon) -> None:
    run_id = record(
        daemon,
        "Photos",
        BEGAN,
        Status.INTERRUPTED,
        log=Log(details=("Data.Duration: is not a duration, left out",)),
        reason="the script said: not now",
        newest_version=BEGAN - DAY,
        counts=Counts(retry_attempts=4),
        copying=Copying(CopyOutcome.COPIED, (COPY,)),
    )
    shown = daemon.get(f"/api/backups/{run_id}")["backup"]
    (listed,) = daemon.get("/api/backups", status="interrupted")["backups"]
    of_list = {
        "status": "interrupted",
        "reason": "the script said: not now",
        "newestVersion": format_timestamp(BEGAN - DAY),
        "retryAttempts": 4,
        "source": "report",
    }
    of_one = {
        "secondCopiesOutcome": "copied",
        "secondCopies": [
            {
                "destination": "file:///mnt/copy",
                "time": format_timestamp(BEGAN + MINUTE),
                "status": "warning",
                "copiedFiles": 3,
                "copiedBytes": 2**40,
                "failedVerifications": 1,
            }
        ],
        "details": ["Data.Duration: is not a duration, left out"],
    }
    assert listed == listed | of_list
    assert shown == listed | {key: shown[key] for key in DETAILS} | of_one


def test_the_messages_of_a_documented_report_are_shown(daemon: Daemon) -> None:
    messages = [{"level": "Info", "message": "Backup completed"}, {"message": "no level"}]
    daemon.upload(documented_report(began=BEGAN, messages=messages))
    assert daemon.get("/api/backups/1")["backup"]["messages"] == [
        {"level": "info", "message": "Backup completed"},
        {"level": "info", "message": "no level"},
    ]


def test_why_a_run_died_is_its_first_message(daemon: Daemon) -> None:
    body = duplicati_report(
        began=BEGAN, status="Fatal", duration=None, exception="No route to host\n  at X"
    )
    daemon.upload(body)
    run = daemon.get("/api/backups/1")["backup"]
    assert run["status"] == "fatal"
    assert run["messages"][0] == {"level": "error", "message": "No route to host\n  at X"}


def test_a_long_log_is_bounded_and_says_what_is_missing(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=BEGAN, lines=("x",) * 1200 + ("y",)))
    run = daemon.get("/api/backups/1")["backup"]
    assert run["messagesCut"]["dropped"] == 1201 - len(run["messages"]) > 0
    daemon.upload(duplicati_report(began=BEGAN + MINUTE, lines=("z" * 100_000,)))
    run = daemon.get("/api/backups/2")["backup"]
    assert run["messagesCut"] == {"dropped": 0, "shortened": 1}


def test_a_listed_run_is_the_one_shown_by_itself_without_the_details(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=BEGAN, lines=("a line",)))
    (listed,) = daemon.get("/api/backups")["backups"]
    details = daemon.get("/api/backups/1")["backup"]
    assert details == listed | {key: details[key] for key in DETAILS}


def test_the_runs_of_other_operations_are_shown_as_what_they_are(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=BEGAN, operation="Restore"))
    daemon.upload(duplicati_report(began=BEGAN, data={"Dryrun": True}))
    restored, tried = (daemon.get(f"/api/backups/{number}")["backup"] for number in (1, 2))
    assert (restored["operation"], restored["dryRun"]) == ("Restore", False)
    assert (tried["operation"], tried["dryRun"]) == ("Backup", True)


@pytest.mark.parametrize("run_id", ["2", "0", "x", "-1", "9" * 40, "1.5", "1%20"])
def test_a_run_that_nobody_has_is_not_found(daemon: Daemon, run_id: str) -> None:
    daemon.upload(duplicati_report(began=BEGAN))
    result = daemon.client.simulate_get(f"/api/backups/{run_id}")
    assert result.status_code in (400, 404)
    assert result.json["status"] == "error"
