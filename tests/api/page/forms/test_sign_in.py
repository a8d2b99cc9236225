"""Who has the admin token signs in, and out; nobody else does."""

import logging
from ipaddress import ip_network

import pytest
from falcon import testing

from api.app import create_app
from api.session_cookie import NAME
from api.throttle import IN_ALL, PER_ADDRESS, WINDOW
from exporter.auth import Authorizer, Scope
from tests.api.page.conftest import daily
from tests.support.daemon import ADMIN_TOKEN, SENDER, Daemon
from tests.support.pages import Document, text
from tests.support.signing_in import BROWSER, FORM, Person, cookie_of, get, sign_in, submit

READ_TOKEN = "the-token-of-readers"
PROXY = "10.0.0.1"


def app_of(daemon: Daemon, **tokens: list[str]) -> testing.TestClient:
    """Return the daemon with other tokens, by the names of their scopes."""
    entries = {Scope[name.upper()]: entries for name, entries in tokens.items()}
    services = daemon.services._replace(
        authorizer=Authorizer.from_entries(entries), trusted_proxies=(ip_network(PROXY),)
    )
    return testing.TestClient(create_app(services))


def test_the_form_has_one_field_that_no_browser_takes_for_basic(daemon: Daemon) -> None:
    answer = get(daemon.client, "/sign-in?next=/jobs/7")
    assert answer.status_code == 200
    assert "www-authenticate" not in answer.headers
    page = Document(answer)
    form = page.one("form")
    assert (form.attrib["method"], form.attrib["action"]) == ("post", "/sign-in?next=/jobs/7")
    assert [each.attrib["type"] for each in page.all("input")] == ["password"]
    assert page.one("input").attrib["autocomplete"] == "current-password"


def test_the_admin_token_signs_in_and_leads_back(daemon: Daemon) -> None:
    answer = sign_in(daemon.client, f" {ADMIN_TOKEN}\n", "/sign-in?next=/jobs/7")
    assert (answer.status_code, answer.headers["location"]) == (303, "/jobs/7")
    assert answer.headers["cache-control"] == "no-store"
    parts = {part.strip() for part in answer.headers["set-cookie"].split(";")}
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"} < parts
    assert "Secure" not in parts
    page = Document(get(daemon.client, "/", cookie_of(answer)))
    assert page.one("form", action="/sign-out").attrib["method"] == "post"


@pytest.mark.parametrize("path", ["/", "/servers", "/audit", "/connect"])
def test_a_browser_keeps_no_page_of_a_session_for_who_sits_there_next(
    daemon: Daemon, path: str
) -> None:
    cookie = cookie_of(sign_in(daemon.client))
    assert get(daemon.client, path, cookie).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("following", ["//evil.example", "https://evil.example", "/\\evil", ""])
def test_nobody_is_led_elsewhere(daemon: Daemon, following: str) -> None:
    path = f"/sign-in?next={following}"
    assert sign_in(daemon.client, ADMIN_TOKEN, path).headers["location"] == "/"
    assert Document(get(daemon.client, path)).one("form").attrib["action"] == "/sign-in?next=/"


@pytest.mark.parametrize(
    ("sender", "proto", "secure"),
    [(PROXY, "https", True), (PROXY, "http", False), (SENDER, "https", False)],
)
def test_the_cookie_stays_in_tls_where_it_came_by_tls(
    daemon: Daemon, sender: str, proto: str, *, secure: bool
) -> None:
    client = app_of(daemon, manage=[ADMIN_TOKEN])
    headers = {**FORM, "X-Forwarded-Proto": proto}
    answer = submit(client, "/sign-in", {"token": ADMIN_TOKEN}, headers=headers, sender=sender)
    assert ("Secure" in answer.headers["set-cookie"]) == secure


@pytest.mark.parametrize(
    "token", ["", "wrong", ADMIN_TOKEN[:-1], f"{ADMIN_TOKEN}x", "é" * 16, READ_TOKEN]
)
def test_another_token_does_not(daemon: Daemon, token: str) -> None:
    client = app_of(daemon, manage=[ADMIN_TOKEN], read=[READ_TOKEN])
    answer = sign_in(client, token, "/sign-in?next=/jobs/7")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    page = Document(answer)
    assert text(page.one("p", id="wrong")) == "This is not the admin token."
    assert page.one("form").attrib["action"] == "/sign-in?next=/jobs/7"
    assert page.one("input").attrib.get("value") is None


def test_wrong_tokens_are_throttled(daemon: Daemon) -> None:
    for _ in range(PER_ADDRESS):
        assert sign_in(daemon.client, "wrong").status_code == 403
    answer = sign_in(daemon.client)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert text(Document(answer).one("p", id="wrong")) == "Too many wrong tokens: wait a minute."
    assert sign_in(daemon.client, sender="192.0.2.8").status_code == 303
    daemon.clock.now += WINDOW
    assert sign_in(daemon.client).status_code == 303


def test_wrong_tokens_of_many_addresses_are_throttled_too(daemon: Daemon) -> None:
    for number in range(IN_ALL):
        assert sign_in(daemon.client, "wrong", sender=f"10.0.0.{number}").status_code == 403
    assert sign_in(daemon.client).status_code == 429


