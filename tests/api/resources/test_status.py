"""The state in one word: what programs act on, so it is never better than what holds."""

from typing import Any

import pytest
from falcon.testing import Result, TestClient

from api.app import create_app
from exporter.store import StoreUnavailableError
from exporter.times import DAY, HOUR, MINUTE, format_timestamp
from tests.support.daemon import ADMIN_TOKEN, NOW, SENDER, Daemon
from tests.support.messages import put, tried
from tests.support.reports_builder import duplicati_report

PATH = "/api/status"
RECENT = NOW - HOUR


def ask(daemon: Daemon, **parameters: object) -> Result:
    return daemon.client.simulate_get(PATH, params=parameters)


def state(daemon: Daemon, **parameters: object) -> str:
    found: str = daemon.get(PATH, **parameters)["state"]
    return found


def upload(daemon: Daemon, backup: str, *, server: str = "nas", **fields: Any) -> None:  # noqa: ANN401 - fields of a report
    report = duplicati_report(
        began=fields.pop("began", RECENT), backup=backup, server=server, machine_id=server, **fields
    )
    daemon.upload(report)


def break_storage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporter.store.sqlite.connection.MIN_FREE_BYTES", 2**62)


def test_before_the_first_report_nothing_is_wrong_and_the_sentence_says_so(daemon: Daemon) -> None:
    assert daemon.get(PATH) == {
        "state": "ok",
        "sentence": "No backup has reported yet",
        "jobs": 0,
        "inTrouble": 0,
        "notEvaluated": 0,
        "conditions": {},
        "excused": {},
        "daemon": [],
        "servers": [],
        "worst": [],
        "asOf": format_timestamp(NOW),
    }


def test_all_that_holds_is_told_the_worst_first(daemon: Daemon) -> None:
    upload(daemon, "fine")
    upload(daemon, "stopped", data={"Interrupted": True})
    upload(daemon, "failed", status="Error", exception="no space left")
    upload(daemon, "absent", began=NOW - 2 * DAY - HOUR)
    data = daemon.get(PATH)
    assert (data["state"], data["jobs"], data["inTrouble"]) == ("critical", 4, 3)
    assert data["sentence"] == "1 of 4 backups is overdue, 1 failed 1 hour ago, 1 was interrupted"
    assert data["conditions"] == {"overdue": 1, "failing": 1, "interrupted": 1, "fine": 1}
    assert [each["name"] for each in data["worst"]] == ["absent", "failed", "stopped"]
    assert data["worst"][1] == {
        "id": 3,
        "serverId": 1,
        "server": "nas",
        "name": "failed",
        "kind": "backup",
        "condition": "failing",
        "severity": "critical",
        "since": format_timestamp(RECENT),
        "reason": "no space left",
    }


def test_at_most_ten_jobs_are_listed(daemon: Daemon) -> None:
    for number in range(12):
        upload(daemon, f"job {number:02}", status="Error")
    data = daemon.get(PATH)
    assert (len(data["worst"]), data["inTrouble"]) == (10, 12)


def test_muted_and_paused_jobs_are_counted_and_do_not_make_it_worse(daemon: Daemon) -> None:
    upload(daemon, "muted", status="Error")
    upload(daemon, "paused", status="Error")
    for job, edit in ((1, {"muteFor": "1d"}), (2, {"paused": True})):
        daemon.client.simulate_patch(
            f"/api/jobs/{job}", json=edit, headers={"Authorization": f"Bearer {ADMIN_TOKEN}"}
        )
    data = daemon.get(PATH)
    assert (data["state"], data["inTrouble"], data["worst"]) == ("ok", 0, [])
    assert data["conditions"] == {"failing": 2, "muted": 1, "paused": 1}
    assert data["excused"] == {"failing": 2}


def test_a_notice_of_a_muted_job_is_excused_too(daemon: Daemon) -> None:
    upload(daemon, "muted", status="Warning")
    upload(daemon, "told", status="Warning")
    daemon.client.simulate_patch(
        "/api/jobs/1", json={"muteFor": "1d"}, headers={"Authorization": f"Bearer {ADMIN_TOKEN}"}
    )
    data = daemon.get(PATH)
    assert (data["conditions"]["warning"], data["excused"]) == (2, {"warning": 1})


