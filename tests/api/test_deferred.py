"""Which reports are answered later, and that the others begin again with nothing done."""

import json
import threading
import time
from collections.abc import Callable

import pytest
from falcon import testing

from api.app import create_app
from api.deferred import DEFERRED, FAILED, Deferred
from api.patience import ARRIVED
from exporter.auth import Authorizer, Scope
from exporter.limits import Limit
from exporter.store import LimitReachedError, StoreUnavailableError
from exporter.times import DAY, HOUR
from tests.support.daemon import MAX_UPLOAD_BYTES, NOW, SENDER, Daemon
from tests.support.reports_builder import duplicati_report, text_report

AT_MOST_SECONDS = 60.0
WAITED_SECONDS = 20.0
GOOD = duplicati_report(began=NOW - HOUR)


class Asked:
    """A request whose answer may come later."""

    def __init__(self, daemon: Daemon, body: bytes = GOOD, **headers: str) -> None:
        self._decided = threading.Event()
        self.deferred = Deferred(self._decided.set)
        self.result: testing.Result = daemon.client.simulate_post(
            "/api/upload",
            body=body,
            remote_addr=SENDER,
            headers=headers,
            extras={DEFERRED: self.deferred, ARRIVED: time.monotonic() - WAITED_SECONDS},
        )

    def body(self) -> bytes:
        assert self._decided.wait(AT_MOST_SECONDS)
        return self.deferred.body()


@pytest.fixture
def known(daemon: Daemon) -> Daemon:
    """A daemon that took a report of the sender before."""
    daemon.upload(duplicati_report(began=NOW - DAY))
    return daemon


@pytest.mark.parametrize("body", [GOOD, text_report(began=NOW - HOUR)], ids=["json", "text"])
def test_a_report_is_answered_later_as_it_would_have_been_at_once(
    known: Daemon, body: bytes
) -> None:
    asked = Asked(known, body)
    assert asked.deferred.is_pending
    answer, again = json.loads(asked.body()), known.post(body)
    assert answer["message"] == "Backup data uploaded successfully"
    assert again.json == answer | {"message": "Backup data already recorded"}
    kept = ("content-type", "cache-control", "x-content-type-options")
    assert [asked.result.headers.get(each) for each in kept] == [
        again.headers.get(each) for each in kept
    ]


def test_it_is_counted_and_logged_once(known: Daemon, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        Asked(known).body()
    assert [each.message for each in caplog.records].count("report recorded") == 1
    series = known.client.simulate_get("/metrics").text
    assert 'duplistatus_uploads_total{outcome="recorded"} 2.0' in series


def test_its_duration_is_from_its_arrival_on(known: Daemon) -> None:
    Asked(known).body()
    assert known.series()["duplistatus_upload_duration_seconds_sum"] >= WAITED_SECONDS


def test_the_duration_of_one_that_began_again_has_its_first_wait(daemon: Daemon) -> None:
    extras = {ARRIVED: time.monotonic() - WAITED_SECONDS, FAILED: StoreUnavailableError("full")}
    daemon.client.simulate_post("/api/upload", body=GOOD, remote_addr=SENDER, extras=extras)
    assert daemon.series()["duplistatus_upload_duration_seconds_sum"] >= WAITED_SECONDS


BEGINNING_AGAIN: dict[str, Callable[[Daemon], Asked]] = {
    "no report": lambda daemon: Asked(daemon, b"{}"),
    "too large": lambda daemon: Asked(daemon, b"x" * 300_000),
    "compressed": lambda daemon: Asked(daemon, GOOD, **{"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("case", BEGINNING_AGAIN)
def test_a_report_that_is_refused_begins_again_and_is_kept_then_only(
    known: Daemon, case: str
) -> None:
    asked = BEGINNING_AGAIN[case](known)
    assert asked.deferred.begins_again
    assert not asked.deferred.is_pending
    assert known.store.rejected(None, 10) == []
    assert 'duplistatus_uploads_total{outcome="rejected"} 0.0' in (
        known.client.simulate_get("/metrics").text
    )


def test_a_report_that_is_too_large_is_counted_when_it_is_refused(known: Daemon) -> None:
    body = b"x" * (MAX_UPLOAD_BYTES + 1)
    assert Asked(known, body).deferred.begins_again
    assert known.post(body).status_code == 413
    series = known.client.simulate_get("/metrics").text
    assert 'duplistatus_limits_reached_total{limit="upload_bytes"} 1.0' in series


def test_the_first_report_of_a_sender_begins_again(daemon: Daemon) -> None:
    """That it was accepted is noted in the database, too."""
    assert Asked(daemon).deferred.begins_again
    assert daemon.upload(GOOD)
    assert Asked(daemon).deferred.is_pending


def test_the_first_report_after_a_refused_one_begins_again(known: Daemon) -> None:
    known.post(b'{"Data": {}, "Extra": {}}')
    assert Asked(known).deferred.begins_again
    known.upload(GOOD)
    assert Asked(known).deferred.is_pending


def test_while_the_clock_is_to_be_corrected_reports_begin_again(known: Daemon) -> None:
    known.clock.now -= 10 * DAY
    assert Asked(known).deferred.begins_again


def test_who_may_not_send_is_denied_at_once(known: Daemon) -> None:
    """To deny waits for nothing, so it does not begin again."""
    authorizer = Authorizer.from_entries({Scope.UPLOAD: ["another-token-of-tests"]})
    known.client = testing.TestClient(create_app(known.services._replace(authorizer=authorizer)))
    asked = Asked(known)
    assert asked.result.status_code == 401
    assert not asked.deferred.begins_again
    assert not asked.deferred.is_pending


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (LimitReachedError(Limit.JOBS, "max_jobs reached"), 429),
        (StoreUnavailableError("the disk is full"), 503),
    ],
)
def test_what_the_store_refused_is_answered_without_trying_again(
    known: Daemon, failure: Exception, status: int
) -> None:
    before = known.store.snapshot()
    result = known.client.simulate_post(
        "/api/upload", body=GOOD, remote_addr=SENDER, extras={FAILED: failure}
    )
    assert result.status_code == status
    assert known.store.snapshot() == before
