"""PUT /api/backup-list: what a client tells that asked a server of Duplicati."""

from typing import Any

import pytest
from falcon import testing

from exporter.times import HOUR
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.reports_builder import duplicati_report

PLANNED = {"start": "2026-01-16T01:00:00Z", "interval": "1d"}


def tell(daemon: Daemon, *backups: object, **other: object) -> testing.Result:
    body: dict[str, Any] = {"address": "https://nas.example", "machineId": "m-1"}
    return daemon.client.simulate_put(
        "/api/backup-list",
        json={**body, "backups": backups, **other},
        headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
    )


def listed(number: int, name: str, **other: object) -> dict[str, object]:
    return {"id": f"DB-{number}", "name": name, **other}


def conditions(daemon: Daemon) -> dict[str, list[str]]:
    return {job["name"]: job["conditions"] for job in daemon.get("/api/jobs")["jobs"]}


def test_what_is_renamed_gone_and_planned_is_known_then_and_after_a_restart(
    daemon: Daemon,
) -> None:
    daemon.upload(duplicati_report(began=NOW - HOUR, extra={"backup-id": "DB-1"}))
    answer = tell(daemon, listed(1, "Pictures"), listed(2, "Films", planned=PLANNED))
    ids = {"serverId": 1, "jobIds": {"DB-2": 2}}
    assert answer.json["data"] == {"listed": 2, "expected": ["Films"], "refused": [], **ids}
    assert conditions(daemon) == {"Pictures": ["fine"], "Films": ["waiting"]}
    assert tell(daemon, listed(2, "Films", planned=PLANNED)).json["data"]["expected"] == []
    daemon.restart()
    assert conditions(daemon) == {"Pictures": ["gone"], "Films": ["waiting"]}
    (gone,) = daemon.get("/api/jobs", condition="gone")["jobs"]
    assert (gone["name"], gone["overdue"], gone["expectedStart"]) == ("Pictures", False, None)


@pytest.mark.parametrize(
    "wrong",
    [
        listed(1, " "),
        {"id": "1", "name": "Photos"},
        {"id": "DB-1"},
        listed(1, "Photos", kind="both"),
        listed(1, "Photos", planned={}),
        listed(1, "Photos", planned={"start": "soon"}),
        listed(1, "Photos", planned=PLANNED | {"interval": "often"}),
        listed(1, "Photos", more=1),
    ],
)
def test_what_is_wrong_is_refused(daemon: Daemon, wrong: object) -> None:
    assert tell(daemon, wrong).status_code == 400


def test_a_list_has_an_end(daemon: Daemon) -> None:
    many = [listed(number, f"backup {number}") for number in range(1001)]
    assert tell(daemon, *many).status_code == 400
    assert tell(daemon, *many[1:]).status_code == 200
    assert tell(daemon, listed(1, "x"), os="x" * 200_000).status_code in {400, 413}
