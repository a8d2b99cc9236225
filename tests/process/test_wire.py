import json
from pathlib import Path

import pytest

from tests.process.conftest import Start
from tests.support.process import raw, reports
from tests.support.process.commands import PREFIX
from tests.support.process.daemon import ANY_PORT, Daemon

MEBIBYTE = 1024 * 1024
LIMIT = 4096
KINDS = {
    400: "ValidationError",
    413: "PayloadTooLargeError",
    415: "UnsupportedMediaTypeError",
    431: "RequestHeaderFieldsTooLargeError",
    501: "NotImplementedError",
}


def assert_error(answer: raw.Answer, status: int) -> None:
    """See that an answer has the form of every error."""
    assert answer.status == status, answer
    assert answer.content_type.partition(";")[0] == "application/json"
    assert answer.body["status"] == "error"
    assert answer.body["error"] == KINDS[status]
    assert isinstance(answer.body["message"], str)
    assert answer.body["message"]


def assert_lives(daemon: Daemon) -> None:
    """See that the daemon goes on and took nothing."""
    assert daemon.data("/api/summary")["totalServers"] == 0
    logged = daemon.events()
    assert not [event for event in logged if event["level"] == "error" or "trace" in event]


def post(body: bytes) -> bytes:
    return raw.post_head(f"Content-Length: {len(body)}") + body


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"\x00\x01\x02 \xff\xfe HTTP/1.1\r\n\r\n", 400),
        (b"GET /api/summary HTTP/1.1\r\nno colon here\r\n\r\n", 400),
        (b"GET /api/summary HTTP/1.1\r\nHost : localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nLong: " + b"x" * 300_000 + b"\r\n\r\n", 431),
        (raw.post_head("Content-Length: -1"), 400),
        (raw.post_head("Content-Length: many"), 400),
        (raw.post_head(f"Content-Length: {200 * MEBIBYTE}"), 413),
        (raw.post_head("Transfer-Encoding: chunked") + b"nonsense\r\n\r\n", 400),
        (raw.post_head("Transfer-Encoding: gzip"), 501),
    ],
)
def test_what_the_server_refuses_by_itself_is_answered_in_the_form_of_errors(
    shared_daemon: Daemon, sent: bytes, status: int
) -> None:
    assert_error(raw.exchange(shared_daemon, sent), status)
    assert_lives(shared_daemon)


def test_a_body_of_just_the_limit_is_read_and_one_byte_more_is_413(start: Start) -> None:
    daemon = start("--max-upload-bytes", str(LIMIT))
    body = json.dumps(reports.documented()).encode()
    assert_error(raw.exchange(daemon, post(body.ljust(LIMIT + 1))), 413)
    assert daemon.data("/api/rejected")["rejected"][0]["size"] == LIMIT + 1
    assert_lives(daemon)
    assert raw.exchange(daemon, post(body.ljust(LIMIT))).status == 200


LARGE = raw.post_head(f"Content-Length: {200 * MEBIBYTE}")


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        (LARGE, 1),
        (LARGE.replace(b"/api/upload", b"/"), 1),
        (LARGE.replace(b"POST", b"PUT"), 1),
        (LARGE.replace(b"upload", b"import"), 0),
        (LARGE.replace(b"POST", b"GET"), 0),
    ],
)
def test_a_report_that_is_far_too_large_is_seen_from_an_address_that_is_known(
    start: Start, head: bytes, kept: int
) -> None:
    daemon = start("--max-upload-bytes", str(LIMIT))
    assert_error(raw.exchange(daemon, head), 413)
    assert daemon.data("/api/rejected")["rejected"] == []
    daemon.upload(reports.documented())
    assert_error(raw.exchange(daemon, head), 413)
    found = daemon.data("/api/rejected")["rejected"]
    assert [(each["size"], each["counts"]) for each in found] == [(200 * MEBIBYTE, True)] * kept
    assert all("--send-http-max-log-lines" in each["reason"] for each in found)


def test_a_far_too_large_body_without_the_token_of_reports_is_none(tmp_path: Path) -> None:
    token = "a-token-of-sixteen"
    variables = {f"{PREFIX}UPLOAD_TOKENS": token}
    with Daemon(tmp_path, *ANY_PORT, variables=variables) as daemon:
        see_that_only_who_has_the_token_is_noted(daemon, token)


def see_that_only_who_has_the_token_is_noted(daemon: Daemon, token: str) -> None:
    body = json.dumps(reports.documented()).encode()
    head = raw.post_head(f"Content-Length: {len(body)}", f"Authorization: Bearer {token}")
    assert raw.exchange(daemon, head + body).status == 200
    assert_error(raw.exchange(daemon, LARGE), 413)
    assert daemon.data("/api/rejected")["rejected"] == []
    with_token = LARGE.replace(b"/api/upload", f"/api/upload?token={token}".encode())
    assert_error(raw.exchange(daemon, with_token), 413)
    assert len(daemon.data("/api/rejected")["rejected"]) == 1


