"""An answer that is kept is the one that would be made now, whatever happened since."""

import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from falcon import testing
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from api.app import create_app
from api.services import Services
from exporter.conditions.standing import Standing
from exporter.fleet.volumes import Volumes
from exporter.limits import Limit
from exporter.store import StoreUnavailableError
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.api.resources.changing import change
from tests.support.daemon import NOW, Clock, Daemon
from tests.support.live import activity
from tests.support.messages import put, tried
from tests.support.reports_builder import duplicati_report

TRIED = {"badges.py", "latest_runs.py", "status.py", "summary.py"}
PATHS = (
    "/api/summary",
    "/api/status",
    "/api/badge.svg",
    *("/api/lastbackup/1", "/api/lastbackups/1", "/api/lastbackup/nas", "/api/lastbackups/alias"),
    *("/api/lastbackup/2", "/api/lastbackups/2"),
)
STEPS = st.sampled_from((0, 1, 999, MINUTE, HOUR, DAY, 30 * DAY, -1, -HOUR, -10 * DAY))
SERVERS = st.sampled_from(("nas", "old"))
STATUSES = st.sampled_from(("Success", "Error", "Warning"))


def anew(services: Services) -> testing.TestClient:
    """Return an app that has answered nothing yet."""
    fleet = services.fleet
    fresh = services._replace(standing=Standing(fleet), volumes=Volumes(fleet))
    return testing.TestClient(create_app(fresh))


def assert_as_new(client: testing.TestClient, services: Services) -> None:
    """All answers are those of an app that makes them now, and 304 is told of the same."""
    fresh = anew(services)
    for path in PATHS:
        ours, made = client.simulate_get(path), fresh.simulate_get(path)
        assert (ours.status, ours.text) == (made.status, made.text), path
        assert ours.headers == made.headers
        if ours.status_code == 200:
            again = client.simulate_get(path, headers={"If-None-Match": ours.headers["etag"]})
            assert (again.status_code, again.text) == (304, "")


