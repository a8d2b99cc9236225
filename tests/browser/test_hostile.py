"""What a report says is shown as text, and runs nothing."""

from collections.abc import Iterator

import pytest

from exporter.times import HOUR
from tests.browser.conftest import Open
from tests.browser.serving import serving
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report

NAMES = [
    "<script>window.mine = 1</script>",
    '"><img src=x onerror="window.mine = 1">',
    "</table></main><h1>All is fine</h1>",
    "{{ 7 * 7 }}{% raw %}",
    "' onfocus='window.mine = 1' autofocus='",
]


_FOREIGN = "script:not([src='/page.js']), img, [onerror], [onfocus]"


@pytest.fixture
def hostile(daemon: Daemon) -> Iterator[str]:
    """Where a daemon is that has a server, a backup and a log line of each name."""
    for name in NAMES:
        body = duplicati_report(
            began=NOW - HOUR,
            server=name,
            machine_id=name,
            backup=name,
            lines=(name,),
            status="Error",
        )
        daemon.upload(body)
    with serving(daemon) as url:
        yield url


@pytest.mark.parametrize("path", ["/", "/jobs/{}", "/servers/{}", "/digest"])
def test_a_hostile_name_is_text(hostile: str, watch: Open, path: str) -> None:
    watched = watch(hostile)
    for number, name in enumerate(NAMES, 1):
        page = watched.open(path.format(number))
        assert name in (page.locator("main").text_content() or "")
        assert page.evaluate("window.mine === undefined")
        assert page.locator("h1").count() == 1
        assert page.locator(_FOREIGN).count() == 0
