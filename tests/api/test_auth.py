import base64
from collections.abc import Mapping

import pytest
from falcon import testing

from api.app import create_app
from api.services import Services
from exporter.auth import Authorizer, Scope
from exporter.limits import Limits
from exporter.times import HOUR
from tests.support.changes import change
from tests.support.daemon import ADMIN_TOKEN, MAX_UPLOAD_BYTES, NOW, Daemon
from tests.support.reports_builder import duplicati_report

BEGAN = NOW - HOUR
TOKENS = {
    Scope.UPLOAD: "the-token-of-uploads",
    Scope.READ: "the-token-of-readers",
    Scope.METRICS: "the-token-of-scrapes",
    Scope.MANAGE: ADMIN_TOKEN,
}
NAS_TOKEN = "the-token-of-the-nas"
ASKED = [
    ("POST", "/api/upload", Scope.UPLOAD),
    ("GET", "/api/summary", Scope.READ),
    ("HEAD", "/api/summary", Scope.READ),
    ("GET", "/api/rejected", Scope.READ),
    ("GET", "/api/backups/1", Scope.READ),
    ("GET", "/api/lastbackup/1", Scope.READ),
    ("GET", "/api/jobs/1", Scope.READ),
    ("GET", "/metrics", Scope.METRICS),
    ("GET", "/api/health", Scope.METRICS),
    ("PATCH", "/api/servers/1", Scope.MANAGE),
    ("DELETE", "/api/jobs/1", Scope.MANAGE),
]


@pytest.fixture
def closed(daemon: Daemon) -> testing.TestClient:
    """A daemon that has a run and needs a token for everything."""
    daemon.upload(duplicati_report(began=BEGAN))
    tokens = {scope: [token] for scope, token in TOKENS.items()}
    tokens[Scope.UPLOAD].append(f"{NAS_TOKEN} nas")
    return testing.TestClient(create_app(parts_of(daemon, Authorizer.from_entries(tokens))))


def parts_of(daemon: Daemon, authorizer: Authorizer) -> Services:
    return daemon.services._replace(
        authorizer=authorizer, limits=Limits(max_upload_bytes=MAX_UPLOAD_BYTES)
    )


def bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


def basic(token: str) -> Mapping[str, str]:
    coded = base64.b64encode(f"anybody:{token}".encode()).decode()
    return {"Authorization": f"Basic {coded}"}


def ask(
    client: testing.TestClient, method: str, path: str, headers: Mapping[str, str], query: str = ""
) -> testing.Result:
    body = duplicati_report(began=BEGAN) if method == "POST" else b'{"alias": "x"}'
    return client.simulate_request(
        method, path, body=body, headers=dict(headers), query_string=query
    )


@pytest.mark.parametrize(("method", "path", "scope"), ASKED)
def test_each_route_takes_the_tokens_of_its_scope_and_the_admins(
    closed: testing.TestClient, method: str, path: str, scope: Scope
) -> None:
    for owner, token in TOKENS.items():
        answer = ask(closed, method, path, bearer(token))
        expected = 200 if owner in (scope, Scope.MANAGE) else 403
        assert answer.status_code == expected, (owner, answer.text)
        if answer.status_code == 200 and method in ("PATCH", "DELETE"):
            break


@pytest.mark.parametrize(("method", "path", "scope"), ASKED)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic %%%"},
        {"Authorization": "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode()},
        {"Authorization": f"Digest {ADMIN_TOKEN}"},
    ],
)
def test_without_a_token_the_answer_is_401_and_says_how_to_send_one(
    closed: testing.TestClient, method: str, path: str, scope: Scope, headers: Mapping[str, str]
) -> None:
    answer = ask(closed, method, path, headers)
    assert answer.status_code == 401
    challenge = answer.headers["www-authenticate"]
    assert 'Bearer realm="duplistatus"' in challenge
    assert ("Basic" in challenge) is (scope is not Scope.MANAGE)


@pytest.mark.parametrize(("method", "path", "scope"), ASKED)
def test_an_unknown_token_is_401_where_a_password_can_be_asked_for_again(
    closed: testing.TestClient, method: str, path: str, scope: Scope
) -> None:
    answer = ask(closed, method, path, bearer("nobody-knows-this-token"))
    assert answer.status_code == (403 if scope is Scope.MANAGE else 401)


@pytest.mark.parametrize("scope", [Scope.UPLOAD, Scope.READ, Scope.METRICS])
def test_a_token_may_be_the_password_of_basic(closed: testing.TestClient, scope: Scope) -> None:
    (method, path) = next((method, path) for method, path, each in ASKED if each is scope)
    assert ask(closed, method, path, basic(TOKENS[scope])).status_code == 200


@pytest.mark.parametrize("path", ["/api/upload", "/api/activity", "/upload", "/"])
def test_the_admins_password_hands_in_no_report(closed: testing.TestClient, path: str) -> None:
    answer = ask(closed, "POST", path, basic(ADMIN_TOKEN))
    assert answer.status_code == 401
    assert "an upload token" in answer.json["message"]


def test_a_password_changes_nothing(closed: testing.TestClient) -> None:
    answer = ask(closed, "DELETE", "/api/servers/1", basic(ADMIN_TOKEN))
    assert answer.status_code == 401


def test_a_token_in_the_url_opens_uploads_and_nothing_else(closed: testing.TestClient) -> None:
    for scope, status in ((Scope.UPLOAD, 200), (Scope.READ, 403)):
        query = f"token={TOKENS[scope]}"
        assert ask(closed, "POST", "/api/upload", {}, query).status_code == status
    for path in ("/api/summary", "/metrics"):
        assert ask(closed, "GET", path, {}, f"token={ADMIN_TOKEN}").status_code == 401


