"""The forms that mute: for who is signed in, as the API does it, and for nobody else."""

import logging
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from falcon import testing
from falcon.inspect import inspect_routes

from api.app import create_app
from api.page.forms.mutes import SPANS
from api.session_cookie import NAME
from exporter.auth import Authorizer, Scope
from exporter.times import DAY, Millis, format_timestamp
from tests.api.page.conftest import Look, daily
from tests.support.changes import changed
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.pages import Document, text
from tests.support.signing_in import FORM, Person, get, submit

PAGES = ["/jobs/1", "/servers/1"]
CHANGES = [
    ("PATCH", "/api/servers/1"),
    ("PATCH", "/api/jobs/1"),
    ("DELETE", "/api/jobs/1"),
    ("POST", "/api/servers/1/merge"),
    ("POST", "/api/jobs/1/separate"),
]


@pytest.fixture
def photos(daemon: Daemon) -> Daemon:
    daily(daemon, "Photos")
    return daemon


def muted(daemon: Daemon, page: str) -> str | None:
    """Return until when what a page shows is muted itself."""
    if page == "/jobs/1":
        until: str | None = daemon.get("/api/jobs/1")["job"]["settings"]["mutedUntil"]
    else:
        until = daemon.get("/api/servers")["servers"][0]["mutedUntil"]
    return until


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("value", "span"), [(value, span) for value, (_, span) in SPANS.items()])
def test_each_button_mutes_for_its_time(
    photos: Daemon, page: str, value: str, span: Millis
) -> None:
    person = Person(photos.client)
    button = person.page(page).one("button", value=value)
    assert (button.attrib["name"], text(button)) == ("for", SPANS[value][0])
    answer = person.send(f"{page}/mute", **{"for": value})
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert muted(photos, page) == format_timestamp(NOW + span)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_says_until_when_and_the_mute_can_be_ended(photos: Daemon, page: str) -> None:
    person = Person(photos.client)
    assert person.page(page).all("button", value="end") == []
    person.send(f"{page}/mute", **{"for": "3d"})
    shown = person.page(page)
    assert text(shown.one("p", id="muted")) == "Muted until 2026-01-18 10:30:00 UTC."
    assert text(shown.one("button", value="end")) == "End the mute"
    person.send(f"{page}/mute", **{"for": "end"})
    assert person.page(page).all("p", id="muted") == []
    assert muted(photos, page) is None


def test_a_job_says_that_its_server_is_muted(photos: Daemon, look: Look) -> None:
    Person(photos.client).send("/servers/1/mute", **{"for": "1d"})
    told = text(look("/jobs/1").one("section", id="mute"))
    assert told.startswith("Its server is muted until 2026-01-16 10:30:00 UTC.")


def test_other_settings_stay(photos: Daemon) -> None:
    before = changed(photos, "PATCH", "/api/jobs/1", {"tolerance": "2h", "schedule": "off"})
    Person(photos.client).send("/jobs/1/mute", **{"for": "1d"})
    until = {"mutedUntil": format_timestamp(NOW + DAY)}
    assert photos.get("/api/jobs/1")["job"]["settings"] == before["job"]["settings"] | until


@pytest.mark.parametrize("page", PAGES)
def test_who_is_not_signed_in_finds_where_to(photos: Daemon, page: str) -> None:
    shown = Document(get(photos.client, page))
    assert shown.all("form", method="post") == []
    links = [each.attrib["href"] for each in shown.all("a") if text(each) == "Sign in"]
    assert links == [f"/sign-in?next={page}"] * 2


@pytest.mark.parametrize("wanted", ["", "2h", "99999999d", "-1d", "1h ", "null", "<b>"])
def test_for_how_long_is_one_of_the_buttons(photos: Daemon, wanted: str) -> None:
    answer = Person(photos.client).send("/jobs/1/mute", **{"for": wanted})
    assert answer.status_code == 400
    assert "For how long to mute" in text(Document(answer).one("main"))
    assert muted(photos, "/jobs/1") is None


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/jobs/99/mute", 404),
        ("/servers/99/mute", 404),
        ("/jobs/x/mute", 400),
        ("/servers/nas/mute", 400),
        ("/jobs/%0d%0ax/mute", 400),
    ],
)
def test_what_is_not_there_is_not_muted(photos: Daemon, path: str, status: int) -> None:
    assert Person(photos.client).send(path, **{"for": "1d"}).status_code == status
    answer = submit(photos.client, path, {"for": "1d"})
    assert answer.status_code == 303, "nobody learns what is there without signing in"
    assert "\n" not in answer.headers["location"]


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_the_api_takes_no_cookie(photos: Daemon, method: str, path: str) -> None:
    person = Person(photos.client)
    headers = {"Cookie": f"{NAME}={person.cookie}"}
    before = photos.store.snapshot()
    answer = photos.client.simulate_request(method, path, json={"alias": "x"}, headers=headers)
    assert answer.status_code == 401
    as_token = {"Authorization": f"Bearer {person.cookie}"}
    answer = photos.client.simulate_request(method, path, json={"alias": "x"}, headers=as_token)
    assert answer.status_code == 403
    assert photos.store.snapshot() == before


def test_it_is_logged_with_the_session(photos: Daemon, caplog: pytest.LogCaptureFixture) -> None:
    person = Person(photos.client)
    session = person.cookie.partition(".")[0]
    with caplog.at_level(logging.INFO):
        for page in PAGES:
            person.send(f"{page}/mute", **{"for": "1d"})
    told = [vars(each).get("fields") for each in caplog.records]
    assert {"job_id": 1, "muted": NOW + DAY, "session": session} in told
    assert {"server_id": 1, "muted": NOW + DAY, "session": session} in told


def _changing() -> list[tuple[str, str]]:
    with TemporaryDirectory() as folder, Daemon(Path(folder)) as daemon:
        routes = inspect_routes(daemon.app)
    return [
        (method.method, re.sub(r"\{.*?\}", "1", route.path))
        for route in routes
        for method in route.methods
        if not method.internal and method.method not in ("GET", "HEAD")
    ]


@pytest.mark.parametrize(("method", "path"), _changing())
def test_nothing_is_changed_for_somebody_unknown(photos: Daemon, method: str, path: str) -> None:
    tokens = {Scope.MANAGE: [ADMIN_TOKEN], Scope.UPLOAD: ["the-token-of-uploads"]}
    services = photos.services._replace(authorizer=Authorizer.from_entries(tokens))
    before = photos.store.snapshot()
    answer = testing.TestClient(create_app(services)).simulate_request(
        method, path, body=b"for=1d&token=wrong", headers=FORM
    )
    led = (answer.headers.get("location") or "").startswith("/sign-in?")
    assert led or answer.status_code == (403 if path == "/sign-in" else 401)
    assert photos.store.snapshot() == before
