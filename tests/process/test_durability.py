import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import requests

from tests.process.conftest import Start
from tests.support.process import reports
from tests.support.process.daemon import Daemon, Json


def state(daemon: Daemon) -> tuple[object, ...]:
    """Return all that must be the same after a restart."""
    listing = daemon.data("/api/backups")["backups"]
    summary, servers = daemon.data("/api/summary"), daemon.data("/api/servers")
    jobs = daemon.data("/api/jobs")["jobs"]
    for job in jobs:
        del job["lateBySeconds"]
    return summary, servers, jobs, listing, daemon.series()


def test_a_kill_loses_nothing_that_was_acknowledged(start: Start) -> None:
    daemon = start()
    bodies: list[object] = [reports.nth(number, f"server-{number % 3}") for number in range(12)]
    bodies += reports.payloads()
    ids = [daemon.upload(body) for body in bodies]
    before = state(daemon)
    daemon.kill()
    again = start()
    assert state(again) == before
    repeated = [again.post(body).json() for body in bodies]
    assert [answer["data"] for answer in repeated] == ids
    assert {answer["message"] for answer in repeated} == {"Backup data already recorded"}
    assert state(again)[3] == before[3]


def test_a_stop_and_a_start_change_nothing(start: Start) -> None:
    daemon = start()
    for body in reports.payloads():
        daemon.upload(body)
    assert daemon.post(b"no report").status_code == 400
    before, rejected = state(daemon), daemon.data("/api/rejected")
    assert daemon.stop() == 0
    again = start()
    assert state(again) == before
    assert again.data("/api/rejected") == rejected


def test_ids_go_on_after_a_restart(start: Start) -> None:
    daemon = start()
    first = daemon.upload(reports.nth(1))
    daemon.kill()
    second = start().upload(reports.nth(2, "another"))
    assert second["backupId"] > first["backupId"]
    assert second["serverId"] > first["serverId"]


def test_a_kill_amid_uploads_loses_nothing_that_was_acknowledged(start: Start) -> None:
    daemon = start()
    numbers, acknowledged = count(), dict[int, int]()
    enough = threading.Event()

    def post_until_killed() -> None:
        while True:
            number = next(numbers)
            try:
                answer = daemon.post(reports.nth(number))
            except requests.RequestException:
                return
            acknowledged[number] = answer.json()["data"]["backupId"]
            if len(acknowledged) > 60:
                enough.set()

    with ThreadPoolExecutor(4) as threads:
        posting = [threads.submit(post_until_killed) for _ in range(4)]
        assert enough.wait(20)
        daemon.kill()
        for each in posting:
            each.result(20)
    again = start()
    stored = {run["id"]: run["files"] for run in _all_backups(again)}
    assert {number: stored.get(run_id) for number, run_id in acknowledged.items()} == {
        number: number for number in acknowledged
    }
    summary = again.data("/api/summary")
    assert summary["successfulBackups"] + summary["failedBackups"] == len(stored)


def _all_backups(daemon: Daemon) -> list[Json]:
    data = daemon.data("/api/backups?limit=1000")
    assert data["nextCursor"] is None
    backups: list[Json] = data["backups"]
    return backups
