import json
import threading

import pytest

from exporter.config.pull_targets import make_target
from exporter.pull.client import transport
from exporter.pull.client.errors import AccessError, GoneError, ServerError, StoppedError
from exporter.pull.client.session import Session
from exporter.pull.client.transport import ConnectionOptions, Transport
from tests.support.duplicati.asking import session, source_of
from tests.support.duplicati.simulator import API, PASSWORD, Canned, Simulator
from tests.support.process.ports import free_port

BACKUPS = "/backups"


def refusal(simulator: Simulator, password: str = PASSWORD) -> str:
    """Return what a question to a server that answers nothing useful ends with."""
    with session(simulator, password) as asking, pytest.raises(ServerError) as refused:
        asking.get(BACKUPS)
    assert "\n" not in str(refused.value)
    assert password not in str(refused.value)
    return str(refused.value)


def test_the_first_question_logs_in_and_the_next_ones_need_not(duplicati: Simulator) -> None:
    with session(duplicati) as asking:
        assert asking.get(BACKUPS) == duplicati.backups
        assert asking.get("/systeminfo") == duplicati.info
    assert duplicati.asked("/auth/login") == 1


def test_a_token_that_ran_out_is_replaced(duplicati: Simulator) -> None:
    with session(duplicati) as asking:
        asking.get(BACKUPS)
        duplicati.tokens.clear()
        assert asking.get(BACKUPS) == duplicati.backups
    assert duplicati.asked("/auth/login") == 2


def test_a_token_that_is_refused_at_once_is_not_asked_for_again_and_again(
    duplicati: Simulator,
) -> None:
    duplicati.always[BACKUPS] = Canned(401)
    assert refusal(duplicati) == "nas denies access to /backups right after the login"
    assert duplicati.asked("/auth/login") == 2


def test_a_long_lived_token_needs_no_login(duplicati: Simulator) -> None:
    duplicati.long_lived.add("issued-for-ever")
    with session(duplicati, "", "issued-for-ever") as asking:
        assert asking.get(BACKUPS) == duplicati.backups
    assert duplicati.asked("/auth/login") == 0


def test_a_long_lived_token_that_was_revoked_is_told_and_tried_once(duplicati: Simulator) -> None:
    with session(duplicati, "", "revoked") as asking, pytest.raises(AccessError) as refused:
        asking.get(BACKUPS)
    assert str(refused.value) == "nas does not accept the token: let Duplicati issue another one"
    assert [duplicati.asked(path) for path in ("/auth/login", BACKUPS)] == [0, 1]


def test_a_wrong_password_is_told_and_tried_once(duplicati: Simulator) -> None:
    assert refusal(duplicati, "wrong") == "nas does not accept the password"
    assert duplicati.asked("/auth/login") == 1


def test_throttled_logins_are_told_and_not_hammered(duplicati: Simulator) -> None:
    duplicati.always["/auth/login"] = Canned(429, headers=(("Retry-After", "1"),))
    expected = "nas accepts no more logins for now: try again in some minutes"
    assert refusal(duplicati) == expected
    assert duplicati.asked("/auth/login") == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_passing_fault_is_tried_again(duplicati: Simulator, status: int) -> None:
    duplicati.faults["/auth/login"] += [Canned(status)]
    duplicati.faults[BACKUPS] += [Canned(status)] * 4
    with session(duplicati) as asking:
        assert asking.get(BACKUPS) == duplicati.backups


def test_a_fault_that_stays_is_told(duplicati: Simulator) -> None:
    duplicati.always[BACKUPS] = Canned(503)
    assert refusal(duplicati) == "nas answers /backups with status 503"
    assert duplicati.asked(BACKUPS) == 5


@pytest.mark.parametrize(
    ("asked", "waited"), [("7", 7), ("3600", 30), ("0", 0), ("soon", 0), (None, 0)]
)
def test_the_pause_is_as_long_as_the_server_asks_within_bounds(
    duplicati: Simulator, asked: str | None, waited: float
) -> None:
    headers = () if asked is None else (("Retry-After", asked),)
    duplicati.faults["/auth/login"] += [Canned(503, headers=headers)]
    pauses: list[float] = []

    def pause(seconds: float) -> bool:
        pauses.append(seconds)
        return False

    options = ConnectionOptions(pause=pause)
    asking = Session(Transport(source_of(duplicati), options), "nas", PASSWORD)
    asking.get(BACKUPS)
    asking.close()
    assert pauses == [waited]


def test_a_program_that_is_to_end_tries_no_more(duplicati: Simulator) -> None:
    duplicati.always[BACKUPS] = Canned(503)
    asking = Session(
        Transport(source_of(duplicati), ConnectionOptions(pause=lambda _seconds: True)),
        "nas",
        PASSWORD,
    )
    with pytest.raises(StoppedError):
        asking.get(BACKUPS)
    asking.close()
    assert duplicati.asked(BACKUPS) == 1


def test_a_server_that_is_not_there_is_told() -> None:
    target = make_target(f"http://127.0.0.1:{free_port()}", name="nas")
    asking = Session(
        Transport(target, ConnectionOptions(pause=lambda _seconds: False)), "nas", PASSWORD
    )
    with pytest.raises(AccessError, match=r"nas does not answer .*: is http://127") as refused:
        asking.get(BACKUPS)
    assert PASSWORD not in str(refused.value)


