"""Each change by the API and by the page is noted with the name of the token that was used."""

from collections.abc import Iterator

import pytest

from api.app import create_app
from exporter.auth import Authorizer, Scope
from exporter.model import Copying, CopyOutcome, SecondCopy, Status
from exporter.times import HOUR, format_timestamp
from tests.api.resources.changing import BEGAN, Json
from tests.support.changes import change, changed
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.recording import record
from tests.support.reports_builder import duplicati_report
from tests.support.signing_in import Person

OTHER_TOKEN = "another-token-of-the-tests"
ENTRIES = [f"{ADMIN_TOKEN} Ada", f"{OTHER_TOKEN} Grace"]


@pytest.fixture
def named(three: Daemon) -> Daemon:
    """A daemon with an admin token for each of two people."""
    authorizer = Authorizer.from_entries({Scope.MANAGE: ENTRIES})
    three.client.app = create_app(three.services._replace(authorizer=authorizer))
    return three


def audit(daemon: Daemon, **params: str) -> list[Json]:
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    answer = daemon.client.simulate_get("/api/audit", params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    entries: list[Json] = answer.json["data"]["audit"]
    return entries


def test_a_change_is_told_with_who_made_it_when_and_what_was_before(named: Daemon) -> None:
    answer = change(named, "PATCH", "/api/jobs/1", {"schedule": "off", "tags": ["x"]}, OTHER_TOKEN)
    assert answer.status_code == 200
    assert audit(named) == [
        {
            "id": 1,
            "at": format_timestamp(NOW),
            "who": "Grace",
            "what": "job.set",
            "serverId": 1,
            "server": "nas",
            "jobId": 1,
            "job": "Documents",
            "details": {
                "schedule": {"old": None, "new": "off"},
                "tags": {"old": [], "new": ["x"]},
            },
        }
    ]


def _each(daemon: Daemon) -> Iterator[tuple[str, Json]]:
    """Make each change that the API has; yield what is to be noted of it."""
    changed(daemon, "PATCH", "/api/servers/1", {"alias": "Attic"})
    yield "server.set", {"alias": {"old": None, "new": "Attic"}}
    changed(daemon, "PATCH", "/api/jobs/1", {"tolerance": "2h"})
    yield "job.set", {"tolerance": {"old": None, "new": "2h"}}
    copy = SecondCopy("file:///mnt/b", BEGAN + HOUR, Status.SUCCESS)
    run = record(daemon, "Copied", BEGAN + HOUR, copying=Copying(CopyOutcome.COPIED, (copy,)))
    job_id = daemon.get(f"/api/backups/{run}")["backup"]["jobId"]
    changed(daemon, "DELETE", f"/api/jobs/{job_id}/copies?destination=file:///mnt/b")
    yield "job.forget_copy", {"destination": "file:///mnt/b"}
    changed(daemon, "POST", "/api/jobs", {"server": "nas", "backup": "Expected"})
    yield "job.expect", {}
    changed(daemon, "POST", "/api/servers/1/merge", {"from": [2]})
    yield "server.merge", {"from": [{"id": 2, "name": "old"}]}
    changed(daemon, "DELETE", "/api/jobs/1")
    yield "job.delete", {}
    changed(daemon, "DELETE", "/api/servers/3")
    yield "server.delete", {"jobs": 1}


def test_each_change_of_the_api_is_noted_once(named: Daemon) -> None:
    expected = list(_each(named))
    found = audit(named)
    assert [(each["what"], each["details"]) for each in reversed(found)] == expected
    assert {each["who"] for each in found} == {"Ada"}


def test_a_renaming_that_is_undone_is_noted(named: Daemon) -> None:
    for number, name in enumerate(("Pictures", "Photos")):
        extra = {"backup-id": "DB-2"}
        named.upload(duplicati_report(began=BEGAN + number * HOUR, backup=name, extra=extra))
    (job,) = [each for each in named.get("/api/jobs")["jobs"] if each["formerly"]]
    changed(named, "POST", f"/api/jobs/{job['id']}/separate")
    (entry,) = audit(named)
    assert (entry["what"], entry["job"]) == ("job.separate", "Photos")
    assert entry["details"] == {"formerly": "Pictures"}


def test_a_form_of_the_page_is_noted_with_the_name_of_who_is_signed_in(named: Daemon) -> None:
    Person(named.client, OTHER_TOKEN).send("/servers/1/mute", **{"for": "1d"})
    Person(named.client).send("/jobs/1/mute", **{"for": "1d"})
    assert [(each["who"], each["what"]) for each in audit(named)] == [
        ("Ada", "job.set"),
        ("Grace", "server.set"),
    ]


def test_what_is_refused_is_not_noted(named: Daemon) -> None:
    change(named, "PATCH", "/api/jobs/1", {"schedule": "off", "x": 1})
    change(named, "PATCH", "/api/jobs/99", {"schedule": "off"})
    change(named, "PATCH", "/api/jobs/1", {"schedule": "off"}, "a-token-of-nobody")
    change(named, "POST", "/api/servers/1/merge", {"from": [2, 99]})
    assert audit(named) == []


def test_entries_are_filtered_and_paged(named: Daemon) -> None:
    for path in ("servers/1", "jobs/1", "jobs/2"):
        changed(named, "PATCH", f"/api/{path}", {"tags": ["x"]})
    assert [each["id"] for each in audit(named, server="1")] == [2, 1]
    assert [each["id"] for each in audit(named, job="2")] == [3]
    assert [each["id"] for each in audit(named, server="1", job="2")] == []
    assert [each["id"] for each in audit(named, limit="2")] == [3, 2]
    assert [each["id"] for each in audit(named, cursor="0-2")] == [1]


def test_who_changed_what_is_told_to_admins_only(named: Daemon) -> None:
    assert named.client.simulate_get("/api/audit").status_code == 401
    authorizer = Authorizer.from_entries({Scope.MANAGE: ENTRIES, Scope.READ: ["x" * 16]})
    named.client.app = create_app(named.services._replace(authorizer=authorizer))
    headers = {"Authorization": f"Bearer {'x' * 16}"}
    assert named.client.simulate_get("/api/audit", headers=headers).status_code == 403
