"""All servers, what is wrong at the top, and an address that does not exist, as people see them."""

from itertools import product

import pytest
from playwright.sync_api import expect

from exporter.limits import Limit
from exporter.times import HOUR
from tests.browser.axe import violations
from tests.browser.chromium import NARROWEST, SCHEMES, SIZES
from tests.browser.conftest import Open
from tests.browser.serving import serving
from tests.support.daemon import NOW, Daemon
from tests.support.messages import put, tried
from tests.support.reports_builder import duplicati_report

_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def troubled(daemon: Daemon) -> Daemon:
    """A daemon with two servers, on which all is wrong that can be beside the backups."""
    for server, status in (("nas", "Success"), ("a long name of a server " * 9, "Error")):
        daemon.upload(
            duplicati_report(began=NOW - HOUR, server=server, machine_id=server, status=status)
        )
    daemon.post(b'{"backup": {"name": "Photos"}}')
    put(daemon.outbox, tried("phone", NOW - HOUR))
    daemon.services.self_metrics.count_limit_hit(Limit.JOBS)
    return daemon


@pytest.mark.parametrize("path", ["/", "/servers", "/servers/1", "/jobs/1"])
def test_everybody_can_use_it(watch: Open, troubled: Daemon, path: str) -> None:
    failures = {"nas": "no route to host" * 20}
    with serving(troubled, pull_failures=lambda: failures) as url:
        page = watch(url).open(path)
        for size, scheme in product(SIZES, SCHEMES):
            page.set_viewport_size(SIZES[size])
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], (size, scheme)
        page.set_viewport_size(NARROWEST)
        assert page.evaluate(_SIDEWAYS) == 0


def test_an_address_that_does_not_exist_leads_on(watch: Open, troubled: Daemon) -> None:
    with serving(troubled) as url:
        watched = watch(url)
        page = watched.open("/servres")
        assert [answer.status for answer in watched.answers][:1] == [404]
        expect(page.locator("h1")).to_have_text("Not Found")
        watched.complaints.clear()  # Chromium's own, of the status
        assert violations(page) == []
        page.get_by_role("link", name="servers", exact=True).click()
        expect(page.locator("h1")).to_have_text("Servers")
        page.get_by_label("Name").fill("nas")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("tr[data-server]")).to_have_count(1)


def test_it_needs_no_script(watch: Open, troubled: Daemon) -> None:
    with serving(troubled) as url:
        page = watch(url, java_script_enabled=False).open("/servers?q=nas")
        assert page.locator("tr[data-server]").count() == 1
