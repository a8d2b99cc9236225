"""Live reports need the tokens of uploads and find the same room; nobody waits to be told so."""

from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_network
from pathlib import Path

import pytest
from falcon import testing

from api.app import create_app
from exporter.auth import Authorizer, Scope
from exporter.ingest.live import LiveReportService
from exporter.limits import Limits
from exporter.store.sqlite import Store
from exporter.times import DAY
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.live import activity
from tests.support.reports_builder import duplicati_report

TOKEN = "the-token-of-duplicati"
NAS_TOKEN = "the-token-of-the-nas"
ACCESS = Authorizer.from_entries(
    {Scope.UPLOAD: [TOKEN, f"{NAS_TOKEN} nas"], Scope.MANAGE: [ADMIN_TOKEN]}
)
LIMITS = Limits(max_servers=1, max_jobs_per_server=1)


@pytest.fixture
def closed(daemon: Daemon) -> testing.TestClient:
    """A daemon that takes nothing without a token."""
    return testing.TestClient(create_app(daemon.services._replace(authorizer=ACCESS)))


def post(client: testing.TestClient, body: bytes, token: str | None) -> int:
    query = "" if token is None else f"token={token}"
    return client.simulate_post("/api/activity", body=body, query_string=query).status_code


def servers(daemon: Daemon) -> list[str]:
    daemon.live_reports.run_once()
    return [server.name for server in daemon.fleet.servers()]


@pytest.mark.parametrize(
    ("token", "status"), [(None, 401), ("unknown", 401), (TOKEN, 202), (NAS_TOKEN, 202)]
)
def test_a_live_report_needs_a_token_of_uploads(
    closed: testing.TestClient, token: str | None, status: int
) -> None:
    assert post(closed, activity(began=NOW, at=NOW), token) == status


def test_a_token_for_one_server_names_a_machine_that_tells_no_name(
    closed: testing.TestClient, daemon: Daemon
) -> None:
    body = activity(began=NOW, at=NOW, server=None, machine_id=None)
    assert post(closed, body, NAS_TOKEN) == 202
    assert servers(daemon) == ["nas"]


def test_a_token_for_one_server_says_of_no_other_that_it_runs(
    closed: testing.TestClient, daemon: Daemon
) -> None:
    daemon.upload(duplicati_report(began=NOW, server="laptop", machine_id="m-9"))
    for server, machine_id in (("laptop", None), ("laptop", "m-9"), ("nas", "m-9")):
        body = activity(began=NOW, at=NOW, server=server, machine_id=machine_id)
        assert post(closed, body, NAS_TOKEN) == 403
    assert servers(daemon) == ["laptop"]
    assert daemon.fleet.totals(NOW).running == 0


def test_the_address_behind_a_trusted_proxy_is_the_senders(daemon: Daemon) -> None:
    services = daemon.services._replace(trusted_proxies=(ip_network("127.0.0.0/8"),))
    testing.TestClient(create_app(services)).simulate_post(
        "/api/activity",
        body=activity(began=NOW, at=NOW, server=None, machine_id=None),
        headers={"X-Forwarded-For": "192.0.2.99"},
    )
    assert servers(daemon) == ["192.0.2.99"]


@pytest.fixture
def full(daemon: Daemon, tmp_path: Path) -> Iterator[Daemon]:
    """A daemon that has the one server and the one job it may have."""
    with closing(Store(tmp_path / "full.sqlite", LIMITS)) as store:
        store.follow(daemon.fleet)
        self_metrics = daemon.services.self_metrics
        daemon.live_reports = LiveReportService(
            store, daemon.fleet, self_metrics, daemon.clock, daemon.services.timekeeper
        )
        services = daemon.services._replace(
            store=store, live_reports=daemon.live_reports, limits=LIMITS
        )
        daemon.client = testing.TestClient(create_app(services))
        daemon.upload(duplicati_report(began=NOW - DAY, machine_id="of-nas"))
        yield daemon


def test_a_live_report_that_finds_no_room_is_logged_and_counted_and_keeps_no_other_out(
    full: Daemon, caplog: pytest.LogCaptureFixture
) -> None:
    for server, backup in (("nas", "Mail"), ("laptop", "Documents"), ("nas", "Documents")):
        machine_id = f"of-{server}"
        body = activity(began=NOW, at=NOW, server=server, machine_id=machine_id, backup=backup)
        assert post(full.client, body, None) == 202
    full.live_reports.run_once()
    refused = [record for record in caplog.records if record.msg == "live report rejected"]
    assert [record.levelname for record in refused] == ["WARNING", "WARNING"]
    assert not any(record.exc_info for record in refused)
    counted = full.series()
    for limit in ("servers", "jobs_per_server"):
        assert counted[f'duplistatus_limits_reached_total{{limit="{limit}"}}'] == 1
    (job,) = full.get("/api/jobs")["jobs"]
    assert (job["name"], job["running"] is None) == ("Documents", False)
