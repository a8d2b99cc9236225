"""Zabbix's template is whole, and makes of real answers what it says."""

import re
from uuid import UUID

import pytest

from exporter.model.conditions import Condition, Severity
from exporter.times import DAY, HOUR, SECOND
from tests.deploy import zabbix
from tests.deploy.files import read
from tests.deploy.zabbix import DISCOVERY, ITEMS, PROTOTYPES, TEMPLATE, DiscardedError
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.reports_builder import duplicati_report

JOB = "duplistatus.job.{}[{{#ID}}]"
PATHS = {"duplistatus.status": "/api/status", "duplistatus.jobs": "/api/jobs"}
_ASKED = re.compile(r"/Duplicati by duplistatus/([\w.]+(?:\[\{#ID\}\])?)")
HOSTILE = "a'b\"|{#ID}\n]?(@.id==1)"


@pytest.fixture
def answers(daemon: Daemon) -> dict[str, str]:
    """What the requests of the template return: of a job that is fine, and of one that failed."""
    began = NOW - HOUR
    source, stored = {"SizeOfExaminedFiles": 5000}, {"KnownFileSize": 7000}
    planned = NOW + DAY
    fine = duplicati_report(
        began=began, backup="Photos", next_scheduled=planned, data=source, backend=stored
    )
    daemon.upload(fine)
    daemon.upload(duplicati_report(began=began, backup=HOSTILE, status="Fatal"))
    return {key: daemon.client.simulate_get(path).text for key, path in PATHS.items()}


def number(key: str, answers: dict[str, str], job: int = 1) -> float:
    """Return an item's value, which Zabbix takes as a number."""
    return float(zabbix.value(key, answers, job))


def test_every_id_is_there_once_and_of_the_form_that_zabbix_wants() -> None:
    found = re.findall(r"uuid: (\w+)", read("zabbix/duplistatus.yaml"))
    assert len(found) == len({*found})
    assert {(UUID(each).version, len(each)) for each in found} == {(4, 32)}


def test_every_item_gets_its_value_from_another_and_is_called_once() -> None:
    keys = [item["key"] for item in (*TEMPLATE["items"], *DISCOVERY["item_prototypes"])]
    assert len(keys) == len({*keys})
    dependent = [*ITEMS.values(), *PROTOTYPES.values(), DISCOVERY]
    masters = {item["master_item"]["key"] for item in dependent if item["type"] == "DEPENDENT"}
    assert masters <= {*keys}
    assert all("{#ID}" in key for key in PROTOTYPES)


def test_the_requests_are_those_of_the_daemon_with_the_token() -> None:
    asked = [item for item in ITEMS.values() if item["type"] == "HTTP_AGENT"]
    assert {item["url"].partition("?")[0] for item in asked} == {
        f"{{$DUPLISTATUS.URL}}{path}" for path in PATHS.values()
    }
    for item in asked:
        (header,) = item["headers"]
        assert header == {"name": "Authorization", "value": "Bearer {$DUPLISTATUS.TOKEN}"}
        assert (item["verify_peer"], item["verify_host"]) == ("YES", "YES")


def test_an_empty_token_is_no_hindrance_where_none_is_needed(daemon: Daemon) -> None:
    for path in PATHS.values():
        answer = daemon.client.simulate_get(path, headers={"Authorization": "Bearer "})
        assert answer.status_code == 200


def test_every_trigger_asks_for_an_item_and_depends_on_a_trigger() -> None:
    found = [*zabbix.triggers()]
    known = {(each["name"], each["expression"]) for each in found}
    for each in found:
        for key in re.findall(
            r"/Duplicati by duplistatus/([\w.]+(?:\[\{#ID\}\])?)", each["expression"]
        ):
            assert key in {*ITEMS, *PROTOTYPES}
        for other in each.get("dependencies", ()):
            assert (other["name"], other["expression"]) in known


def test_the_triggers_are_of_the_conditions_of_their_severity() -> None:
    (conditions,) = [
        item for item in PROTOTYPES.values() if len(item.get("trigger_prototypes", ())) == 2
    ]
    for trigger, severity in zip(
        conditions["trigger_prototypes"], (Severity.CRITICAL, Severity.WARNING), strict=True
    ):
        troubles, excuses = re.findall(r"\(\^\|,\)\(([\w|]+)\)\(,\|\$\)", trigger["expression"])
        assert troubles.split("|") == [
            each.value for each in Condition if each.severity is severity
        ]
        assert excuses.split("|") == ["muted", "paused"]


def test_the_jobs_are_discovered(answers: dict[str, str]) -> None:
    found = zabbix.processed(DISCOVERY, answers["duplistatus.jobs"])
    assert [path["path"] for path in DISCOVERY["lld_macro_paths"]] == ["$.id", "$.server", "$.name"]
    assert '"id": 1, "serverId": 1, "server": "nas", "name": "Photos"' in found


def test_the_whole_is_told(answers: dict[str, str]) -> None:
    told = {
        key: zabbix.value(key, answers)
        for key, item in ITEMS.items()
        if item["type"] == "DEPENDENT"
    }
    assert told == {
        "duplistatus.state": "2",
        "duplistatus.sentence": "1 of 2 backups failed 1 hour ago",
        "duplistatus.backups": "2",
        "duplistatus.introuble": "1",
        "duplistatus.notevaluated": "0",
        "duplistatus.faults": "",
        "duplistatus.faults.critical": "0",
        "duplistatus.unlisted": "0",
    }


def test_faults_of_the_daemon_are_told(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, answers: dict[str, str]
) -> None:
    monkeypatch.setattr("exporter.store.sqlite.connection.MIN_FREE_BYTES", 2**62)
    away = {**answers, "duplistatus.status": daemon.client.simulate_get("/api/status").text}
    assert zabbix.value("duplistatus.faults", away).startswith("critical: storage: ")
    assert zabbix.value("duplistatus.faults.critical", away) == "1"


def test_more_jobs_than_are_listed_are_noticed(daemon: Daemon, answers: dict[str, str]) -> None:
    page = daemon.client.simulate_get("/api/jobs", params={"limit": 1}).text
    assert zabbix.value("duplistatus.unlisted", {**answers, "duplistatus.jobs": page}) == "1"


def test_a_job_is_told(daemon: Daemon, answers: dict[str, str]) -> None:
    job = daemon.get("/api/jobs/1")["job"]
    assert zabbix.value(JOB.format("conditions"), answers, 1) == "fine"
    assert zabbix.value(JOB.format("status"), answers, 1) == "success"
    assert number(JOB.format("late"), answers) == 0
    assert number(JOB.format("due"), answers) == (NOW + DAY) // SECOND
    assert number(JOB.format("age"), answers) > 0
    for key, field in (("duration", "duration"), ("source", "size"), ("stored", "storageUsed")):
        assert number(JOB.format(key), answers) == job["lastRun"][field]


def test_a_job_with_a_hostile_name_and_no_success_is_told(
    daemon: Daemon, answers: dict[str, str]
) -> None:
    assert zabbix.value(JOB.format("conditions"), answers, 2) == "failing"
    assert zabbix.value(JOB.format("status"), answers, 2) == "fatal"
    with pytest.raises(DiscardedError):
        zabbix.value(JOB.format("age"), answers, 2)
    daemon.client.simulate_patch(
        "/api/jobs/2", json={"muteFor": "1d"}, headers={"Authorization": f"Bearer {ADMIN_TOKEN}"}
    )
    muted = {**answers, "duplistatus.jobs": daemon.client.simulate_get("/api/jobs").text}
    assert zabbix.value(JOB.format("conditions"), muted, 2) == "failing,muted"
