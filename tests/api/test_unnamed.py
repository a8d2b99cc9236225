"""Reports that name no backup: a failure among them stands until a person clears it."""

from exporter.times import DAY, HOUR
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.reports_builder import duplicati_report

ADMIN = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
FAILURES = 'duplistatus_backup_consecutive_failures{backup="(unnamed)",server="nas",server_id="1"}'


def post(daemon: Daemon, day: int, status: str, **more: str) -> None:
    daemon.clock.now = NOW - day * DAY + HOUR
    body = duplicati_report(began=NOW - day * DAY, backup=None, status=status, extra=dict(more))
    daemon.upload(body)


def failing(daemon: Daemon) -> tuple[float, float, list[str]]:
    series = daemon.series()
    jobs = daemon.get("/api/jobs", failing="true")["jobs"]
    return series["duplistatus_failing_backups"], series[FAILURES], [job["name"] for job in jobs]


def test_a_success_of_another_one_ends_no_failure(daemon: Daemon) -> None:
    post(daemon, 3, "Fatal")
    post(daemon, 2, "Success")
    assert failing(daemon) == (1, 1, ["(unnamed)"])
    assert "fine" not in daemon.client.simulate_get("/").text.split('id="sentence"')[1][:200]


def test_a_person_ends_it_and_the_next_failure_stands_again(daemon: Daemon) -> None:
    post(daemon, 3, "Fatal")
    post(daemon, 2, "Success")
    cleared = daemon.client.simulate_patch("/api/jobs/1", json={"cleared": True}, headers=ADMIN)
    assert cleared.json["data"]["job"]["conditions"] == ["fine"]
    assert failing(daemon) == (0, 0, [])
    post(daemon, 1, "Error")
    assert failing(daemon) == (1, 1, ["(unnamed)"])


def test_it_stays_unnamed_and_never_fine_while_reports_come(daemon: Daemon) -> None:
    post(daemon, 1, "Success")
    (job,) = daemon.get("/api/jobs")["jobs"]
    assert job["conditions"] == ["unnamed"]


def test_destinations_of_other_kinds_hide_each_other_not(daemon: Daemon) -> None:
    post(daemon, 2, "Fatal", **{"destination-type": "s3"})
    post(daemon, 1, "Success", **{"destination-type": "file"})
    names = {job["name"] for job in daemon.get("/api/jobs")["jobs"]}
    assert names == {"(unnamed) s3", "(unnamed) file"}
