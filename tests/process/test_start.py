from pathlib import Path

import requests

from tests.process.conftest import Start
from tests.support.process import commands
from tests.support.process.daemon import Daemon
from tests.support.process.reports import documented
from tests.support.process.waiting import eventually

PASTE = "Duplicati options to paste, "


def test_log_says_where_it_listens_and_stores(shared_daemon: Daemon) -> None:
    stored = shared_daemon.wait_for_event("database opened")
    assert shared_daemon.url.startswith("http://127.0.0.1:")
    assert stored["database"] == str(shared_daemon.log.parent / "duplistatus.sqlite")
    assert shared_daemon.get("/-/ready").status_code == 200


def test_log_has_the_duplicati_options_to_paste(shared_daemon: Daemon) -> None:
    shared_daemon.wait_for_event("database opened")

    def told() -> list[str]:
        return [event["event"] for event in shared_daemon.events() if PASTE in event["event"]]

    upload = f"{shared_daemon.url}/api/upload"
    eventually(lambda: len(told()) == 2, "the options in the log")
    assert told() == [
        (
            f"{PASTE}2.2 and later: --send-http-json-urls={upload}"
            " --send-http-log-level=Information"
            " --send-http-max-log-lines=0"
            " --send-http-retries=10"
            " --send-http-retry-delay=30s"
        ),
        (
            f"{PASTE}earlier versions: --send-http-url={upload}"
            " --send-http-result-output-format=Json"
            " --send-http-log-level=Information"
            " --send-http-max-log-lines=0"
        ),
    ]


def test_the_page_can_be_turned_off(start: Start) -> None:
    assert start("--page", "false").get("/").status_code == 404


def test_every_line_of_the_log_is_one_json_event(daemon: Daemon) -> None:
    daemon.post(b"no report")
    assert daemon.stop() == 0
    events = daemon.events()
    assert [event["event"] for event in events][-2:] == ["report rejected", "stopped"]
    assert all({"time", "level", "logger", "event"} <= event.keys() for event in events)


def test_nothing_need_be_configured_but_where_to_listen(tmp_path: Path) -> None:
    variables = {"DUPLISTATUS_LISTEN": "127.0.0.1:0"}
    with Daemon(tmp_path, variables=variables) as daemon:
        assert daemon.data("/api/summary")["totalServers"] == 0
    assert (tmp_path / "duplistatus.sqlite").exists()


def test_host_left_out_listens_on_every_interface(tmp_path: Path) -> None:
    with Daemon(tmp_path, "--listen", "*:0") as daemon:
        address = f"http://127.0.0.1:{daemon.port}/-/healthy"
        assert requests.get(address, timeout=10).status_code == 200


def test_flags_win_over_environment_and_environment_over_file(tmp_path: Path) -> None:
    file = tmp_path / "duplistatus.toml"
    file.write_text('database = "file.sqlite"\nmax_upload_bytes = 2000\nlog_level = "error"\n')
    variables = {
        "DUPLISTATUS_CONFIG": str(file),
        "DUPLISTATUS_LISTEN": "127.0.0.1:0",
        "DUPLISTATUS_DATABASE": "environment.sqlite",
        "DUPLISTATUS_LOG_LEVEL": "info",
    }
    with Daemon(tmp_path, "--database", "flag.sqlite", variables=variables) as daemon:
        assert daemon.wait_for_event("database opened")["database"] == str(tmp_path / "flag.sqlite")
        assert daemon.post(b"x" * 2001).status_code == 413
        assert daemon.post(b"x" * 2000).status_code == 400
    assert not (tmp_path / "environment.sqlite").exists()
    assert not (tmp_path / "file.sqlite").exists()


def test_environment_wins_over_file(tmp_path: Path) -> None:
    file = tmp_path / "duplistatus.toml"
    file.write_text('database = "file.sqlite"\n')
    variables = {
        "DUPLISTATUS_LISTEN": "127.0.0.1:0",
        "DUPLISTATUS_DATABASE": "environment.sqlite",
    }
    with Daemon(tmp_path, "--config", str(file), variables=variables):
        assert (tmp_path / "environment.sqlite").exists()


def test_version_is_that_of_the_package(shared_daemon: Daemon) -> None:
    finished = commands.run("--version")
    name, _, version = finished.stdout.strip().partition(" ")
    assert (finished.returncode, name, finished.stderr) == (0, "duplistatus", "")
    health = shared_daemon.get("/api/health", Accept="application/json").json()
    assert health["data"] == {"healthy": True, "version": version}


def test_a_report_is_one_event_with_its_ids_and_nothing_of_its_body(shared_daemon: Daemon) -> None:
    ids = shared_daemon.upload(documented(messages=[{"level": "info", "message": "a secret line"}]))
    event = shared_daemon.wait_for_event("report recorded")
    told = {name: event[name] for name in ("level", "server", "job", "status", "operation")}
    assert told == {
        "level": "info",
        "server": "server-01",
        "job": "daily-backup",
        "status": "success",
        "operation": "Backup",
    }
    assert (event["backup_id"], event["server_id"]) == (ids["backupId"], ids["serverId"])
    assert "a secret line" not in shared_daemon.log.read_text(encoding="utf-8")


def test_a_rejected_report_is_a_warning_that_says_why(shared_daemon: Daemon) -> None:
    assert shared_daemon.post(b'{"server": {}, "backup": {}}').status_code == 400
    event = shared_daemon.wait_for_event("report rejected")
    assert event["level"] == "warning"
    assert event["sender"] == "127.0.0.1"
    assert "backup.name" in event["reason"]
