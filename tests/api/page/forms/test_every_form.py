"""Every form of the page: for who is signed in, from our own page, and for nobody else."""

import re
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from falcon import testing
from falcon.inspect import inspect_routes

from api import form_body
from api.app import create_app
from api.session_cookie import NAME
from api.sessions import LIFETIME, seal
from exporter.auth import Authorizer, Scope, session_key
from exporter.times import DAY
from tests.api.page.forms.household import ASKING, CHANGING, SIGN_OUT, TYPED, Sent, stored
from tests.api.page.test_hostile import HOSTILE, assert_harmless
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.pages import Document, text
from tests.support.signing_in import FORM, Person, get, submit

_OTHERS = ("/", "/upload", "/sign-in", "/-/reload")
"""They take reports, the token, or the request of a program."""

EACH = pytest.mark.parametrize("sent", CHANGING, ids=lambda sent: sent.path)
EACH_ASKING = pytest.mark.parametrize("sent", ASKING, ids=lambda sent: sent.path)
EACH_TYPED = pytest.mark.parametrize("sent", TYPED, ids=lambda sent: sent.path)


def filled_in(sent: Sent, person: Person) -> dict[str, str]:
    return {"form_token": person.form_token, **sent.fields}


def is_signed_out(answer: testing.Result, sent: Sent) -> bool:
    """Return whether an answer says that one has to sign in, without losing what was typed."""
    if sent.typed:
        return answer.status_code == 403 and "no longer signed in" in answer.text
    return answer.headers.get("location") == f"/sign-in?next={sent.page}"


def test_all_forms_are_in_the_table() -> None:
    with TemporaryDirectory() as folder, Daemon(Path(folder)) as daemon:
        routes = inspect_routes(daemon.app)
    methods = {
        re.sub(r"\{.*?\}", "N", route.path): {
            each.method for each in route.methods if not each.internal
        }
        for route in routes
    }
    forms = {path for path, known in methods.items() if "POST" in known and path not in _OTHERS}
    table = {re.sub(r"/\d+", "/N", sent.path): sent for sent in (*CHANGING, SIGN_OUT)}
    assert {path for path in forms if not path.startswith("/api/")} == table.keys()
    for path, sent in table.items():
        assert ("GET" in methods[path]) == sent.asks, path


@EACH
def test_it_changes_something_and_the_page_says_what(
    household: Daemon, person: Person, sent: Sent
) -> None:
    before = stored(household)
    answer = person.send(sent.path, **sent.fields)
    assert answer.status_code == 303, answer.text
    assert stored(household) != before
    shown = person.follow(answer)
    assert text(shown.one("p", id="notice"))
    assert person.page(answer.headers["location"]).all("p", id="notice") == []


@EACH
def test_it_is_on_its_page(visitor: Person, sent: Sent) -> None:
    url = sent.url if sent.path != "/jobs/2/clear" else "/jobs/2"
    (form,) = visitor.page(url).all("form", action=sent.path)[:1]
    named = {each.attrib.get("name") for each in form.iter() if each.attrib.get("name")}
    assert {"form_token", *sent.fields} <= named


@EACH
def test_who_is_not_signed_in_finds_no_form(unchanged: Daemon, sent: Sent) -> None:
    page = Document(get(unchanged.client, sent.page))
    assert page.all("form", method="post") == []
    answer = get(unchanged.client, sent.url)
    if sent.asks:
        assert answer.headers["location"].startswith("/sign-in?next=")


@EACH
def test_sent_twice_it_does_no_harm(household: Daemon, person: Person, sent: Sent) -> None:
    fields = filled_in(sent, person)
    first, second = (submit(household.client, sent.path, fields, person.cookie) for _ in range(2))
    assert first.status_code == 303
    after = stored(household)
    assert second.status_code in (303, 404)
    if second.status_code == 404:
        assert "nothing was changed" in text(Document(second).one("main"))
    submit(household.client, sent.path, fields, person.cookie)
    assert stored(household) == after


