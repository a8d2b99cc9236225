"""A badge in a real page: in one of the daemon's own site, and in those of others."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser

from exporter.auth import Authorizer, Scope
from exporter.times import HOUR
from tests.browser.axe import violations
from tests.browser.conftest import Open
from tests.browser.serving import serving
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.reports_builder import documented_report

_IS_THERE = "image => image.naturalWidth > 0"

TOKEN = "the-token-of-the-readers"
OPEN = Authorizer.from_entries({Scope.MANAGE: [ADMIN_TOKEN]})
CLOSED = Authorizer.from_entries({Scope.MANAGE: [ADMIN_TOKEN], Scope.READ: [TOKEN]})


class _Dashboard(BaseHTTPRequestHandler):
    """A page that shows the image which its query names."""

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f"<!doctype html><img alt='' {asked['image'][0]}>".encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def dashboard() -> Iterator[str]:
    """The origin of another site."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Dashboard) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("access", [OPEN, CLOSED], ids=["open", "with a read token"])
def test_another_page_shows_a_badge_where_nobody_needs_a_token(
    daemon: Daemon, browser: Browser, dashboard: str, access: Authorizer
) -> None:
    with serving(daemon, authorizer=access) as url:
        address = url.replace("//", f"//any:{TOKEN}@") if access is CLOSED else url
        page = browser.new_page()
        page.goto(f"{address}/api/badge.svg")  # from here on the browser remembers the password
        image = f'src="{url}/api/badge.svg"'
        page.goto(f"{dashboard}/?{urlencode({'image': image})}", wait_until="load")
        assert page.locator("img").evaluate(_IS_THERE) == (access is OPEN)
        page.close()


def test_a_name_in_a_badge_is_text_and_runs_nothing(daemon: Daemon, watch: Open) -> None:
    name = "</text></svg><script>throw 1</script>"
    daemon.upload(documented_report(began=NOW - HOUR, server=name))
    with serving(daemon) as url:
        page = watch(url).open("/api/badge/1.svg")
        assert page.locator("text").first.text_content() == name
        assert page.locator("script").count() == 0
        assert violations(page) == []
