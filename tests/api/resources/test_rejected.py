"""A report that was refused is seen until another of its sender is taken, for a day at most."""

import pytest
from falcon import testing

from api.app import create_app
from exporter.auth import Authorizer, Scope
from exporter.ingest.refusals import Refusals
from exporter.model import Rejected
from exporter.store import StoreUnavailableError
from exporter.times import DAY, HOUR, MINUTE, format_timestamp
from tests.support.daemon import ADMIN_TOKEN, MAX_UPLOAD_BYTES, NOW, SENDER, Daemon
from tests.support.live import activity
from tests.support.reports_builder import duplicati_report

BEGAN = NOW - HOUR
OTHER = "192.0.2.8"
BROKEN = b'{"Data": {"MainOperation": "Backup"}, "Extra": {"backup-name": "cut off'
SENTENCE = b"message=The+backup+has+ended"


def opened(daemon: Daemon) -> int:
    """Return how many refused reports keep "all fine" from being said."""
    refused = daemon.services.refusals.open(daemon.clock.now)
    listed = daemon.get("/api/rejected")["rejected"]
    assert sum(entry["counts"] for entry in listed) == (0 if refused is None else refused.count)
    return 0 if refused is None else refused.count


def take(daemon: Daemon, sender: str = SENDER, *, began: int = BEGAN) -> None:
    daemon.upload(duplicati_report(began=began), sender=sender)


def refuse(daemon: Daemon, body: bytes, sender: str = SENDER, status: int = 400) -> None:
    assert daemon.post(body, sender=sender).status_code == status


@pytest.mark.parametrize("body", [SENTENCE, b"", b"hello", b'{"a": 1}'])
def test_what_a_stranger_sends_counts_only_where_it_looks_like_a_report(
    daemon: Daemon, body: bytes
) -> None:
    take(daemon)
    refuse(daemon, body, OTHER)
    assert opened(daemon) == 0
    refuse(daemon, BROKEN, OTHER)
    assert opened(daemon) == 1


@pytest.mark.parametrize("body", [SENTENCE, b"", b"hello", b'{"a": 1}', BROKEN])
def test_whatever_comes_from_an_address_that_had_a_report_taken_counts(
    daemon: Daemon, body: bytes
) -> None:
    take(daemon)
    refuse(daemon, body)
    assert opened(daemon) == 1


def test_only_a_report_of_the_same_address_settles_it(daemon: Daemon) -> None:
    for sender in (SENDER, OTHER):
        take(daemon, sender)
    refuse(daemon, BROKEN)
    take(daemon, OTHER, began=BEGAN + MINUTE)
    assert opened(daemon) == 1
    daemon.clock.now += MINUTE
    take(daemon, began=BEGAN + 2 * MINUTE)
    assert opened(daemon) == 0
    (entry,) = daemon.get("/api/rejected")["rejected"]
    assert entry["settled"] == format_timestamp(NOW + MINUTE)


def test_a_report_that_is_known_already_settles_it_as_well(daemon: Daemon) -> None:
    take(daemon)
    refuse(daemon, BROKEN)
    take(daemon)
    assert opened(daemon) == 0


def test_a_report_taken_before_settles_nothing(daemon: Daemon) -> None:
    take(daemon)
    refuse(daemon, BROKEN)
    refuse(daemon, BROKEN)
    assert opened(daemon) == 2


def test_after_a_day_it_no_longer_counts(daemon: Daemon) -> None:
    refuse(daemon, BROKEN)
    daemon.clock.now += DAY - 1
    assert opened(daemon) == 1
    daemon.clock.now += 1
    assert opened(daemon) == 0
    assert daemon.get("/api/rejected")["rejected"][0]["settled"] is None


def test_a_report_that_is_too_large_counts_from_an_address_that_is_known(daemon: Daemon) -> None:
    body = b"x" * (MAX_UPLOAD_BYTES + 1)
    refuse(daemon, body, status=413)
    assert opened(daemon) == 0
    take(daemon)
    refuse(daemon, body, status=413)
    assert opened(daemon) == 1


