"""What was refused, as different people see it."""

from itertools import product

import pytest

from exporter.times import HOUR
from tests.browser.axe import violations
from tests.browser.chromium import NARROWEST, SCHEMES, SIZES
from tests.browser.conftest import Open
from tests.browser.serving import serving
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def refusing(daemon: Daemon) -> Daemon:
    """A daemon that took one report and refused some, of which one is hostile."""
    daemon.upload(duplicati_report(began=NOW - HOUR))
    for body in (
        b"hello",
        b'{"backup": {}}',
        b"<script>document.title = 'x'</script>" + b"y" * 9999,
    ):
        daemon.post(body)
    daemon.post(b"hello", sender="2001:db8:1234:5678:9abc:def0:1234:5678")
    return daemon


@pytest.mark.parametrize("path", ["/", "/refused"])
def test_everybody_can_use_it(watch: Open, refusing: Daemon, path: str) -> None:
    with serving(refusing) as url:
        page = watch(url).open(path)
        for summary in page.locator("summary").locator("visible=true").all():
            summary.click()
        for size, scheme in product(SIZES, SCHEMES):
            page.set_viewport_size(SIZES[size])
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], (size, scheme)
        page.set_viewport_size(NARROWEST)
        assert page.evaluate(_SIDEWAYS) == 0


def test_the_overview_leads_to_the_list(watch: Open, refusing: Daemon) -> None:
    with serving(refusing) as url:
        page = watch(url).open("/")
        page.locator("[data-line=refused] a").click()
        assert page.locator("h1").inner_text() == "Refused reports"
        assert page.locator("tr[data-open]").count() == 3
        assert page.title().startswith("Refused reports")