class Histories(RuleBasedStateMachine):
    """Reports, forms, faults and the clock, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.daemon = Daemon(Path(self.folder.name))
        self.pulls: dict[str, str | None] = {}
        self.services = self.daemon.services._replace(pull_failures=lambda: dict(self.pulls))
        self.client = testing.TestClient(create_app(self.services))

    def teardown(self) -> None:
        self.daemon.store.close()
        self.folder.cleanup()

    @rule(server=SERVERS, status=STATUSES, ago=st.sampled_from((0, HOUR, DAY, -HOUR)))
    def upload(self, server: str, status: str, ago: Millis) -> None:
        report = duplicati_report(
            began=self.daemon.clock.now - ago,
            server=server,
            machine_id=f"m-{server}",
            status=status,
        )
        self.daemon.post(report)

    @rule(server=SERVERS)
    def hear(self, server: str) -> None:
        now = self.daemon.clock.now
        live = activity(began=now, at=now, server=server, machine_id=f"m-{server}")
        self.client.simulate_post("/api/activity", body=live)

    @rule()
    def refuse(self) -> None:
        self.daemon.post(b'{"Data": {"BeginTime": 1}, "Extra": {}')

    @rule(
        changed=st.sampled_from(
            (
                {"schedule": "every 6h"},
                {"schedule": None},
                {"paused": True},
                {"paused": False},
                {"mutedUntil": "2026-01-16T00:00:00Z"},
                {"mutedUntil": None},
            )
        ),
        job_id=st.integers(1, 2),
    )
    def set_job(self, changed: dict[str, object], job_id: int) -> None:
        change(self.client, "PATCH", f"/api/jobs/{job_id}", changed)

    @rule(alias=st.sampled_from(("alias", None)))
    def set_server(self, alias: str | None) -> None:
        change(self.client, "PATCH", "/api/servers/1", {"alias": alias})

    @rule(path=st.sampled_from(("/api/jobs/1", "/api/servers/2", "/api/rejected")))
    def delete(self, path: str) -> None:
        change(self.client, "DELETE", path)

    @rule(reason=st.sampled_from((None, "", "no route")))
    def pull(self, reason: str | None) -> None:
        self.pulls["nas"] = reason

    @rule()
    def hit_a_limit(self) -> None:
        self.services.self_metrics.count_limit_hit(Limit.JOBS)

    @rule(faults=st.integers(0, 2))
    def reload(self, faults: int) -> None:
        if faults:
            self.services.self_metrics.refuse_config(faults, self.daemon.clock.now)
        else:
            self.services.self_metrics.use_config(self.daemon.clock.now)

    @rule()
    def let_a_message_wait(self) -> None:
        put(self.daemon.outbox, tried("phone", self.daemon.clock.now))

    @rule(step=STEPS)
    def pass_time(self, step: Millis) -> None:
        self.daemon.clock.now += step

    @invariant()
    def is_as_new(self) -> None:
        assert_as_new(self.client, self.services)


TestHistories = pytest.mark.not_quick(Histories.TestCase)
Histories.TestCase.settings = settings(max_examples=10, stateful_step_count=10)


def test_all_that_keeps_answers_is_tried_here() -> None:
    keeping = Path(__file__).parents[3].joinpath("api").rglob("*.py")
    found = {each.name for each in keeping if "Prepared()" in each.read_text(encoding="utf-8")}
    assert found == TRIED


@pytest.mark.parametrize("path", PATHS[:5])
def test_an_answer_is_made_once_while_nothing_changes(
    two_servers: Daemon, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = two_servers.client.simulate_get(path)
    for name in ("summary._body", "latest_runs._latest", "status._told", "badges.draw"):
        monkeypatch.setattr(f"api.resources.{name}", None)
    assert two_servers.client.simulate_get(path).text == before.text


def test_the_seconds_since_the_last_backup_go_on(two_servers: Daemon) -> None:
    def told() -> object:
        return two_servers.client.simulate_get("/api/summary").json["secondsSinceLastBackup"]

    before = told()
    two_servers.clock.now += 999
    assert told() == before == HOUR // 1000
    two_servers.clock.now += 1
    assert told() == HOUR // 1000 + 1


def test_the_time_of_a_state_goes_on(two_servers: Daemon) -> None:
    assert two_servers.get("/api/status")["asOf"] == "2026-01-15T10:30:00.000Z"
    two_servers.clock.now += 1
    assert two_servers.get("/api/status")["asOf"] == "2026-01-15T10:30:00.001Z"


def test_a_deadline_that_passes_is_told_at_once_and_a_clock_set_back_too(daemon: Daemon) -> None:
    for day in range(5):
        daemon.clock.now = NOW + day * DAY
        daemon.upload(duplicati_report(began=daemon.clock.now - HOUR))
    assert daemon.get("/api/summary")["overdueBackups"] == 0
    daemon.clock.now += 30 * DAY
    assert daemon.get("/api/summary")["overdueBackups"] == 1
    assert daemon.get("/api/status")["state"] == "critical"
    daemon.clock.now -= 30 * DAY
    assert daemon.get("/api/summary")["overdueBackups"] == 0
    assert daemon.get("/api/status")["state"] == "ok"


def states(services: Services) -> Callable[[], tuple[str, str]]:
    """Return what tells the state that two routes of one app name."""
    client = testing.TestClient(create_app(services))

    def told() -> tuple[str, str]:
        answers = [client.simulate_get(path).json for path in ("/api/summary", "/api/status")]
        return answers[0]["data"]["state"], answers[1]["data"]["state"]

    return told


def test_a_full_disk_is_told_within_a_second_and_its_end_too(
    two_servers: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(two_servers.client, "DELETE", "/api/servers/2")
    seconds = Clock(0)
    told = states(two_servers.services._replace(counting=seconds))
    assert told() == ("ok", "ok")

    def fail() -> None:
        raise StoreUnavailableError("the disk is full")

    with monkeypatch.context() as full:
        full.setattr(two_servers.store, "check_writable", fail)
        seconds.now += 1
        assert told() == ("critical", "critical")
    seconds.now += 1
    assert told() == ("ok", "ok")


def test_a_refused_report_is_told_at_once(two_servers: Daemon) -> None:
    change(two_servers.client, "DELETE", "/api/servers/2")
    told = states(two_servers.services._replace(counting=Clock(0)))
    assert told() == ("ok", "ok")
    two_servers.post(b'{"Data": {"BeginTime": 1}, "Extra": {}')
    assert told() == ("warning", "warning")


def test_the_disk_is_asked_once_a_second(
    two_servers: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = count()
    monkeypatch.setattr(two_servers.store, "check_writable", lambda: next(asked))
    told = states(two_servers.services._replace(counting=Clock(0)))
    for _ in range(3):
        told()
    assert next(asked) == 1


def test_what_began_in_the_future_is_told_once_it_has_begun(two_servers: Daemon) -> None:
    ahead = NOW + MINUTE
    two_servers.upload(duplicati_report(began=ahead, status="Error", server="fast", backup="Mail"))

    def began() -> list[object]:
        jobs = two_servers.get("/api/status")["worst"]
        return [each["since"] for each in jobs if each["name"] == "Mail"]

    assert began() == [None]
    two_servers.clock.now += 2 * MINUTE
    assert began() == ["2026-01-15T10:31:00.000Z"]
    two_servers.clock.now -= 2 * MINUTE
    assert began() == [None]