def test_a_report_on_which_the_daemon_fails_is_kept_and_counts(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("api.resources.upload.read_report", fail)
    refuse(daemon, BROKEN, status=500)
    assert opened(daemon) == 1
    assert "please report it" in daemon.get("/api/rejected")["rejected"][0]["reason"]


@pytest.fixture
def closed(daemon: Daemon) -> testing.TestClient:
    """A daemon that takes reports with a token only, one of them for the nas."""
    tokens = {Scope.UPLOAD: ["the-token-of-uploads", "the-token-of-the-nas nas"]}
    authorizer = Authorizer.from_entries({**tokens, Scope.MANAGE: [ADMIN_TOKEN]})
    return testing.TestClient(create_app(daemon.services._replace(authorizer=authorizer)))


@pytest.mark.parametrize(
    ("query", "status"), [("", 401), ("token=unknown", 401), ("token=the-token-of-the-nas", 403)]
)
def test_what_was_refused_for_its_token_never_counts(
    daemon: Daemon, closed: testing.TestClient, query: str, status: int
) -> None:
    take(daemon)
    body = duplicati_report(began=BEGAN, server="laptop", machine_id="m-9")
    answer = closed.simulate_post("/api/upload", body=body, query_string=query, remote_addr=SENDER)
    assert answer.status_code == status
    assert opened(daemon) == 0


def test_it_survives_a_restart(daemon: Daemon) -> None:
    take(daemon)
    refuse(daemon, b"hello")
    refuse(daemon, BROKEN, OTHER)
    daemon.restart()
    assert opened(daemon) == 2
    take(daemon, began=BEGAN + MINUTE)
    daemon.restart()
    assert opened(daemon) == 1
    refuse(daemon, b"hello")
    assert opened(daemon) == 2


def test_a_known_address_costs_an_upload_no_write_of_its_own(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(daemon)
    monkeypatch.delattr("exporter.store.base.BaseStore.note_taken")
    take(daemon, began=BEGAN + MINUTE)


def test_the_junk_of_one_sender_pushes_out_nothing_of_another(daemon: Daemon) -> None:
    refuse(daemon, b"hello", OTHER)
    for number in range(210):
        refuse(daemon, b"junk %d" % number)
    whole = daemon.get("/api/rejected", limit=1000)["rejected"]
    assert [entry["body"] for entry in whole if entry["sender"] == OTHER] == ["hello"]
    assert len(whole) == 200
    assert whole[0]["body"] == "junk 209"


def live(daemon: Daemon, body: bytes) -> int:
    answer = daemon.client.simulate_post("/api/activity", body=body, remote_addr=SENDER)
    return answer.status_code


def test_of_refused_live_reports_the_newest_of_a_sender_is_kept(daemon: Daemon) -> None:
    take(daemon)
    for number in range(3):
        assert live(daemon, b"no live report %d" % number) == 400
    (kept,) = daemon.get("/api/rejected")["rejected"]
    assert kept["body"] == "no live report 2"
    assert opened(daemon) == 1


def test_a_live_report_that_is_taken_settles_refused_live_ones_only(daemon: Daemon) -> None:
    take(daemon)
    refuse(daemon, BROKEN)
    assert live(daemon, b"no live report") == 400
    assert opened(daemon) == 2
    assert live(daemon, activity(began=NOW, at=NOW)) == 202
    assert opened(daemon) == 1
    assert live(daemon, b"no live report") == 400
    take(daemon)
    assert opened(daemon) == 0


def test_an_address_that_told_of_a_run_is_known_before_its_first_report(daemon: Daemon) -> None:
    assert live(daemon, activity(began=NOW, at=NOW)) == 202
    refuse(daemon, SENTENCE)
    assert opened(daemon) == 1


def test_a_reason_is_bounded(daemon: Daemon) -> None:
    daemon.services.refusals.refuse(Rejected(NOW, SENDER, "r" * 9999, None, 0, b""), 400)
    assert len(daemon.get("/api/rejected")["rejected"][0]["reason"]) == 2000


def test_where_the_database_does_not_answer_a_report_is_neither_lost_nor_refused(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.store.base.BaseStore.note_taken", unavailable)
    take(daemon)
    monkeypatch.undo()
    refuse(daemon, b"hello")
    assert opened(daemon) == 1
    assert Refusals(daemon.store).knows(SENDER) is False


def unavailable(*_: object) -> None:
    raise StoreUnavailableError("the disk is full")


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("path", ["/api/uplaod", "/api", "/report", "/api/summary", "/metrics"])
def test_a_report_at_a_path_that_takes_none_is_seen(daemon: Daemon, path: str, method: str) -> None:
    take(daemon)
    for body in (duplicati_report(began=BEGAN), b"hello"):
        answer = daemon.client.simulate_request(method, path, body=body, remote_addr=OTHER)
        assert answer.status_code in (404, 405)
    assert opened(daemon) == 1
    (kept,) = daemon.get("/api/rejected")["rejected"]
    assert kept["reason"] == f"{path} takes no reports: send them to /api/upload"


def test_a_report_at_a_path_that_takes_none_needs_the_token_too(
    daemon: Daemon, closed: testing.TestClient
) -> None:
    body = duplicati_report(began=BEGAN)
    for query in ("", "token=unknown", "token=the-token-of-uploads"):
        assert opened(daemon) == 0
        closed.simulate_post("/api/uplaod", body=body, query_string=query)
    assert opened(daemon) == 1
    assert "the-token" not in daemon.get("/api/rejected")["rejected"][0]["reason"]


def test_what_was_rejected_is_shown_with_when_from_where_and_why(daemon: Daemon) -> None:
    daemon.post(b"not \xff a report")
    (kept,) = daemon.get("/api/rejected")["rejected"]
    assert kept == {
        "id": 1,
        "received": format_timestamp(NOW),
        "sender": SENDER,
        "reason": "message: contains no results of Duplicati: drop --send-http-message, or set "
        "--send-http-result-output-format=Json",
        "remedy": None,
        "contentType": "application/json",
        "size": 14,
        "counts": False,
        "settled": None,
        "body": "not \ufffd a report",
    }
