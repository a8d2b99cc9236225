"""Bodies are read where the head allows it, and what is broken off leaves nothing behind."""

import contextlib
import json
import socket
import struct
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.process.conftest import Start
from tests.support.process import raw, reports
from tests.support.process.commands import PREFIX
from tests.support.process.daemon import ANY_PORT, Daemon
from tests.support.process.waiting import eventually

TOKEN = "a-token-of-sixteen"
MEBIBYTE = 1024 * 1024
SMALL = json.dumps(reports.documented()).encode()
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of a connection that is reset when it is closed."""


def head(size: int, *headers: str) -> bytes:
    return raw.post_head(f"Content-Length: {size}", *headers)


@pytest.mark.parametrize("headers", [(), ("Expect: 100-continue",)])
@pytest.mark.parametrize("path", [b"/api/upload", b"/api/import", b"/api/servers/1", b"/nowhere"])
def test_without_a_token_no_body_is_waited_for(
    tmp_path: Path, headers: tuple[str, ...], path: bytes
) -> None:
    with Daemon(tmp_path, *ANY_PORT, variables={f"{PREFIX}UPLOAD_TOKENS": TOKEN}) as daemon:
        sent = head(MEBIBYTE, *headers).replace(b"/api/upload", path)
        assert raw.exchange(daemon, sent).status in {401, 404, 405}
        allowed = head(len(SMALL), *headers, f"Authorization: Bearer {TOKEN}")
        with raw.connect(daemon) as connection, connection.makefile("rb") as stream:
            connection.sendall(allowed)
            if headers:
                assert stream.readline() == b"HTTP/1.1 100 Continue\r\n"
                assert stream.readline() == b"\r\n"
            connection.sendall(SMALL)
            assert raw.read(stream).status == 200


def test_a_refused_body_is_no_second_request(tmp_path: Path) -> None:
    hidden = raw.post_head(f"Content-Length: {len(SMALL)}", f"Authorization: Bearer {TOKEN}")
    hidden += SMALL
    with Daemon(tmp_path, *ANY_PORT, variables={f"{PREFIX}UPLOAD_TOKENS": TOKEN}) as daemon:
        with raw.connect(daemon) as connection:
            connection.sendall(head(len(hidden)) + hidden)
            connection.shutdown(socket.SHUT_WR)
            answers = b"".join(iter(lambda: connection.recv(65536), b""))
        assert answers.startswith(b"HTTP/1.1 401 ")
        assert answers.count(b"HTTP/1.1 ") == 1
        assert daemon.data("/api/servers")["servers"] == []


def resident(daemon: Daemon) -> int:
    status = Path(f"/proc/{daemon.process.pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def deleted_files(daemon: Daemon) -> list[str]:
    """Return the temporary files it has open, its standard ones left out, which are the tests'."""
    found = []
    for each in Path(f"/proc/{daemon.process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            found.append((int(each.name), str(each.readlink())))
    return [target for number, target in found if number > 2 and "deleted" in target]


@pytest.mark.parametrize("ends", ["closed", "reset"])
@pytest.mark.parametrize("chunked", [True, False], ids=["in chunks", "by its length"])
def test_uploads_that_are_broken_off_leave_nothing_behind(
    daemon: Daemon,
    ends: str,
    chunked: bool,  # noqa: FBT001 - of the table
) -> None:
    size = 4 * MEBIBYTE
    before = resident(daemon)
    start = raw.post_head("Transfer-Encoding: chunked") + b"%x\r\n" % size
    start = start if chunked else head(size)
    for _ in range(40):
        with raw.connect(daemon) as connection:
            connection.sendall(start + b"a" * (size - 10))
            assert deleted_files(daemon) == []
            if ends == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    eventually(lambda: resident(daemon) < before + 8 * size, "the memory of what was broken off")
    assert deleted_files(daemon) == []
    assert daemon.post(reports.documented()).status_code == 200


def test_beyond_the_memory_for_bodies_is_503_and_small_reports_go_on(start: Start) -> None:
    daemon = start("--max-upload-bytes", str(MEBIBYTE), "--max-upload-memory", str(2 * MEBIBYTE))
    large = head(MEBIBYTE)
    with ExitStack() as stack:
        for _ in range(2):
            connection = stack.enter_context(raw.connect(daemon))
            connection.sendall(large + b" " * (MEBIBYTE * 4 // 5))
        refused = eventually(lambda: no_room(daemon), "a refusal")
        assert b"\r\nRetry-After: 10\r\n" in refused
        assert b"max_upload_memory" in refused
        assert daemon.post(reports.documented()).status_code == 200
    whole = large + SMALL.ljust(MEBIBYTE)
    eventually(lambda: raw.exchange(daemon, whole).status == 200, "room for a large report")
    metrics = daemon.get("/metrics").text
    assert 'limits_reached_total{limit="upload_memory"} 0.0' not in metrics


def no_room(daemon: Daemon) -> bytes | None:
    with raw.connect(daemon) as connection:
        connection.sendall(head(MEBIBYTE, "Expect: 100-continue"))
        answer = connection.recv(65536)
    return answer if answer.startswith(b"HTTP/1.1 503 ") else None


def test_what_is_only_announced_takes_no_room(start: Start) -> None:
    daemon = start("--max-upload-bytes", str(MEBIBYTE), "--max-upload-memory", str(2 * MEBIBYTE))
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(raw.connect(daemon)).sendall(head(MEBIBYTE) + b"{")
        assert raw.exchange(daemon, head(MEBIBYTE) + SMALL.ljust(MEBIBYTE)).status == 200