def test_probes_the_contract_and_refusals_of_methods_need_no_token(
    closed: testing.TestClient,
) -> None:
    for path in ("/-/healthy", "/-/ready", "/api/openapi.yaml"):
        assert closed.simulate_get(path).status_code == 200
    assert closed.simulate_put("/api/summary").status_code == 405
    assert closed.simulate_options("/api/summary").status_code == 200
    assert closed.simulate_get("/nowhere").status_code == 404


def test_what_was_denied_is_counted_by_scope_and_recorded_nowhere(
    closed: testing.TestClient, daemon: Daemon
) -> None:
    for _ in range(2):
        closed.simulate_post("/api/upload", body=b"no report")
    closed.simulate_get("/api/summary")
    series = daemon.series()
    assert series['duplistatus_denied_requests_total{scope="upload"}'] == 2
    assert series['duplistatus_denied_requests_total{scope="read"}'] == 1
    assert series['duplistatus_denied_requests_total{scope="metrics"}'] == 0
    assert daemon.get("/api/rejected")["rejected"] == []


def test_a_denial_is_logged_with_its_sender_and_nothing_of_what_was_asked(
    closed: testing.TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING")
    closed.simulate_get("/api/summary", query_string="x=asked", remote_addr="192.0.2.7")
    (record,) = [each for each in caplog.records if each.getMessage() == "request denied"]
    assert record.__dict__["fields"] == {"scope": "read", "sender": "192.0.2.7"}


def upload_as_nas(
    client: testing.TestClient, *, server: str | None, machine_id: str | None, query: str = ""
) -> testing.Result:
    body = duplicati_report(began=BEGAN + 1, server=server, machine_id=machine_id)
    return client.simulate_post(
        "/api/upload", body=body, query_string=query, headers=dict(bearer(NAS_TOKEN))
    )


def test_a_token_for_one_server_names_a_server_that_tells_no_name(
    closed: testing.TestClient, daemon: Daemon
) -> None:
    answer = upload_as_nas(closed, server=None, machine_id=None)
    assert answer.status_code == 200, answer.text
    assert daemon.get("/api/summary")["totalServers"] == 1


def test_a_token_for_one_server_takes_its_reports(closed: testing.TestClient) -> None:
    known = duplicati_report(began=BEGAN + 2)
    headers = dict(bearer(NAS_TOKEN))
    answer = closed.simulate_post("/api/upload", body=known, headers=headers)
    assert (answer.status_code, answer.json["data"]["serverId"]) == (200, 1)


def test_a_token_for_one_server_takes_no_other_servers_reports(
    closed: testing.TestClient, daemon: Daemon
) -> None:
    other = duplicati_report(began=BEGAN, server="laptop", machine_id="m-9")
    daemon.upload(other)
    before = daemon.store.snapshot()
    for server, machine_id, query in (
        ("laptop", None, ""),
        ("laptop", "m-9", ""),
        ("nas", "m-9", ""),
        (None, "m-9", ""),
        ("laptop", "m-9", "server=nas"),
        ("nas", None, "server=laptop"),
    ):
        answer = upload_as_nas(closed, server=server, machine_id=machine_id, query=query)
        assert answer.status_code == 403, (server, machine_id, query)
        assert answer.json["message"].startswith("This token is for reports of nas only: give")
    assert daemon.store.snapshot() == before
    assert len(daemon.get("/api/rejected")["rejected"]) == 6


def test_a_token_for_one_server_makes_no_other_whatever_machine_it_invents(
    closed: testing.TestClient, daemon: Daemon
) -> None:
    for number in range(5):
        answer = upload_as_nas(closed, server="nas", machine_id=f"invented {number}")
        assert (answer.status_code, answer.json["data"]["serverId"]) == (200, 1)
    assert upload_as_nas(closed, server="nas", machine_id="m-1").status_code == 200
    assert daemon.get("/api/summary")["totalServers"] == 1


def test_a_token_is_cut_out_of_what_is_kept_of_a_rejected_upload(
    closed: testing.TestClient, daemon: Daemon
) -> None:
    token = TOKENS[Scope.UPLOAD]
    answer = closed.simulate_post(
        "/api/upload",
        body=f"token={token}&message=none".encode(),
        query_string=f"token={token}",
        headers={"Content-Type": f"text/plain; token={token}"},
    )
    assert answer.status_code == 400
    (kept,) = daemon.get("/api/rejected")["rejected"]
    assert kept["body"] == "token=(token)&message=none"
    assert kept["contentType"] == "text/plain; token=(token)"


CHANGES = [
    ("PATCH", "/api/servers/1"),
    ("DELETE", "/api/servers/1"),
    ("POST", "/api/servers/1/merge"),
    ("PATCH", "/api/jobs/1"),
    ("DELETE", "/api/jobs/1"),
]


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_without_the_admin_token_nothing_is_changed(
    two_servers: Daemon, method: str, path: str
) -> None:
    before = two_servers.store.snapshot()
    for given in ({}, {"Authorization": ""}, {"Authorization": f"Basic {ADMIN_TOKEN}"}):
        result = two_servers.client.simulate_request(
            method, path, json={"alias": "x"}, headers=given
        )
        assert (result.status_code, result.json["error"]) == (401, "AuthenticationError")
        assert result.headers["www-authenticate"].startswith("Bearer")
    for token in ("wrong", ADMIN_TOKEN[:-1], f"{ADMIN_TOKEN}x", "é" * 16):
        result = change(two_servers, method, path, {"alias": "x"}, token=token)
        assert (result.status_code, result.json["error"]) == (403, "ForbiddenError")
    assert two_servers.store.snapshot() == before
