"""Requests that change a job, and the servers as they are listed."""

from collections.abc import Mapping
from typing import Any

from falcon import testing

from exporter.times import HOUR
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon

BEGAN = NOW - HOUR
CHANGES = [("PATCH", "/api/jobs/1"), ("DELETE", "/api/jobs/1")]
Json = Mapping[str, Any]


def change(
    client: testing.TestClient,
    method: str,
    path: str,
    body: object = None,
    token: str | None = ADMIN_TOKEN,
) -> testing.Result:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return client.simulate_request(method, path, json=body, headers=headers)


def set_job(client: testing.TestClient, body: Json, job_id: int = 1) -> Json:
    result = change(client, "PATCH", f"/api/jobs/{job_id}", body)
    assert result.status_code == 200, result.text
    job: Json = result.json["data"]["job"]
    return job


def listed(daemon: Daemon) -> dict[int, Json]:
    return {server["id"]: server for server in daemon.get("/api/servers")["servers"]}
