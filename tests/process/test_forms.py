"""Forms of the page against the real daemon, also where every report needs a token."""

import re
from pathlib import Path

import requests

from tests.support.process.commands import BOUND_SECONDS
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.reports import documented

ADMIN, UPLOAD = "admin-token-c41d77", "upload-token-8e02fa"
VARIABLES = {"DUPLISTATUS_ADMIN_TOKEN": ADMIN, "DUPLISTATUS_UPLOAD_TOKENS": UPLOAD}
_FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


class Browser:
    """Keeps cookies and sends forms."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.session = requests.Session()

    def get(self, path: str) -> str:
        answer = self.session.get(f"{self._url}{path}", timeout=BOUND_SECONDS)
        assert answer.status_code == 200, answer.text
        return answer.text

    def submit(self, path: str, **fields: str) -> requests.Response:
        return self.session.post(f"{self._url}{path}", data=fields, timeout=BOUND_SECONDS)

    def form_token(self, path: str) -> str:
        found = _FORM_TOKEN.search(self.get(path))
        assert found is not None
        return found[1]


def test_who_signs_in_mutes_and_signs_out(tmp_path: Path) -> None:
    with Daemon(tmp_path, *ANY_PORT, variables=VARIABLES) as daemon:
        answer = daemon.post(documented("nas"), headers={"Authorization": f"Bearer {UPLOAD}"})
        assert answer.status_code == 200
        browser = Browser(daemon.url)
        signed_in = browser.submit("/sign-in?next=/jobs/1", token=ADMIN)
        assert signed_in.url.endswith("/jobs/1")
        token = browser.form_token("/jobs/1")
        muted = browser.submit("/jobs/1/mute", form_token=token, **{"for": "1d"})
        assert (muted.status_code, muted.url) == (200, f"{daemon.url}/jobs/1")
        assert "Muted until" in muted.text
        assert daemon.data("/api/jobs/1")["job"]["mutedUntil"] is not None
        browser.submit("/sign-out", form_token=token)
        assert "Sign out" not in browser.get("/")


def test_a_session_outlives_the_daemon_but_not_its_token(tmp_path: Path) -> None:
    with Daemon(tmp_path, *ANY_PORT, variables=VARIABLES) as daemon:
        browser = Browser(daemon.url)
        browser.submit("/sign-in", token=ADMIN)
        cookies = browser.session.cookies
    for token, stays in ((ADMIN, True), ("admin-token-another", False)):
        variables = {"DUPLISTATUS_ADMIN_TOKEN": token}
        with Daemon(tmp_path, *ANY_PORT, variables=variables) as daemon:
            page = requests.get(daemon.url, cookies=cookies, timeout=BOUND_SECONDS)
            assert ("Sign out" in page.text) == stays


def test_a_large_form_of_somebody_unknown_is_not_read(tmp_path: Path) -> None:
    with Daemon(tmp_path, *ANY_PORT, variables=VARIABLES) as daemon:
        answer = Browser(daemon.url).submit("/sign-in", token="x" * 70_000)
        assert (answer.status_code, answer.headers["connection"]) == (413, "close")
        small = Browser(daemon.url).submit("/sign-in", token="x" * 500)
        assert (small.status_code, small.headers.get("connection")) == (403, None)
        report = daemon.post(
            b"message=x", headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert (report.status_code, report.headers["connection"]) == (401, "close")
