"""Below its prefix the real daemon does all that it does without one."""

import json

import pytest
import requests

from exporter.times import MINUTE, now
from tests.process.conftest import Start
from tests.support.live import activity
from tests.support.process import raw, reports
from tests.support.process.commands import BOUND_SECONDS
from tests.support.process.daemon import ANY_PORT, Daemon

PREFIX = "/backups"
LIMIT = 4096
HUGE = b" " * (8 * 1024 * 1024)
REPORT = json.dumps(reports.documented("nas", "Huge")).encode()


@pytest.fixture
def daemon(start: Start) -> Daemon:
    return start("--route-prefix", PREFIX, "--max-upload-bytes", str(LIMIT))


def below(head: bytes) -> bytes:
    """Return the head of an upload to the path below the prefix."""
    return head.replace(b" /api/upload", f" {PREFIX}/api/upload".encode())


def post(daemon: Daemon, path: str, body: bytes, **headers: str) -> requests.Response:
    url = f"{daemon.url}{path}"
    return requests.post(url, data=body, headers=headers, timeout=BOUND_SECONDS)


@pytest.mark.parametrize("prefix", [PREFIX, ""])
def test_reports_come_in_and_are_scraped(daemon: Daemon, prefix: str) -> None:
    began = now() - MINUTE
    assert post(daemon, f"{prefix}/api/upload", REPORT).status_code == 200
    assert post(daemon, f"{prefix}/api/activity", activity(began=began, at=began)).ok
    for path in ("/metrics", "/api/health", "/metrics?part=daemon", "/-/ready", "/api/jobs"):
        assert daemon.get(f"{prefix}{path}").status_code == 200
    assert 'server="nas"' in daemon.get(f"{prefix}/metrics").text


@pytest.mark.parametrize(
    "sent",
    [
        raw.post_head(f"Content-Length: {len(REPORT + HUGE)}") + REPORT + HUGE,
        raw.post_head("Transfer-Encoding: chunked") + raw.chunked(REPORT + HUGE, 65536),
    ],
)
def test_the_beginning_of_a_report_that_is_too_large_is_kept(daemon: Daemon, sent: bytes) -> None:
    assert raw.exchange(daemon, below(sent)).status == 413
    (kept,) = daemon.data("/api/rejected")["rejected"]
    assert kept["body"].startswith(REPORT.decode())


def test_a_body_is_read_for_who_may_send_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    variables = {
        "DUPLISTATUS_ROUTE_PREFIX": PREFIX,
        "DUPLISTATUS_UPLOAD_TOKENS": "upload-token-8e02fa",
        "DUPLISTATUS_ADMIN_TOKEN": "admin-token-c41d77",
    }
    with Daemon(tmp_path_factory.mktemp("tokens"), *ANY_PORT, variables=variables) as daemon:
        path = f"{PREFIX}/api/upload"
        assert post(daemon, f"{path}?token=upload-token-8e02fa", REPORT).status_code == 200
        refused = post(daemon, path, REPORT)
        assert (refused.status_code, refused.headers["Connection"]) == (401, "close")
        # What says who sends it is in the body of a form, which is read for anybody.
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        signed_in = requests.post(
            f"{daemon.url}{PREFIX}/sign-in",
            data=b"token=admin-token-c41d77",
            headers=form,
            timeout=BOUND_SECONDS,
            allow_redirects=False,
        )
        assert (signed_in.status_code, signed_in.headers["Location"]) == (303, f"{PREFIX}/")
        refused = post(daemon, PREFIX, b"message=x", **form)
        assert (refused.status_code, refused.headers["Connection"]) == (401, "close")
