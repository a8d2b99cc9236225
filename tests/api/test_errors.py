import gc
import json
import logging
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from wsgiref.validate import WSGIWarning

import falcon
import pytest
from falcon import testing
from sqlite_utils import Database

from api.patience import ARRIVED
from api.resources import upload
from exporter.limits import Limits
from exporter.store import StoreUnavailableError
from exporter.store.sqlite import connection
from exporter.times import DAY, SECOND
from tests.support.daemon import MAX_UPLOAD_BYTES, NOW, Daemon
from tests.support.deliver import sqlite
from tests.support.reports_builder import duplicati_report

ACCEPTS = [
    None,
    "*/*",
    "application/json",
    "application/xml",
    "text/xml, application/xml;q=0.9",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "text/plain",
    "image/png",
    "nonsense",
    ";;;",
]
REFUSED = [
    ("GET", "/api/nothing", 404, "NotFoundError"),
    ("GET", "/nowhere/at-all", 404, "NotFoundError"),
    ("POST", "/api/nothing", 404, "NotFoundError"),
    ("GET", "/api/lastbackup", 404, "NotFoundError"),
    ("GET", "/api/lastbackup/9", 404, "NotFoundError"),
    ("GET", "/api/jobs/9", 404, "NotFoundError"),
    ("GET", "/api/backups/9", 404, "NotFoundError"),
    ("GET", "/api/lastbackup/x", 400, "ValidationError"),
    ("GET", "/api/servers?limit=x", 400, "ValidationError"),
    ("POST", "/api/upload", 400, "ValidationError"),
    ("PUT", "/api/upload", 400, "ValidationError"),
    ("PATCH", "/api/upload", 405, "MethodNotAllowedError"),
    ("GET", "/upload", 405, "MethodNotAllowedError"),
    ("POST", "/upload", 400, "ValidationError"),
    ("PUT", "/", 400, "ValidationError"),
    ("GET", "/api/upload", 405, "MethodNotAllowedError"),
    ("POST", "/api/summary", 405, "MethodNotAllowedError"),
    ("DELETE", "/metrics", 405, "MethodNotAllowedError"),
    ("PATCH", "/api/servers/1", 401, "AuthenticationError"),
]


_PAGES_FOR_PEOPLE = ("/nowhere/at-all", "/upload")
"""Outside the API a browser gets a page: tests/api/page/test_error_pages.py."""


def assert_is_error(result: testing.Result, status: int, kind: str) -> None:
    assert result.status_code == status
    assert result.headers["content-type"] == "application/json"
    body = json.loads(result.content)
    assert body["status"] == "error"
    assert body["error"] == kind
    assert body["message"]
    assert set(body) <= {"status", "error", "message", "details"}


@pytest.mark.parametrize("accept", ACCEPTS)
def test_every_error_has_the_documented_body_whatever_is_accepted(
    client: testing.TestClient, accept: str | None
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    people = "text/html" in (accept or "")
    for method, path, status, kind in REFUSED:
        if not (people and path in _PAGES_FOR_PEOPLE):
            assert_is_error(client.simulate_request(method, path, headers=headers), status, kind)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/upload", {"POST", "PUT"}),
        ("POST", "/api/summary", {"GET", "HEAD"}),
        ("DELETE", "/api/health", {"GET", "HEAD"}),
        ("PUT", "/api/backups/1", {"GET", "HEAD"}),
        ("POST", "/-/ready", {"GET", "HEAD"}),
        ("POST", "/api/jobs/1", {"GET", "HEAD", "PATCH", "DELETE"}),
    ],
)
def test_a_wrong_method_is_told_which_are_allowed(
    client: testing.TestClient, method: str, path: str, allowed: set[str]
) -> None:
    result = client.simulate_request(method, path)
    assert_is_error(result, 405, "MethodNotAllowedError")
    assert set(result.headers["allow"].split(", ")) - {"OPTIONS"} == allowed


def test_a_method_that_nobody_knows_is_an_error_all_the_same(client: testing.TestClient) -> None:
    with pytest.warns(WSGIWarning, match="BREW"):
        result = client.simulate_request("BREW", "/api/summary")
    assert result.status_code in (400, 405, 501)
    assert result.json["status"] == "error"


class Broken:
    """A resource with a bug."""

    def on_get(self, _req: falcon.Request, _resp: falcon.Response) -> None:
        raise KeyError("a secret of the inside")


