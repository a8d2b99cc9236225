"""The documented curl call and Python client, run against the process."""

import json
import subprocess
from typing import Any, cast

import pytest
import requests

from tests.support.process.commands import BOUND_SECONDS, needed
from tests.support.process.daemon import Daemon

UPLOAD = """
curl -X POST http://localhost:9666/api/upload \\
  -H "Content-Type: application/json" \\
  -d '{
    "server": {
      "name": "server-01",
      "version": "2.0.7.1"
    },
    "backup": {
      "name": "daily-backup",
      "status": "success",
      "startTime": "2024-01-15T02:00:00.000Z",
      "endTime": "2024-01-15T03:30:00.000Z",
      "duration": 5400,
      "files": 1250,
      "size": 1073741824,
      "storageUsed": 536870912
    }
  }'
"""
SERVER = {"id": 1, "name": "server-01", "alias": None}
BACKUP = {
    "id": 1,
    "name": "daily-backup",
    "status": "success",
    "startTime": "2024-01-15T02:00:00.000Z",
    "endTime": "2024-01-15T03:30:00.000Z",
    "duration": 5400,
    "files": 1250,
    "size": 1073741824,
    "storageUsed": 536870912,
}
LAST_BACKUP = {**BACKUP, "jobId": 1, "kind": "backup"}


def documented(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without what duplistatus has beside the documented fields."""
    return {name: answer[name] for name in ("status", "data")}


def shell(daemon: Daemon, command: str) -> Any:  # noqa: ANN401 - JSON may hold anything
    """Run an example as a person pastes it; only the port is another."""
    needed("curl")
    done = subprocess.run(
        ["bash", "-c", command.replace("localhost:9666", f"localhost:{daemon.port}")],
        capture_output=True,
        text=True,
        timeout=BOUND_SECONDS,
        check=True,
    )
    return json.loads(done.stdout)


class DuplistatusClient:
    """The client that the page has for Python."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def get_summary(self) -> dict[str, Any]:
        return self._data("/api/summary")

    def get_last_backup(self, server_id: int | str) -> dict[str, Any]:
        return self._data(f"/api/lastbackup/{server_id}")

    def _data(self, path: str) -> dict[str, Any]:
        answer = requests.get(f"{self.base_url}{path}", timeout=BOUND_SECONDS).json()
        if answer["status"] == "success":
            return cast("dict[str, Any]", answer["data"])
        raise LookupError(answer["message"])


def test_curl_uploads_and_reads_as_shown(daemon: Daemon) -> None:
    assert shell(daemon, UPLOAD) == {
        "status": "success",
        "message": "Backup data uploaded successfully",
        "data": {"backupId": 1, "serverId": 1},
    }
    assert documented(shell(daemon, "curl -X GET http://localhost:9666/api/lastbackup/1")) == {
        "status": "success",
        "data": {"server": SERVER, "lastBackup": LAST_BACKUP},
    }
    latest = shell(daemon, "curl -X GET http://localhost:9666/api/lastbackups/1")
    updated = latest["data"].pop("lastUpdated")
    data = {"server": SERVER, "backups": [LAST_BACKUP], "backupJobsCount": 1}
    assert documented(latest) == {"status": "success", "data": data}
    assert documented(shell(daemon, "curl -X GET http://localhost:9666/api/summary")) == {
        "status": "success",
        "data": {
            "totalServers": 1,
            "totalBackupJobs": 1,
            "successfulBackups": 1,
            "failedBackups": 0,
            "overdueBackups": 1,
            "lastUpdated": updated,
            "lastReport": updated,
            "failingBackups": 0,
            "interruptedRuns": 0,
            "state": "critical",
        },
    }


def test_curl_uploads_twice_and_counts_once(daemon: Daemon) -> None:
    first, second = shell(daemon, UPLOAD), shell(daemon, UPLOAD)
    assert second == {**first, "message": "Backup data already recorded"}
    assert daemon.data("/api/summary")["successfulBackups"] == 1


def test_a_large_upload_by_curl_waits_for_leave_and_gets_it(daemon: Daemon) -> None:
    """Above a megabyte curl asks with Expect: 100-continue."""
    lines = [{"level": "info", "message": "x" * 1000}] * 1500
    body = {"server": {"name": "nas"}, "backup": BACKUP | {"messages": lines}}
    done = subprocess.run(
        [needed("curl"), "-sS", "--data-binary", "@-", f"{daemon.url}/api/upload"],
        input=json.dumps(body),
        capture_output=True,
        text=True,
        timeout=BOUND_SECONDS,
        check=True,
    )
    assert json.loads(done.stdout)["data"] == {"backupId": 1, "serverId": 1}


def test_the_python_client_reads_summary_and_last_backup(daemon: Daemon) -> None:
    shell(daemon, UPLOAD)
    client = DuplistatusClient(daemon.url)
    assert client.get_summary()["totalServers"] == 1
    assert client.get_last_backup(1) == {"server": SERVER, "lastBackup": LAST_BACKUP}
    assert client.get_last_backup("server-01") == client.get_last_backup(1)


@pytest.mark.parametrize(
    ("server_id", "message"),
    [(999, "Server not found"), ("no-such-name", "Invalid server ID format")],
)
def test_the_python_client_is_told_what_is_wrong(
    shared_daemon: Daemon, server_id: int | str, message: str
) -> None:
    with pytest.raises(LookupError, match=f"^{message}$"):
        DuplistatusClient(shared_daemon.url).get_last_backup(server_id)
