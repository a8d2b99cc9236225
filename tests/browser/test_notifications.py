"""What people were told, as different people see it."""

from itertools import product

import pytest
from msgspec.structs import replace

from exporter.model.notifications import MessageOutcome
from exporter.times import HOUR
from tests.browser.axe import violations
from tests.browser.chromium import NARROWEST, SCHEMES, SIZES
from tests.browser.conftest import Open
from tests.browser.serving import serving
from tests.support.daemon import NOW, Daemon
from tests.support.messages import ended, put, tried, waiting
from tests.support.reports_builder import duplicati_report

_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def notifying(daemon: Daemon) -> Daemon:
    """A daemon with a message of each kind of end, of which one is long."""
    daemon.upload(duplicati_report(began=NOW - HOUR))
    long = replace(
        tried("phone", NOW - 2 * HOUR, "x" * 999), title="y" * 999, text="<b>" + "z" * 9999
    )
    put(
        daemon.outbox,
        ended("phone", NOW - 4 * HOUR, MessageOutcome.GIVEN_UP),
        ended("monday", NOW - 3 * HOUR, MessageOutcome.SENT),
        long,
        waiting("phone", NOW),
    )
    return daemon


@pytest.mark.parametrize("path", ["/", "/notifications"])
def test_everybody_can_use_it(watch: Open, notifying: Daemon, path: str) -> None:
    with serving(notifying) as url:
        page = watch(url).open(path)
        for summary in page.locator("summary").locator("visible=true").all():
            summary.click()
        for size, scheme in product(SIZES, SCHEMES):
            page.set_viewport_size(SIZES[size])
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], (size, scheme)
        page.set_viewport_size(NARROWEST)
        assert page.evaluate(_SIDEWAYS) == 0


def test_the_overview_leads_to_the_list(watch: Open, notifying: Daemon) -> None:
    with serving(notifying) as url:
        page = watch(url).open("/")
        page.locator("[data-line=notifications] a").click()
        assert page.locator("h1").inner_text() == "Notifications"
        assert page.locator("tr[data-open]").count() == 2
        assert page.title().startswith("Notifications")
