"""What the users of a web configuration file may do."""

import base64
from collections.abc import Mapping

import bcrypt
import pytest
from falcon import testing

from api.app import create_app
from exporter.auth import OF_USERS, Authorizer, Scope
from exporter.times import MINUTE
from exporter.web_users import WebUsers
from tests.api.test_auth import ASKED, BEGAN, TOKENS, ask, basic, bearer, parts_of
from tests.exporter.test_web_users import PASSWORD, hash_of
from tests.support.daemon import Daemon
from tests.support.reports_builder import duplicati_report

READABLE = [(method, path) for method, path, scope in ASKED if scope in OF_USERS]


def typed(user: str, password: str) -> Mapping[str, str]:
    coded = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {coded}"}


@pytest.fixture
def users() -> WebUsers:
    return WebUsers({"prometheus": hash_of(PASSWORD)})


def served(daemon: Daemon, users: WebUsers, *scopes: Scope) -> testing.TestClient:
    """Return a daemon with users, and with the tokens of some scopes."""
    daemon.upload(duplicati_report(began=BEGAN))
    tokens = {scope: [TOKENS[scope]] for scope in scopes}
    return testing.TestClient(create_app(parts_of(daemon, Authorizer.from_entries(tokens, users))))


@pytest.fixture
def client(daemon: Daemon, users: WebUsers) -> testing.TestClient:
    return served(daemon, users, Scope.MANAGE)


@pytest.mark.parametrize(("method", "path"), READABLE)
def test_a_user_reads_and_scrapes(client: testing.TestClient, method: str, path: str) -> None:
    assert ask(client, method, path, typed("prometheus", PASSWORD)).status_code == 200
    for wrong in (typed("prometheus", "wrong"), typed("", PASSWORD), typed("anna", PASSWORD), {}):
        answer = ask(client, method, path, wrong)
        assert answer.status_code == 401
        assert "Basic" in answer.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, path, each in ASKED if each is Scope.MANAGE]
)
def test_a_user_changes_nothing(client: testing.TestClient, method: str, path: str) -> None:
    answer = ask(client, method, path, typed("prometheus", PASSWORD))
    assert answer.status_code == 401
    assert "Basic" not in answer.headers["www-authenticate"]


def test_reports_come_as_before(daemon: Daemon, users: WebUsers) -> None:
    assert ask(served(daemon, users), "POST", "/api/upload", {}).status_code == 200
    closed = served(daemon, users, Scope.UPLOAD)
    assert ask(closed, "POST", "/api/upload", typed("prometheus", PASSWORD)).status_code == 401
    assert ask(closed, "POST", "/api/upload", bearer(TOKENS[Scope.UPLOAD])).status_code == 200


@pytest.mark.parametrize(("method", "path"), READABLE)
def test_tokens_open_what_they_did_beside_users(
    daemon: Daemon, users: WebUsers, method: str, path: str
) -> None:
    client = served(daemon, users, Scope.READ, Scope.METRICS, Scope.MANAGE)
    assert ask(client, method, path, bearer(TOKENS[Scope.MANAGE])).status_code == 200
    assert ask(client, method, path, typed("prometheus", PASSWORD)).status_code == 200
    tokens = [TOKENS[scope] for scope in OF_USERS]
    assert 200 in {ask(client, method, path, basic(token)).status_code for token in tokens}


def test_a_scrape_costs_no_check_after_the_first(
    client: testing.TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in (False, True):
        user = typed("prometheus", "wrong" if wrong else PASSWORD)
        first = ask(client, "GET", "/metrics", user).status_code
        monkeypatch.setattr(bcrypt, "checkpw", lambda *_: pytest.fail("it is checked again"))
        assert {ask(client, "GET", "/metrics", user).status_code for _ in range(20)} == {first}
        monkeypatch.undo()


def test_guesses_are_few_and_lock_out_nobody_who_is_known(
    daemon: Daemon, client: testing.TestClient
) -> None:
    known = typed("prometheus", PASSWORD)
    assert ask(client, "GET", "/metrics", known).status_code == 200
    guesses = [ask(client, "GET", "/metrics", typed("prometheus", str(n))) for n in range(20)]
    assert [each.status_code for each in guesses] == [401] * 5 + [429] * 15
    assert guesses[-1].headers["retry-after"] == "60"
    assert ask(client, "GET", "/metrics", known).status_code == 200
    daemon.clock.now += MINUTE
    assert ask(client, "GET", "/metrics", typed("prometheus", "new")).status_code == 401
