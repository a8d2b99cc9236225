"""POST /api/jobs/{id}/separate, and servers that may be one."""

import pytest

from exporter.times import DAY
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.reports_builder import duplicati_report

ADMIN = {"Authorization": f"Bearer {ADMIN_TOKEN}"}


def post(daemon: Daemon, backup: str, day: int, machine_id: str = "m-1") -> None:
    extra = {"backup-id": "DB-1"}
    body = duplicati_report(
        began=NOW - day * DAY, backup=backup, machine_id=machine_id, extra=extra
    )
    daemon.upload(body)


def test_a_renaming_is_shown_and_can_be_undone(daemon: Daemon) -> None:
    post(daemon, "Photos", 3)
    post(daemon, "Pictures", 2)
    (joined,) = daemon.get("/api/jobs")["jobs"]
    assert joined["name"] == "Pictures"
    path = f"/api/jobs/{joined['id']}/separate"
    answer = daemon.client.simulate_post(path, headers=ADMIN)
    assert answer.json["data"]["job"]["name"] == "Photos"
    assert {job["name"] for job in daemon.get("/api/jobs")["jobs"]} == {"Photos", "Pictures"}
    again = daemon.client.simulate_post(path, headers=ADMIN)
    assert (again.status_code, again.json["message"]) == (404, "The job was never renamed")


@pytest.mark.parametrize(("job", "status"), [("x", 400), ("99", 404)])
def test_only_a_job_can_be_separated(daemon: Daemon, job: str, status: int) -> None:
    answer = daemon.client.simulate_post(f"/api/jobs/{job}/separate", headers=ADMIN)
    assert answer.status_code == status


def test_who_may_not_change_jobs_separates_none(daemon: Daemon) -> None:
    assert daemon.client.simulate_post("/api/jobs/1/separate").status_code == 401


def test_a_server_that_may_be_another_is_shown_until_a_person_decides(daemon: Daemon) -> None:
    post(daemon, "Photos", 3, "m-1")
    post(daemon, "Photos", 2, "m-2")
    first, second = daemon.get("/api/servers")["servers"]
    assert (first["possibleDuplicateOf"], second["possibleDuplicateOf"]) == (None, first["id"])
    path = f"/api/servers/{second['id']}"
    wrong = daemon.client.simulate_patch(path, json={"possibleDuplicateOf": 7}, headers=ADMIN)
    assert wrong.status_code == 400
    right = daemon.client.simulate_patch(path, json={"possibleDuplicateOf": None}, headers=ADMIN)
    assert right.json["data"]["server"]["possibleDuplicateOf"] is None
