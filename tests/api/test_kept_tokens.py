"""What a token opens is kept from one request to the next; what opens nothing is not."""

import pytest
from falcon import testing

from api.app import create_app
from exporter.auth import Authorizer, Scope, TokenGrant
from tests.api.test_auth import BEGAN, NAS_TOKEN, TOKENS, bearer, closed, parts_of
from tests.support.daemon import Daemon
from tests.support.reports_builder import duplicati_report

__all__ = ["closed"]


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which secrets were compared with the tokens."""
    found: list[str] = []
    find = Authorizer.find

    def noting(self: Authorizer, secret: str) -> tuple[TokenGrant, ...]:
        found.append(secret)
        return find(self, secret)

    monkeypatch.setattr(Authorizer, "find", noting)
    return found


def test_a_valid_token_is_looked_up_once(closed: testing.TestClient, looked_up: list[str]) -> None:
    token = TOKENS[Scope.READ]
    for _ in range(3):
        assert closed.simulate_get("/api/summary", headers=bearer(token)).status_code == 200
    assert looked_up == [token]


def test_a_wrong_one_is_looked_up_each_time(
    closed: testing.TestClient, looked_up: list[str]
) -> None:
    for _ in range(3):
        assert closed.simulate_get("/api/summary", headers=bearer("wrong")).status_code == 401
    assert looked_up == ["wrong"] * 3


def test_what_a_token_opened_opens_nothing_else(closed: testing.TestClient) -> None:
    headers = bearer(TOKENS[Scope.READ])
    assert closed.simulate_get("/api/summary", headers=headers).status_code == 200
    assert closed.simulate_get("/metrics", headers=headers).status_code == 403
    assert closed.simulate_delete("/api/jobs/1", headers=headers).status_code == 403


def test_a_token_of_the_configuration_before_is_no_longer_known(
    daemon: Daemon, closed: testing.TestClient
) -> None:
    headers = bearer(TOKENS[Scope.READ])
    assert closed.simulate_get("/api/summary", headers=headers).status_code == 200
    other = Authorizer.from_entries({Scope.READ: ["another-token-of-readers"]})
    reloaded = testing.TestClient(create_app(parts_of(daemon, other)))
    assert reloaded.simulate_get("/api/summary", headers=headers).status_code == 401


def test_the_token_in_a_url_is_not_taken_for_another(closed: testing.TestClient) -> None:
    report = duplicati_report(began=BEGAN)
    for token, status in ((TOKENS[Scope.UPLOAD], 200), ("wrong", 401), (NAS_TOKEN, 200)):
        answer = closed.simulate_post("/api/upload", body=report, params={"token": token})
        assert answer.status_code == status, answer.text