@EACH
def test_without_a_session_it_changes_nothing(
    unchanged: Daemon, visitor: Person, sent: Sent
) -> None:
    before = stored(unchanged)
    answer = submit(unchanged.client, sent.path, filled_in(sent, visitor))
    assert is_signed_out(answer, sent)
    assert stored(unchanged) == before


def tampered(cookie: str) -> str:
    return cookie[:-5] + ("A" if cookie[-5] != "A" else "B") + cookie[-4:]


def of_another_token(_cookie: str) -> str:
    return seal("A" * 16, NOW + LIFETIME, session_key("another-token-of-an-admin"))


def too_long(cookie: str) -> str:
    claim = cookie.split(".")
    return f"{claim[0]}.{int(claim[1]) + DAY}.{claim[2]}"


@EACH
def test_a_forged_cookie_changes_nothing(unchanged: Daemon, visitor: Person, sent: Sent) -> None:
    before, fields = stored(unchanged), filled_in(sent, visitor)
    for forge in (tampered, of_another_token, too_long, lambda _: "x" * 9999):
        answer = submit(unchanged.client, sent.path, fields, forge(visitor.cookie))
        assert is_signed_out(answer, sent)
    assert stored(unchanged) == before


@EACH
def test_a_session_that_is_over_or_was_ended_changes_nothing(
    unchanged: Daemon, visitor: Person, sent: Sent
) -> None:
    fields, before = filled_in(sent, visitor), stored(unchanged)
    unchanged.clock.now += LIFETIME
    assert is_signed_out(submit(unchanged.client, sent.path, fields, visitor.cookie), sent)
    unchanged.clock.now = NOW
    visitor.send("/sign-out")
    assert is_signed_out(submit(unchanged.client, sent.path, fields, visitor.cookie), sent)
    assert stored(unchanged) == before


@EACH
def test_a_changed_admin_token_ends_the_session(
    unchanged: Daemon, visitor: Person, sent: Sent
) -> None:
    fields, before = filled_in(sent, visitor), stored(unchanged)
    other = Authorizer.from_entries({Scope.MANAGE: ["another-token-of-an-admin"]})
    client = testing.TestClient(create_app(unchanged.services._replace(authorizer=other)))
    assert is_signed_out(submit(client, sent.path, fields, visitor.cookie), sent)
    assert stored(unchanged) == before


@EACH
def test_without_the_token_of_its_session_it_changes_nothing(
    unchanged: Daemon, visitor: Person, sent: Sent
) -> None:
    before, of_another_session = stored(unchanged), Person(unchanged.client).form_token
    assert submit(unchanged.client, sent.path, sent.fields, visitor.cookie).status_code == 403
    for token in ("", "x", ADMIN_TOKEN, of_another_session):
        fields = {**sent.fields, "form_token": token}
        assert submit(unchanged.client, sent.path, fields, visitor.cookie).status_code == 403
    assert stored(unchanged) == before