def test_a_job_turns_overdue_by_time_alone(daemon: Daemon) -> None:
    upload(daemon, "a")
    assert state(daemon) == "ok"
    daemon.clock.now += 2 * DAY
    assert state(daemon) == "critical"


def test_a_job_that_could_not_be_evaluated_is_never_ok(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("exporter.fleet.evaluation.expect", lambda *_: 1 / 0)
        upload(daemon, "a", server="attic")
    upload(daemon, "b")
    data = daemon.get(PATH)
    assert (data["state"], data["notEvaluated"], data["jobs"]) == ("warning", 1, 2)
    assert state(daemon, server="attic") == "warning"
    assert state(daemon, server="nas") == "ok"
    assert state(daemon, condition="overdue") == "warning"
    assert state(daemon, backup="a") == "warning"
    assert state(daemon, backup="b") == "ok"


def test_the_state_is_that_of_the_backups_of_a_name(daemon: Daemon) -> None:
    for server in ("nas", "old"):
        upload(daemon, "Photos", server=server)
    upload(daemon, "Mail", status="Error")
    asked = [daemon.get(PATH, backup=name) for name in ("Photos", "Mail")]
    assert [(each["state"], each["jobs"]) for each in asked] == [("ok", 2), ("critical", 1)]
    assert daemon.get(PATH, backup="Photos", server="old")["jobs"] == 1


@pytest.mark.parametrize("asked", [{"backup": "photos"}, {"backup": "Mail", "server": "old"}])
def test_a_name_that_no_backup_has_is_not_found(daemon: Daemon, asked: dict[str, str]) -> None:
    upload(daemon, "Photos", server="old")
    upload(daemon, "Mail")
    for path in (PATH, "/api/jobs"):
        answer = daemon.client.simulate_get(path, params=asked)
        assert (answer.status_code, answer.json["message"]) == (404, "No backup has this name")


def test_storage_that_is_away_is_critical(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    upload(daemon, "a")
    break_storage(monkeypatch)
    data = daemon.get(PATH)
    assert data["state"] == "critical"
    assert data["sentence"] == "The only backup reported fine, but reports cannot be stored"
    (fault,) = data["daemon"]
    assert (fault["condition"], fault["severity"], fault["since"]) == ("storage", "critical", None)
    assert "the disk is full" in fault["reason"]


def test_a_shared_database_that_does_not_answer_is_critical_too(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_patience: float) -> None:
        raise StoreUnavailableError("the database does not answer")

    monkeypatch.setattr(daemon.store, "catch_up", away)
    data = daemon.get(PATH)
    assert (data["state"], data["daemon"][0]["reason"]) == (
        "critical",
        "the database does not answer",
    )


def test_a_refused_report_and_a_message_that_waits_are_warnings(daemon: Daemon) -> None:
    upload(daemon, "a")
    daemon.post(b'{"backup": {"name": "Photos"}}')
    put(daemon.outbox, tried("phone", NOW - HOUR))
    data = daemon.get(PATH)
    assert data["state"] == "warning"
    assert [(each["condition"], each["since"]) for each in data["daemon"]] == [
        ("refused", format_timestamp(NOW)),
        ("notifications", format_timestamp(RECENT)),
    ]
    assert SENDER in data["daemon"][0]["reason"]


@pytest.fixture
def pulling(daemon: Daemon) -> TestClient:
    """A daemon that cannot pull from the server attic."""
    upload(daemon, "a")
    upload(daemon, "b", server="attic")
    failures = {"attic": "connection refused", "nas": "", "desk": None}
    return TestClient(create_app(daemon.services._replace(pull_failures=lambda: failures)))


def test_a_server_that_cannot_be_pulled_is_a_warning_of_that_server(pulling: TestClient) -> None:
    data = pulling.simulate_get(PATH).json["data"]
    assert data["state"] == "warning"
    assert data["servers"] == [
        {
            "server": "attic",
            "condition": "pull_failing",
            "severity": "warning",
            "since": None,
            "reason": "connection refused",
        }
    ]
    told = [pulling.simulate_get(PATH, params={"server": each}).json for each in ("attic", "nas")]
    assert [each["data"]["state"] for each in told] == ["warning", "ok"]


def test_filters_choose_jobs_as_for_the_list_of_jobs(daemon: Daemon) -> None:
    upload(daemon, "a", status="Error")
    upload(daemon, "b", server="attic")
    upload(daemon, "c", server="attic", data={"Interrupted": True})
    assert state(daemon, server="nas") == "critical"
    assert state(daemon, server="attic") == "warning"
    assert state(daemon, failing="false") == "warning"
    assert state(daemon, condition="fine") == "ok"
    for filters in ({"server": "attic"}, {"condition": "fine"}, {"overdue": "true"}):
        listed = daemon.get("/api/jobs", **filters)["jobs"]
        assert daemon.get(PATH, **filters)["jobs"] == len(listed)


def test_where_no_job_matches_that_is_said_and_the_daemons_own_faults_count(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(daemon, "a")
    data = daemon.get(PATH, condition="overdue")
    assert (data["state"], data["sentence"]) == ("ok", "No backup matches")
    break_storage(monkeypatch)
    data = daemon.get(PATH, condition="overdue")
    assert data["state"] == "critical"
    assert data["sentence"] == "No backup matches, but reports cannot be stored"


@pytest.mark.parametrize(
    ("fields", "statuses"),
    [
        ({}, (200, 200, 200)),
        ({"data": {"Interrupted": True}}, (200, 200, 503)),
        ({"status": "Error"}, (200, 503, 503)),
    ],
)
def test_fail_says_from_which_state_on_the_answer_is_an_error(
    daemon: Daemon, fields: dict[str, Any], statuses: tuple[int, ...]
) -> None:
    upload(daemon, "a", **fields)
    answers = [ask(daemon, **wish) for wish in ({}, {"fail": "critical"}, {"fail": "warning"})]
    assert tuple(each.status_code for each in answers) == statuses
    assert len({each.json["data"]["state"] for each in answers}) == 1


def test_an_answer_that_fails_is_an_error_that_says_why(daemon: Daemon) -> None:
    upload(daemon, "a", status="Error")
    answer = ask(daemon, fail="critical")
    assert (answer.json["status"], answer.json["error"]) == ("error", "ServiceUnavailableError")
    assert answer.json["message"] == "The only backup failed 1 hour ago"
    assert answer.json["data"] == daemon.get(PATH)
    assert answer.headers["retry-after"] == "60"
    assert answer.headers["cache-control"] == "no-store"
    head = daemon.client.simulate_head(PATH, params={"fail": "critical"})
    assert (head.status_code, head.content) == (503, b"")


@pytest.mark.parametrize("text", ["ok", "", "CRITICAL", "true"])
def test_any_other_value_of_fail_is_an_error(daemon: Daemon, text: str) -> None:
    answer = daemon.client.simulate_get(PATH, query_string=f"fail={text}")
    assert answer.status_code == 400
    assert answer.json["message"] == "The parameter fail must be warning or critical"


def test_an_unchanged_answer_costs_no_transfer(daemon: Daemon) -> None:
    tag = ask(daemon).headers["etag"]
    again = daemon.client.simulate_get(PATH, headers={"If-None-Match": tag})
    assert again.status_code == 304
    daemon.clock.now += MINUTE
    assert ask(daemon).headers["etag"] != tag


def test_a_time_in_the_future_of_a_wrong_clock_is_not_told(daemon: Daemon) -> None:
    upload(daemon, "a", began=NOW - HOUR, duration=90 * DAY)
    upload(daemon, "a", began=NOW - MINUTE, status="Error")
    daemon.clock.now += 10 * DAY
    assert all(
        each["since"] is None or each["since"] <= format_timestamp(daemon.clock.now)
        for each in daemon.get(PATH)["worst"]
    )