def test_a_connection_that_breaks_within_an_answer_is_told(duplicati: Simulator) -> None:
    duplicati.always[BACKUPS] = Canned(200, b"[", broken=True)
    assert "nas does not answer" in refusal(duplicati)


def test_a_server_that_falls_silent_is_asked_once_more(
    duplicati: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_SILENT_SECONDS", 0.2)
    over = threading.Event()
    duplicati.before[BACKUPS] = lambda: over.wait(10)
    assert "nas does not answer" in refusal(duplicati)
    over.set()
    assert duplicati.asked(BACKUPS) == 2


@pytest.mark.parametrize("status", [404, 405])
def test_an_old_server_is_told(duplicati: Simulator, status: int) -> None:
    duplicati.always["/auth/login"] = Canned(status, b"<html>")
    assert refusal(duplicati).startswith("nas has no /api/v1: it is older than Duplicati 2.1")


@pytest.mark.parametrize("path", ["/auth/login", BACKUPS])
def test_a_page_for_people_is_told(duplicati: Simulator, path: str) -> None:
    duplicati.always[path] = Canned(200, b"\n<!doctype html><title>Sign in</title>")
    assert f"answers {path} with an HTML page instead of JSON" in refusal(duplicati)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "something that is not JSON"),
        (b"[1,", "something that is not JSON"),
        (b"\xff", "something that is not JSON"),
        (b"\x1f\x8b\x08", "something that is not JSON"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_json_is_told(duplicati: Simulator, body: bytes, told: str) -> None:
    duplicati.always[BACKUPS] = Canned(200, body)
    assert told in refusal(duplicati)


@pytest.mark.parametrize("body", [b"null", b"[]", b"{}", b'{"AccessToken": null}'])
def test_a_login_without_a_token_is_told(duplicati: Simulator, body: bytes) -> None:
    duplicati.always["/auth/login"] = Canned(200, body)
    assert "without an AccessToken" in refusal(duplicati)


@pytest.mark.parametrize(
    "token", ["", "hidden\nX-Other: 1", "hidden\u20ac", "hidden\x00", "hidden x"]
)
def test_a_token_that_no_header_can_hold_is_told_and_not_shown(
    duplicati: Simulator, token: str
) -> None:
    duplicati.always["/auth/login"] = Canned(200, json.dumps({"AccessToken": token}).encode())
    assert refusal(duplicati) == "nas answers /auth/login without an AccessToken that can be sent"


@pytest.mark.parametrize("path", ["/auth/login", BACKUPS])
def test_nobody_is_followed_to_another_place(duplicati: Simulator, path: str) -> None:
    with Simulator() as other:
        target = f"{other.url}{API}{path}"
        duplicati.always[path] = Canned(307, headers=(("Location", target),))
        assert refusal(duplicati) == (f"nas redirects to {target}: give the address that answers")
        assert other.requests == []


def test_a_secret_in_a_redirection_is_not_shown(duplicati: Simulator) -> None:
    target = "https://me:hidden@sso.example/login?token=hidden#hidden"
    duplicati.always[BACKUPS] = Canned(302, headers=(("Location", target),))
    told = refusal(duplicati)
    assert "https://sso.example/login:" in told
    assert "hidden" not in told


@pytest.mark.parametrize("headers", [(), (("Location", "http://[nowhere"),)])
def test_a_redirection_to_nowhere_is_told(
    duplicati: Simulator, headers: tuple[tuple[str, str], ...]
) -> None:
    duplicati.always[BACKUPS] = Canned(302, headers=headers)
    assert "redirects to another address" in refusal(duplicati)


def test_an_answer_has_a_bound(duplicati: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_BYTES", 100_000)
    duplicati.always[BACKUPS] = Canned(200, b" " * 100_001)
    assert refusal(duplicati) == "nas answers with more than 100000 bytes at once"


def test_what_is_not_there_is_gone(duplicati: Simulator) -> None:
    with session(duplicati) as asking, pytest.raises(GoneError, match="has nothing at /backup/9"):
        asking.get("/backup/9/log")


def test_a_server_behind_a_path_is_asked_there(duplicati: Simulator) -> None:
    target = make_target(f"{duplicati.url}/duplicati/", name="nas")
    asking = Session(Transport(target), "nas", PASSWORD)
    with pytest.raises(ServerError):
        asking.get(BACKUPS)
    asking.close()
    assert duplicati.requests == [f"/duplicati{API}/auth/login"]


def test_a_proxy_is_asked_with_its_password_and_not_with_the_servers(duplicati: Simulator) -> None:
    proxy = duplicati.url.replace("//", "//me:hidden@")
    target = make_target("http://nas.example:8200", name="nas")
    asking = Session(Transport(target, ConnectionOptions(proxy=proxy)), "nas", PASSWORD)
    assert asking.get(BACKUPS) == duplicati.backups
    asking.close()
    assert duplicati.requests[0] == f"http://nas.example:8200{API}/auth/login"
    assert duplicati.headers[0]["proxy-authorization"] == "Basic bWU6aGlkZGVu"
