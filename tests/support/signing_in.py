"""People who sign in with a browser, and the forms that they send."""

from collections.abc import Mapping
from urllib.parse import urlencode

from falcon import testing

from api.page import notices
from api.session_cookie import NAME
from tests.support.daemon import ADMIN_TOKEN, SENDER
from tests.support.pages import Document

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BROWSER = {"Accept": "text/html,*/*"}


def submit(
    client: testing.TestClient,
    path: str,
    fields: Mapping[str, str] | bytes = b"",
    cookie: str = "",
    *,
    headers: Mapping[str, str] = FORM,
    sender: str = SENDER,
) -> testing.Result:
    """Send a form as a browser does."""
    sent = {**BROWSER, **headers} | ({"Cookie": f"{NAME}={cookie}"} if cookie else {})
    body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
    return client.simulate_post(path, body=body, headers=sent, remote_addr=sender)


def sign_in(
    client: testing.TestClient,
    token: str = ADMIN_TOKEN,
    path: str = "/sign-in",
    *,
    sender: str = SENDER,
) -> testing.Result:
    """Try a token."""
    return submit(client, path, {"token": token}, sender=sender)


def cookie_of(answer: testing.Result) -> str:
    """Return the session that an answer starts."""
    assert answer.status_code == 303, answer.text
    return answer.cookies[NAME].value


def get(client: testing.TestClient, path: str, cookie: str = "") -> testing.Result:
    """Ask for a page as somebody who may be signed in."""
    headers = {**BROWSER, "Cookie": f"{NAME}={cookie}"} if cookie else BROWSER
    return client.simulate_get(path, headers=headers)


class Person:
    """Somebody who is signed in."""

    def __init__(self, client: testing.TestClient, token: str = ADMIN_TOKEN) -> None:
        self.client = client
        self.cookie = cookie_of(sign_in(client, token))

    def page(self, path: str) -> Document:
        """Return a page as this person sees it."""
        answer = get(self.client, path, self.cookie)
        assert answer.status_code == 200, answer.text
        return Document(answer)

    def follow(self, answer: testing.Result) -> Document:
        """Return the page that a form leads to, which says what was changed."""
        assert answer.status_code == 303, answer.text
        carried = answer.cookies.get(notices.NAME)
        path, _, query = answer.headers["location"].partition("?")
        cookies = {NAME: self.cookie} | ({} if carried is None else {notices.NAME: carried.value})
        written = "; ".join(f"{name}={value}" for name, value in cookies.items())
        headers = {**BROWSER, "Cookie": written}
        shown = self.client.simulate_get(path, query_string=query, headers=headers)
        assert shown.status_code == 200, shown.text
        return Document(shown)

    @property
    def form_token(self) -> str:
        """What every form on this person's pages has."""
        page = self.page("/")
        return page.one("input", name="form_token").attrib["value"]

    def send(self, path: str, **fields: str) -> testing.Result:
        """Send a form of a page."""
        return submit(self.client, path, {"form_token": self.form_token, **fields}, self.cookie)
