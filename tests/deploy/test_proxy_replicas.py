"""nginx in front of several daemons, as docs/replicas.md shows it: each report finds one."""

import re
from collections.abc import Iterator

import pytest

from tests.deploy.files import read
from tests.deploy.proxies import HOST, Proxy, running
from tests.deploy.test_proxy import REPORT
from tests.docs import pages
from tests.support import doc_hooks
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.ports import free_port

PAGE = pages.read("docs/replicas.md")
UPLOADS = "        access_log off; # a token may stand in the URL\n"
DAEMONS = ("192.0.2.1:9666", "192.0.2.2:9666")
OURS = "127.0.0.1:9666"
"""What a proxy of the tests takes for the daemon's address."""

TRIES = 10


def _upstream(down: int) -> tuple[str, str]:
    """Return the upstream of the plain file, and in its place that of the page."""
    (plain,) = re.findall(r"^upstream .*?^}\n", read("proxy/nginx.conf"), re.MULTILINE | re.DOTALL)
    shown = doc_hooks.block(PAGE, "nginx-upstream")
    assert all(address in shown for address in DAEMONS)
    return plain, shown.replace(DAEMONS[0], OURS).replace(DAEMONS[1], f"{HOST}:{down}")


@pytest.fixture
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("daemon"), *ANY_PORT) as daemon:
        yield daemon


@pytest.fixture
def proxy(daemon: Daemon, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """nginx in front of a daemon and of one that is down."""
    shown = doc_hooks.block(PAGE, "nginx-location")
    pairs = (_upstream(free_port()), (UPLOADS, f"{UPLOADS}{shown}"))
    with running("nginx", tmp_path_factory.mktemp("nginx"), daemon.port, *pairs) as proxy:
        yield proxy


def test_every_report_is_recorded_though_one_daemon_is_down(proxy: Proxy, daemon: Daemon) -> None:
    assert [proxy.upload(REPORT).status_code for _ in range(TRIES)] == [200] * TRIES
    assert len(daemon.data("/api/backups")["backups"]) == 1


def test_prometheus_is_configured_as_the_page_shows() -> None:
    (shown,) = [block.text for block in pages.blocks(PAGE, "yaml")]
    assert shown in read("prometheus/replicas.yml")