REFUSALS: dict[str, tuple[bytes, int]] = {
    "no report": (b" " * 200_000 + b"x", 400),
    "no JSON": (b'{"Data": {}, "x": "' + b"x" * 200_000, 400),
    "a wrong field": (b'{"server": {}, "backup": {}, "x": "' + b"x" * 200_000 + b'"}', 400),
    "too large": (b"x" * (MAX_UPLOAD_BYTES + 1), 413),
    "a bug": (b"x" * 200_000, 500),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_nothing_of_a_refused_body_waits_for_the_collector_of_cycles(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    body, status = REFUSALS[name]
    if status == 500:
        monkeypatch.setattr(upload, "read_report", lambda _body, _backup: int("a bug"))
    # A log that pytest keeps would keep each trace.
    monkeypatch.setattr(logging.getLogger("api.errors"), "disabled", True)
    assert daemon.post(body).status_code == status
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(8):
            assert daemon.post(bytes(bytearray(body))).status_code == status
        assert tracemalloc.get_traced_memory()[0] - before < 2 * len(body)
    finally:
        tracemalloc.stop()
        gc.enable()


@pytest.mark.parametrize("accept", ACCEPTS)
def test_a_bug_is_answered_without_internals_and_logged_with_them(
    daemon: Daemon, caplog: pytest.LogCaptureFixture, accept: str | None
) -> None:
    daemon.app.add_route("/broken", Broken())
    result = daemon.client.simulate_get("/broken", headers={"Accept": accept} if accept else {})
    assert_is_error(result, 500, "InternalError")
    assert "secret" not in result.text
    assert "Traceback" not in result.text
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.exc_info is not None
    assert "a secret of the inside" in str(record.exc_info[1])


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    """A daemon whose database another program is writing to and that does not wait for long."""
    connect = connection.connect

    def impatient(path: Path) -> Database:
        db = connect(path)
        db.execute("PRAGMA busy_timeout = 20")
        return db

    monkeypatch.setattr(connection, "connect", impatient)
    with Daemon(tmp_path) as daemon, sqlite(daemon.path) as other:
        daemon.upload(duplicati_report(began=NOW - DAY))
        other.execute("BEGIN IMMEDIATE")
        yield daemon


@pytest.mark.parametrize(
    ("path", "accept"), [("/-/ready", "*/*"), ("/api/health", "application/json")]
)
def test_a_daemon_that_cannot_store_is_not_ready_and_says_when_to_ask_again(
    locked: Daemon, path: str, accept: str
) -> None:
    result = locked.client.simulate_get(path, headers={"Accept": accept})
    assert_is_error(result, 503, "ServiceUnavailableError")
    assert int(result.headers["retry-after"]) > 0


def test_a_report_that_waited_and_cannot_be_stored_is_to_be_sent_again(locked: Daemon) -> None:
    waited = {ARRIVED: time.monotonic() - Limits().upload_patience / SECOND}
    body = duplicati_report(began=NOW)
    result = locked.client.simulate_post("/api/upload", body=body, extras=waited)
    assert_is_error(result, 503, "ServiceUnavailableError")
    assert int(result.headers["retry-after"]) > 0
    assert locked.get("/api/summary")["successfulBackups"] == 1
    assert locked.series()['duplistatus_uploads_total{outcome="failed"}'] == 1


def test_a_daemon_that_cannot_store_still_lives_and_answers_what_it_knows(locked: Daemon) -> None:
    assert locked.client.simulate_get("/-/healthy").status_code == 200
    assert locked.get("/api/lastbackup/1")["lastBackup"]["id"] == 1
    assert len(locked.get("/api/backups")["backups"]) == 1


@pytest.mark.parametrize("path", ["/api/backups", "/api/backups/1", "/api/rejected"])
def test_a_question_the_database_does_not_answer_is_to_be_asked_again(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def silent(*_: object) -> None:
        raise StoreUnavailableError("disk I/O error at a secret place")

    for method in ("run", "runs", "rejected"):
        monkeypatch.setattr(daemon.store, method, silent)
    result = daemon.client.simulate_get(path)
    assert_is_error(result, 503, "ServiceUnavailableError")
    assert int(result.headers["retry-after"]) > 0
    assert "secret" not in result.text