@EACH
def test_a_page_of_another_site_changes_nothing(
    unchanged: Daemon, visitor: Person, sent: Sent
) -> None:
    before, fields = stored(unchanged), filled_in(sent, visitor)
    for header in (
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        headers = {**FORM, **header}
        answer = submit(unchanged.client, sent.path, fields, visitor.cookie, headers=headers)
        assert answer.status_code == 403
    assert stored(unchanged) == before


@EACH
def test_an_address_that_is_only_opened_changes_nothing(
    unchanged: Daemon, visitor: Person, sent: Sent
) -> None:
    before = stored(unchanged)
    cookie = {"Cookie": f"{NAME}={visitor.cookie}"}
    params = filled_in(sent, visitor)
    for method in ("GET", "HEAD"):
        answer = unchanged.client.simulate_request(method, sent.path, params=params, headers=cookie)
        assert answer.status_code == (200 if sent.asks else 405)
    assert stored(unchanged) == before


@EACH
def test_the_admin_token_itself_sends_no_form(unchanged: Daemon, sent: Sent) -> None:
    before = stored(unchanged)
    headers = {**FORM, "Authorization": f"Bearer {ADMIN_TOKEN}"}
    answer = submit(unchanged.client, sent.path, sent.fields, headers=headers)
    assert is_signed_out(answer, sent)
    assert stored(unchanged) == before


@EACH
def test_any_field_may_hold_anything(person: Person, sent: Sent) -> None:
    for name, hostile in product(sent.fields, HOSTILE):
        answer = person.send(sent.path, **{**sent.fields, name: hostile})
        assert answer.status_code in (303, 400, 404), (name, answer.text)
        page = person.follow(answer) if answer.status_code == 303 else Document(answer)
        assert_harmless(page)
        assert not set(answer.headers.get("location", "")) & set("<>\"'\n\r\0")


@EACH
def test_a_field_of_any_length_is_refused_or_taken(person: Person, sent: Sent) -> None:
    for name in sent.fields:
        for length in (300, 5000, 60_000):
            answer = person.send(sent.path, **{**sent.fields, name: "x" * length})
            assert answer.status_code in (303, 400, 404, 413), (name, length, answer.text)
    answer = person.send(sent.path, more="x" * form_body.MAX_TEXT_BYTES)
    assert answer.status_code == 413


@EACH
def test_what_was_deleted_meanwhile_is_told_kindly(visitor: Person, sent: Sent) -> None:
    path = re.sub(r"\d+", "99", sent.path)
    if path == sent.path:
        return
    answer = visitor.send(path, **sent.fields)
    assert answer.status_code == 404
    page = Document(answer)
    if not sent.typed:
        assert text(page.one("h1")) == "It is no longer there"
    told = text(page.one("main"))
    assert "it was deleted or merged meanwhile, and nothing was changed" in told


@EACH_ASKING
def test_before_something_is_destroyed_a_page_asks(visitor: Person, sent: Sent) -> None:
    page = visitor.page(sent.url)
    assert text(page.one("h1")).endswith("?")
    assert page.one("form", action=sent.path).attrib["method"] == "post"
    assert text(page.one("div", class_="lost"))
    (cancel,) = [each for each in page.all("a") if text(each) == "Cancel"]
    assert cancel.attrib["href"] == sent.page


@EACH_TYPED
def test_what_was_typed_is_not_lost_when_the_session_is_over(
    unchanged: Daemon, visitor: Person, sent: Sent
) -> None:
    fields = filled_in(sent, visitor)
    unchanged.clock.now += LIFETIME
    page = Document(submit(unchanged.client, sent.path, fields, visitor.cookie))
    told = "".join(page.one("main").itertext())
    for name in sent.typed:
        assert sent.fields[name].replace("\r\n", "\n") in told
    links = [each.attrib["href"] for each in page.all("a")]
    assert f"/sign-in?next={sent.page}" in links


@EACH_TYPED
def test_what_was_typed_is_kept_by_who_signed_in_again(
    unchanged: Daemon, visitor: Person, sent: Sent
) -> None:
    again = Person(unchanged.client)
    answer = submit(unchanged.client, sent.path, filled_in(sent, visitor), again.cookie)
    assert answer.status_code == 403
    form = Document(answer).one("form", action=sent.path)
    values = {each.attrib.get("name"): each.attrib.get("value", "") for each in form.iter("input")}
    assert values["form_token"] == again.form_token
    for name in sent.typed:
        if name != "note":
            assert values[name] == sent.fields[name]


@pytest.mark.parametrize(
    "url", ["/jobs/1", "/jobs/2", "/servers/1", "/refused", "/audit", *(s.url for s in ASKING)]
)
def test_all_addresses_begin_where_the_daemon_is_reached(visitor: Person, url: str) -> None:
    path, _, query = url.partition("?")
    page = Document(
        visitor.client.simulate_get(
            path,
            query_string=query,
            root_path="/backups",
            headers={"Cookie": f"{NAME}={visitor.cookie}"},
        )
    )
    named = ("href", "src", "action")
    found = [each.attrib[n] for each in page.root.iter() for n in named if n in each.attrib]
    assert found
    assert [each for each in found if not each.startswith(("/backups/", "#", "?", "data:"))] == []