def test_wrong_tokens_are_counted_and_logged_but_not_shown(
    daemon: Daemon, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        sign_in(daemon.client, "a-wrong-but-secret-token")
        cookie = cookie_of(sign_in(daemon.client))
    assert daemon.series()['duplistatus_denied_requests_total{scope="manage"}'] == 1
    told = [(each.getMessage(), vars(each).get("fields")) for each in caplog.records]
    assert ("sign-in refused", {"sender": SENDER}) in told
    assert ("signed in", {"session": cookie.partition(".")[0], "sender": SENDER}) in told
    for secret in ("a-wrong-but-secret-token", ADMIN_TOKEN, cookie):
        assert secret not in str(told)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"token=" + b"x" * 5000, FORM, 413),
        (b"\xff" * 10, FORM, 400),
        (b"&".join(b"a=b" for _ in range(99)), FORM, 400),
        (b'{"token": "x"}', {"Content-Type": "application/json"}, 415),
        (b"", {}, 415),
    ],
)
def test_what_is_no_form_is_refused(
    daemon: Daemon, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = submit(daemon.client, "/sign-in", body, headers=headers)
    assert answer.status_code == status
    assert Document(answer).one("form", method="post")
    told = daemon.client.simulate_post("/sign-in", body=body, headers=headers)
    assert (told.status_code, told.json["status"]) == (status, "error")


def test_a_program_is_told_in_json(daemon: Daemon) -> None:
    answer = daemon.client.simulate_post("/sign-in", body=b"token=wrong", headers=FORM)
    assert (answer.status_code, answer.json["error"]) == (403, "ForbiddenError")


def test_another_sites_page_signs_nobody_in(daemon: Daemon) -> None:
    headers = {**FORM, "Origin": "https://evil.example"}
    answer = submit(daemon.client, "/sign-in", {"token": ADMIN_TOKEN}, headers=headers)
    assert (answer.status_code, answer.json["error"]) == (403, "ForbiddenError")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/sign-in", "/jobs/1", "/servers/1", "/jobs/99"])
def test_a_browser_tells_the_origin_of_forms(daemon: Daemon, path: str) -> None:
    daily(daemon, "Photos")
    assert get(daemon.client, path).headers["referrer-policy"] == "same-origin"


def test_where_nobody_has_an_admin_token_it_says_how_to_have_one(daemon: Daemon) -> None:
    client = app_of(daemon)
    page = Document(get(client, "/sign-in"))
    assert page.all("form") == []
    assert "DUPLISTATUS_ADMIN_TOKEN_FILE" in text(page.one("main"))
    assert sign_in(client).status_code == 403


def test_who_is_signed_in_is_not_asked_again(daemon: Daemon) -> None:
    page = Person(daemon.client).page("/sign-in?next=/jobs/7")
    assert page.all("input", name="token") == []
    assert [each.attrib["href"] for each in page.all("a") if text(each) == "Go on"] == ["/jobs/7"]


def test_signing_out_ends_the_session(daemon: Daemon) -> None:
    person = Person(daemon.client)
    answer = person.send("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert answer.cookies[NAME].value == ""
    assert "expires=" in answer.headers["set-cookie"]
    page = Document(get(daemon.client, "/", person.cookie))
    assert page.all("input", name="form_token") == []


def test_another_sites_page_signs_nobody_out(daemon: Daemon) -> None:
    person = Person(daemon.client)
    answer = submit(daemon.client, "/sign-out", {"form_token": "x"}, person.cookie)
    assert answer.status_code == 403
    assert person.form_token


def test_where_reading_needs_a_token_who_is_signed_in_reads_pages_alone(daemon: Daemon) -> None:
    daily(daemon, "Photos")
    client = app_of(daemon, manage=[ADMIN_TOKEN], read=[READ_TOKEN])
    refused = get(client, "/jobs/1")
    assert refused.status_code == 401
    assert "/sign-in?next=/jobs/1" in [each.attrib["href"] for each in Document(refused).all("a")]
    person = Person(client)
    for path in ("/", "/jobs/1", "/servers/nas", "/refused", "/notifications", "/digest"):
        assert person.page(path).all("h1")
    for path in ("/api/jobs", "/api/summary", "/api/badge.svg", "/api/backups/1"):
        assert get(client, path, person.cookie).status_code == 401


def test_a_cookie_sends_no_report_and_scrapes_nothing(daemon: Daemon) -> None:
    tokens = {"upload": ["the-token-of-uploads"], "metrics": ["the-token-of-scrapes"]}
    client = app_of(daemon, manage=[ADMIN_TOKEN], **tokens)
    cookie = Person(client).cookie
    for path in ("/", "/upload", "/api/upload", "/api/activity"):
        assert submit(client, path, b"message=x", cookie).status_code == 401
    for path in ("/metrics", "/api/health"):
        assert get(client, path, cookie).status_code == 401


def test_without_the_page_there_is_nothing_to_sign_in_to(daemon: Daemon) -> None:
    client = testing.TestClient(create_app(daemon.services._replace(page=False)))
    assert client.simulate_get("/sign-in", headers=BROWSER).status_code == 404
    assert sign_in(client).status_code == 404