def test_a_report_by_put_is_taken_once(daemon: Daemon) -> None:
    body = reports.payload("json-2.3.1.0.json")
    sent = [
        post(body).replace(b"POST /api/upload", line)
        for line in (b"PUT /api/upload", b"PUT /", b"POST /upload", b"POST /api/upload")
    ]
    answers = [raw.exchange(daemon, each) for each in sent]
    assert [answer.body["data"] for answer in answers] == [{"backupId": 1, "serverId": 1}] * 4
    assert [answer.body["message"] for answer in answers] == [
        "Backup data uploaded successfully",
        *["Backup data already recorded; the address to use is /api/upload"] * 2,
        "Backup data already recorded",
    ]


def test_what_was_refused_is_open_behind_a_restart_until_a_report_is_taken(start: Start) -> None:
    daemon = start()
    daemon.upload(reports.documented())
    assert daemon.post(b"no report").status_code == 400
    daemon.kill()
    again = start()
    assert "1 report was refused</span>" in again.get("/").text
    assert [each["counts"] for each in again.data("/api/rejected")["rejected"]] == [True]
    again.upload(reports.nth(1))
    assert "was refused</span>" not in again.get("/").text
    again.kill()
    (kept,) = start().data("/api/rejected")["rejected"]
    assert (kept["counts"], kept["settled"] is None) == (False, False)


def test_a_chunked_body_over_the_limit_is_413(start: Start) -> None:
    daemon = start("--max-upload-bytes", str(LIMIT))
    head = raw.post_head("Transfer-Encoding: chunked")
    assert_error(raw.exchange(daemon, head + raw.chunked(b" " * (LIMIT + 1), 1000)), 413)
    assert_lives(daemon)


def test_a_chunked_upload_is_taken(daemon: Daemon) -> None:
    head = raw.post_head("Transfer-Encoding: chunked", "Content-Type: application/json")
    body = reports.payload("json-2.3.1.0.json")
    answer = raw.exchange(daemon, head + raw.chunked(body, 777))
    assert (answer.status, answer.body["data"]) == (200, {"backupId": 1, "serverId": 1})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"[" * 1_000_000,
        b'{"Data":' * 200_000,
        b'{"Data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"Data": {"ExaminedFiles": NaN}, "Extra": {}}',
        reports.payload("json-2.1.0.5.json")[:-20],
        b'{"server": {"name": "\\ud800"}, "backup": {"name": "x"}}',
        b"message=%ff%fe",
    ],
    ids=lambda body: body[:40].decode(errors="replace") + f" of {len(body)}",
)
def test_what_is_no_report_is_400_and_kept_to_be_looked_at(
    shared_daemon: Daemon, body: bytes
) -> None:
    answer = raw.exchange(shared_daemon, post(body))
    assert_error(answer, 400)
    assert answer.body["error"] == "ValidationError"
    assert shared_daemon.data("/api/rejected?limit=1")["rejected"][0]["size"] == len(body)
    assert_lives(shared_daemon)


@pytest.mark.parametrize(
    "body",
    [
        b'{"Data": {"MainOperation": "Backup", "ExaminedFiles": Infinity}}',
        b'{"Data": {"MainOperation": "Backup", "ExaminedFiles": 1e999}}',
        b'{"Data": {"MainOperation": "Backup", "ExaminedFiles": 18446744073709551616}}',
        reports.payload("json-2.1.0.5.json").replace(b"attic-nas", b"attic-\xff\xfe"),
    ],
    ids=lambda body: body[:40].decode(errors="replace") + f" of {len(body)}",
)
def test_a_report_with_an_odd_value_is_taken(daemon: Daemon, body: bytes) -> None:
    assert raw.exchange(daemon, post(body)).status == 200
    assert daemon.data("/api/rejected")["rejected"] == []


def test_requests_sent_at_once_are_answered_in_their_order(daemon: Daemon) -> None:
    report, other = (json.dumps(reports.nth(number)).encode() for number in (1, 2))
    with raw.connect(daemon) as connection:
        connection.sendall(post(report) + post(b"no report") + post(other))
        with connection.makefile("rb") as stream:
            assert raw.read(stream).body["data"]["backupId"] == 1
            assert raw.read(stream).status == 400
            assert raw.read(stream).body["data"]["backupId"] == 2


def test_a_coded_body_is_415(shared_daemon: Daemon) -> None:
    head = raw.post_head("Content-Length: 2", "Content-Encoding: gzip")
    assert_error(raw.exchange(shared_daemon, head + b"\x1f\x8b"), 415)
    assert_lives(shared_daemon)


@pytest.mark.parametrize("options", ["close", "TE, close", "Close,TE", "keep-alive, close"])
def test_a_sender_that_closes_gets_one_answer_whatever_else_it_says_of_the_connection(
    shared_daemon: Daemon, options: str
) -> None:
    asked = f"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: {options}\r\n\r\n"
    with raw.connect(shared_daemon) as connection:
        connection.sendall(asked.encode() * 2)
        with connection.makefile("rb") as stream:
            assert stream.read().count(b"HTTP/1.1 200 OK") == 1


@pytest.mark.parametrize("options", ["", "TE, keep-alive"])
def test_other_options_of_a_connection_leave_it_open(shared_daemon: Daemon, options: str) -> None:
    header = f"Connection: {options}\r\n" if options else ""
    asked = f"GET /api/summary HTTP/1.1\r\nHost: localhost\r\n{header}\r\n".encode()
    with raw.connect(shared_daemon) as connection, connection.makefile("rb") as stream:
        for _ in range(2):
            connection.sendall(asked)
            assert raw.read(stream).status == 200
