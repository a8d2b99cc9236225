import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.support.process import reports
from tests.support.process.daemon import ANY_PORT, Daemon, Json

THREADS = 8
EACH = 25


def test_distinct_reports_of_eight_senders_are_all_recorded_once(daemon: Daemon) -> None:
    begin = Barrier(THREADS)

    def send(sender: int) -> list[Json]:
        begin.wait(20)
        return [daemon.upload(reports.nth(number, f"nas-{sender}")) for number in range(EACH)]

    with ThreadPoolExecutor(THREADS) as threads:
        answers = [answer for each in threads.map(send, range(THREADS)) for answer in each]
    assert sorted(answer["backupId"] for answer in answers) == list(range(1, THREADS * EACH + 1))
    assert Counter(answer["serverId"] for answer in answers) == dict.fromkeys(
        range(1, THREADS + 1), EACH
    )
    summary = daemon.data("/api/summary")
    updated = summary.pop("lastUpdated")
    assert summary.pop("lastReport") == updated
    completed = sum(number % 4 in (0, 1) for number in range(EACH)) * THREADS
    states = ("failingBackups", "interruptedRuns", "state")
    assert [summary.pop(name) for name in states] == [0, 0, "critical"]
    assert summary == {
        "totalServers": THREADS,
        "totalBackupJobs": THREADS,
        "successfulBackups": completed,
        "failedBackups": THREADS * EACH - completed,
        "overdueBackups": THREADS,
    }
    newest = max(server["lastReport"] for server in daemon.data("/api/servers")["servers"])
    assert updated == newest


def test_what_uploads_did_at_once_is_the_same_after_a_restart(daemon: Daemon) -> None:
    def send(number: int) -> int:
        run_id: int = daemon.upload(reports.nth(number))["backupId"]
        return run_id

    with ThreadPoolExecutor(THREADS) as threads:
        ids = list(threads.map(send, range(100)))
    before = daemon.series()
    assert len(set(ids)) == 100
    assert daemon.stop() == 0
    with Daemon(daemon.log.parent, *ANY_PORT) as again:
        assert again.series() == before


def test_the_same_report_from_eight_senders_at_once_is_one_run(daemon: Daemon) -> None:
    begin = Barrier(THREADS)
    body = json.dumps(reports.documented()).encode()

    def send(_sender: int) -> Json:
        begin.wait(20)
        answer: Json = daemon.post(body).json()
        return answer

    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(send, range(THREADS)))
    assert [answer["data"] for answer in answers] == [{"backupId": 1, "serverId": 1}] * THREADS
    assert Counter(answer["message"] for answer in answers) == {
        "Backup data uploaded successfully": 1,
        "Backup data already recorded": THREADS - 1,
    }
    summary = daemon.data("/api/summary")
    assert (summary["totalServers"], summary["successfulBackups"]) == (1, 1)


def test_reads_amid_uploads_never_see_half_a_report(daemon: Daemon) -> None:
    def send(number: int) -> None:
        daemon.upload(reports.nth(number, f"nas-{number}"))

    with ThreadPoolExecutor(THREADS) as threads:
        sending = [threads.submit(send, number) for number in range(60)]
        while not all(each.done() for each in sending):
            summary = daemon.data("/api/summary")
            counted = summary["successfulBackups"] + summary["failedBackups"]
            assert counted == summary["totalServers"] == summary["totalBackupJobs"]
        for each in sending:
            each.result()
    assert daemon.data("/api/summary")["totalServers"] == 60
