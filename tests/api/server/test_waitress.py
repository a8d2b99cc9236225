"""What of waitress is used though its documentation does not name it.

Whoever raises the version in pyproject.toml reads here what to look at, where this test fails and
where it does not: a name that is still there may mean something else.
"""

import socket
from collections.abc import Iterator

import pytest
from waitress import rfc7230, wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import ChunkedReceiver, FixedStreamReceiver
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from api.server.chunks import Chunks

CHANNEL = (
    *("requests", "requests_lock", "request", "total_outbufs_len", "current_outbuf_count"),
    *("will_close", "close_when_flushed", "connected", "adj", "server", "socket"),
    *("task_class", "error_task_class", "parser_class", "received", "service", "recv"),
    *("handle_read", "handle_write", "handle_close", "readable", "writable"),
    *("_flush_some", "_flush_exception", "write_soon"),
)
PARSER = (
    *("completed", "expect_continue", "headers_finished", "chunked", "content_length"),
    *("body_bytes_received", "body_rcv", "error", "headers", "command", "path", "version"),
    *("received", "parse_header", "close", "get_body_stream"),
)
DISPATCHER = ("lock", "queue", "queue_cv", "add_task", "set_thread_count", "shutdown")
SERVER = (
    *("accept", "readable", "del_channel", "pull_trigger", "accepting", "active_channels"),
    *("add_task", "adj", "channel_class"),
)
COMMON = ("execute", "status", "response_headers", "content_length", "request", "channel")
TASK = (
    *("get_environment", "version", "start_time", "has_body", "complete", "wrote_header"),
    *COMMON,
)
ERROR_TASK = (*COMMON, "set_close_on_finish", "write")
RECEIVER = ("completed", "error", "received", "getfile", "getbuf", "__len__")


@pytest.fixture
def sockets() -> Iterator[dict[int, wasyncore.dispatcher]]:
    made: dict[int, wasyncore.dispatcher] = {}
    yield made
    wasyncore.close_all(made)


@pytest.fixture
def server(sockets: dict[int, wasyncore.dispatcher]) -> TcpWSGIServer:
    listening = socket.create_server(("127.0.0.1", 0))
    sockinfo = (listening.family, listening.type, listening.proto, listening.getsockname())
    return TcpWSGIServer(
        lambda _environment, _start: [],
        sockets,
        _sock=listening,
        dispatcher=ThreadedTaskDispatcher(),
        adj=Adjustments(asyncore_use_poll=True),
        sockinfo=sockinfo,
        bind_socket=False,
    )


def missing(thing: object, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if not hasattr(thing, name)]


def test_a_server_has_what_is_used_of_it(server: TcpWSGIServer) -> None:
    assert missing(server, SERVER) == []
    assert missing(server.adj, ("send_bytes", "max_request_body_size")) == []
    assert missing(wasyncore, ("loop", "close_all", "dispatcher")) == []


def test_a_connection_and_its_tasks_have_what_is_used_of_them(
    server: TcpWSGIServer, sockets: dict[int, wasyncore.dispatcher]
) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        channel = HTTPChannel(server, ours, ("127.0.0.1", 1), server.adj, sockets)
        request = HTTPRequestParser(server.adj)
        request.parse_header(b"GET / HTTP/1.0\r\n")
        assert missing(channel, CHANNEL) == []
        assert missing(WSGITask(channel, request), TASK) == []
        assert missing(ErrorTask(channel, request), ERROR_TASK) == []
        channel.handle_close()


def test_a_request_has_what_is_used_of_it() -> None:
    request = HTTPRequestParser(Adjustments())
    request.parse_header(b"GET / HTTP/1.0\r\n")
    assert missing(request, PARSER) == []
    assert missing(ThreadedTaskDispatcher(), DISPATCHER) == []
    assert missing(rfc7230, ("CHUNK_EXT_RE", "ONLY_HEXDIG_RE")) == []


@pytest.mark.parametrize("receiver", [ChunkedReceiver, FixedStreamReceiver, Chunks])
def test_what_takes_a_body_has_what_is_asked_of_it(receiver: type) -> None:
    made = receiver(1, None) if receiver is FixedStreamReceiver else receiver(None)
    asked = [name for name in RECEIVER if name not in ("__len__", "getfile", "getbuf")]
    assert missing(made, tuple(asked)) == []
    assert missing(receiver, ("__len__", "getfile", "getbuf")) == []
