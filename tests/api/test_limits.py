"""What is new finds room up to a limit; what is known is taken as ever."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from falcon import testing

from api.app import create_app
from exporter.ingest.refusals import Refusals
from exporter.limits import Limits
from exporter.store.sqlite import Store
from exporter.times import HOUR, MINUTE
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

LIMITS = Limits(max_upload_bytes=4096, max_log_lines=2, max_servers=2, max_jobs_per_server=2)
BEGAN = NOW - HOUR


@pytest.fixture
def full(daemon: Daemon, tmp_path: Path) -> Iterator[testing.TestClient]:
    """A daemon that has the two servers it may have, the first with the two jobs it may have."""
    with closing(Store(tmp_path / "full.sqlite", LIMITS)) as store:
        store.follow(daemon.fleet)
        services = daemon.services._replace(store=store, refusals=Refusals(store), limits=LIMITS)
        client = testing.TestClient(create_app(services))
        for server, backup in (("nas", "a"), ("nas", "b"), ("laptop", "a")):
            assert post(client, server, backup).status_code == 200
        yield client


def post(
    client: testing.TestClient,
    server: str,
    backup: str,
    *,
    began: int = BEGAN,
    lines: tuple[str, ...] = (),
) -> testing.Result:
    body = duplicati_report(
        began=began,
        server=server,
        machine_id=f"id-of-{server}",
        backup=backup,
        lines=lines,
    )
    return client.simulate_post("/api/upload", body=body)


def reached(client: testing.TestClient) -> dict[str, float]:
    """Return how often each limit was run into."""
    lines = client.simulate_get("/metrics").text.splitlines()
    samples = [line for line in lines if line.startswith("duplistatus_limits_reached_total{")]
    return {line.split('"')[1]: float(line.rpartition(" ")[2]) for line in samples}


@pytest.mark.parametrize(
    ("server", "backup", "limit"),
    [("third", "a", "servers"), ("nas", "c", "jobs_per_server")],
)
def test_what_finds_no_room_is_429_counted_and_kept_to_be_looked_at(
    full: testing.TestClient, server: str, backup: str, limit: str
) -> None:
    answer = post(full, server, backup)
    assert (answer.status_code, answer.json["error"]) == (429, "TooManyRequestsError")
    assert f"max_{limit}" in answer.json["message"]
    assert int(answer.headers["retry-after"]) > 0
    assert reached(full)[limit] == 1
    (kept,) = full.simulate_get("/api/rejected").json["data"]["rejected"]
    assert kept["reason"] == answer.json["message"]
    uploads = full.simulate_get("/metrics").text
    assert 'duplistatus_uploads_total{outcome="limited"} 1.0' in uploads


def test_a_refused_report_leaves_nothing_behind(full: testing.TestClient) -> None:
    before = full.simulate_get("/api/servers").json
    for number in range(5):
        post(full, f"forged {number}", "a")
        post(full, "nas", f"forged {number}")
    assert full.simulate_get("/api/servers").json == before
    totals = full.simulate_get("/api/summary").json["data"]
    assert (totals["totalServers"], totals["totalBackupJobs"]) == (2, 3)


def test_known_servers_and_jobs_report_as_ever(full: testing.TestClient) -> None:
    post(full, "third", "a")
    for server, backup in (("nas", "a"), ("nas", "b"), ("laptop", "a"), ("laptop", "b")):
        assert post(full, server, backup, began=BEGAN + MINUTE).status_code == 200


def test_what_is_deleted_makes_room(full: testing.TestClient) -> None:
    headers = {"Authorization": "Bearer the-token-of-the-tests"}
    assert full.simulate_delete("/api/servers/2", headers=headers).status_code == 200
    assert post(full, "third", "a").status_code == 200


def test_a_log_is_cut_at_its_limit_and_that_is_told_and_counted(full: testing.TestClient) -> None:
    lines = ("one", "two", "three", "four", "five")
    ids = post(full, "nas", "a", began=BEGAN + MINUTE, lines=lines).json["data"]
    run = full.simulate_get(f"/api/backups/{ids['backupId']}").json["data"]["backup"]
    assert [each["message"] for each in run["messages"]] == ["one", "two"]
    assert run["messagesCut"] == {"dropped": 3, "shortened": 0}
    assert reached(full)["log_lines"] == 1


def test_a_body_that_is_too_large_is_counted(full: testing.TestClient) -> None:
    assert full.simulate_post("/api/upload", body=b"x" * 4097).status_code == 413
    assert reached(full)["upload_bytes"] == 1


def test_all_backups_have_a_bound_too_and_known_ones_go_on(daemon: Daemon) -> None:
    limits = Limits(max_jobs=2)
    daemon.store.close()
    store = Store(daemon.path, limits)
    store.follow(daemon.fleet)
    client = testing.TestClient(
        create_app(daemon.services._replace(store=store, refusals=Refusals(store), limits=limits))
    )
    assert [post(client, server, "a").status_code for server in ("one", "two", "three")] == [
        200,
        200,
        429,
    ]
    answer = post(client, "two", "b")
    assert answer.status_code == 429
    assert "max_jobs allows, 2" in answer.json["message"]
    assert reached(client)["jobs"] == 2
    assert post(client, "one", "a", began=BEGAN + MINUTE).status_code == 200
    daemon.store = store
