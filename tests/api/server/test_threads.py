"""Which thread answers: the one that receives, the one that reads reports, or one that may wait."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pytest

from api.at_once import AT_ONCE, AtOnce
from api.deferred import DEFERRED, FAILED, Deferred
from api.server.http_server import HttpServer
from api.server.memory import SMALL_BYTES
from api.server.site import Site
from exporter.exposition.self_metrics import SelfMetrics
from exporter.limits import Limit, Limits
from exporter.store import LimitReachedError, Recorded, StoreUnavailableError
from tests.support.process.waiting import eventually

AT_MOST_SECONDS = 60.0
UPLOAD = "/api/upload"
PASSWORD = {"Authorization": "Basic YTpi"}
Environment = dict[str, Any]
App = Callable[[Environment, Callable[..., Any]], Iterable[bytes]]


class FakePending:
    """A report that is submitted, and decided by the test."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.told: Callable[[Any], None] = lambda _: None
        self.expired = threading.Event()

    def result(self) -> Recorded:
        if self.error is not None:
            raise self.error
        return None  # type: ignore[return-value] # the app of these tests does not look at it

    def expire(self, present: float) -> None:
        self.expired.set()


class Threads:
    """An app that says which thread answers, and may defer what is posted."""

    def __init__(self) -> None:
        self.still = True
        self.begins_again = False
        self.submitted: list[FakePending] = []
        self.calls: list[tuple[bool, object]] = []
        """Of each call whether it might be answered later, and why the store failed before."""

    def __call__(self, environment: Environment, start: Callable[..., Any]) -> Iterable[bytes]:
        body = str(threading.get_ident()).encode()
        if environment["REQUEST_METHOD"] == "POST":
            body = self._post(environment, body)
        elif AT_ONCE in environment:
            environment[AT_ONCE](lambda: self.still)
        start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    def _post(self, environment: Environment, body: bytes) -> bytes:
        deferred: Deferred | None = environment.get(DEFERRED)
        self.calls.append((deferred is not None, environment.get(FAILED)))
        size = len(environment["wsgi.input"].read())
        if deferred is None:
            return b"waited for %d bytes" % size
        if self.begins_again:
            deferred.begins_again = True
            return b""
        pending = FakePending()

        def submit(told: Callable[[Any], None]) -> FakePending:
            pending.told = told
            self.submitted.append(pending)
            return pending

        deferred.wait_for(submit, lambda _: b"later, %d bytes" % size)
        return b""


@contextmanager
def serving(app: App) -> Iterator[tuple[int, int]]:
    """Serve an app; yield the port and the thread that receives."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = HttpServer(
        Site(app, at_once=AtOnce()),  # type: ignore[arg-type] # an app of WSGI, without Falcon
        listening,
        Limits(),
        SelfMetrics("1", lambda: 0),
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert thread.ident is not None
        yield listening.getsockname()[1], thread.ident
    finally:
        server.stop()
        thread.join()
        listening.close()


@pytest.fixture
def app() -> Threads:
    return Threads()


@pytest.fixture
def served(app: Threads) -> Iterator[tuple[int, int]]:
    with serving(app) as served:
        yield served


@pytest.fixture
def connection(served: tuple[int, int]) -> Iterator[http.client.HTTPConnection]:
    with closing(connect(served)) as connection:
        yield connection


def connect(served: tuple[int, int]) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", served[0], timeout=AT_MOST_SECONDS)


def get(connection: http.client.HTTPConnection, **headers: str) -> int:
    connection.request("GET", "/known", headers=headers)
    return int(connection.getresponse().read())


def test_a_question_that_was_answered_is_answered_where_it_is_received(
    app: Threads, served: tuple[int, int], connection: http.client.HTTPConnection
) -> None:
    _, receiver = served
    assert get(connection) != receiver
    assert [get(connection) for _ in range(3)] == [receiver] * 3
    app.still = False
    assert get(connection) != receiver


def test_a_password_is_never_checked_there(
    served: tuple[int, int], connection: http.client.HTTPConnection
) -> None:
    get(connection)
    assert get(connection, **PASSWORD) != served[1]


def test_questions_sent_at_once_are_answered_in_their_order(served: tuple[int, int]) -> None:
    port, receiver = served
    with closing(connect(served)) as first:
        get(first)
    asked = b"GET /known HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /known HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), AT_MOST_SECONDS) as sender:
        sender.sendall(asked * 49 + last)
        with sender.makefile("rb") as answers:
            text = answers.read()
    assert text.count(b"HTTP/1.1 200 OK") == 50
    assert text.count(str(receiver).encode()) >= 1


def test_an_error_there_ends_neither_the_loop_nor_other_connections(
    served: tuple[int, int], connection: http.client.HTTPConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    get(connection)
    with monkeypatch.context() as broken:
        broken.setattr("api.server.channel.Channel.service", lambda _: 1 / 0)
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            get(connection)
    with closing(connect(served)) as other:
        assert get(other) == served[1]


def post(connection: http.client.HTTPConnection, size: int = 10, **headers: str) -> None:
    connection.request("POST", UPLOAD, body=b"x" * size, headers=headers)


def answer(connection: http.client.HTTPConnection) -> bytes:
    response = connection.getresponse()
    assert response.status == 200
    return response.read()


def submitted(app: Threads, count: int = 1) -> list[FakePending]:
    eventually(lambda: len(app.submitted) == count, "the reports are submitted")
    return app.submitted


def test_reports_are_answered_when_they_are_recorded_whichever_is_first(
    app: Threads, served: tuple[int, int]
) -> None:
    with closing(connect(served)) as one, closing(connect(served)) as two:
        post(one, 10)
        (first,) = submitted(app)
        post(two, 20)
        second = submitted(app, 2)[1]
        second.told(second)
        assert answer(two) == b"later, 20 bytes"
        first.told(first)
        assert answer(one) == b"later, 10 bytes"


def test_a_report_in_chunks_is_deferred_too(
    app: Threads, connection: http.client.HTTPConnection
) -> None:
    connection.request("POST", UPLOAD, body=iter([b"x" * 4, b"x" * 6]), encode_chunked=True)
    (pending,) = submitted(app)
    pending.told(pending)
    assert answer(connection) == b"later, 10 bytes"


def test_others_are_answered_meanwhile(
    app: Threads, served: tuple[int, int], connection: http.client.HTTPConnection
) -> None:
    post(connection)
    (pending,) = submitted(app)
    with closing(connect(served)) as other:
        assert get(other)
    pending.told(pending)
    assert answer(connection) == b"later, 10 bytes"


@pytest.mark.parametrize(
    "error", [LimitReachedError(Limit.JOBS, "max_jobs"), StoreUnavailableError("away")]
)
def test_why_the_store_refused_is_known_to_who_answers_then(
    app: Threads, connection: http.client.HTTPConnection, error: Exception
) -> None:
    post(connection)
    (pending,) = submitted(app)
    pending.error = error
    pending.told(pending)
    assert answer(connection) == b"waited for 10 bytes"
    assert app.calls == [(True, None), (False, error)]


def test_what_begins_again_is_answered_by_who_may_wait(
    app: Threads, connection: http.client.HTTPConnection
) -> None:
    app.begins_again = True
    post(connection)
    assert answer(connection) == b"waited for 10 bytes"
    assert app.calls == [(True, None), (False, None)]


def test_an_unexpected_error_begins_again_too(
    app: Threads, connection: http.client.HTTPConnection
) -> None:
    post(connection)
    (pending,) = submitted(app)
    pending.error = KeyError("a bug")
    pending.told(pending)
    assert answer(connection) == b"waited for 10 bytes"
    assert app.calls == [(True, None), (False, None)]


@pytest.mark.parametrize(("size", "headers"), [(SMALL_BYTES + 1, {}), (10, PASSWORD)])
def test_what_takes_time_is_never_deferred(
    app: Threads, connection: http.client.HTTPConnection, size: int, headers: dict[str, str]
) -> None:
    post(connection, size, **headers)
    assert answer(connection) == b"waited for %d bytes" % size
    assert app.calls == [(False, None)]


def test_who_went_away_leaves_nothing_in_flight(app: Threads, served: tuple[int, int]) -> None:
    with closing(connect(served)) as gone:
        post(gone)
        (pending,) = submitted(app)
    pending.told(pending)
    with closing(connect(served)) as other:
        post(other)
        second = submitted(app, 2)[1]
        second.told(second)
        assert answer(other) == b"later, 10 bytes"


def test_what_is_pending_is_asked_whether_it_takes_too_long(
    app: Threads, connection: http.client.HTTPConnection
) -> None:
    post(connection)
    (pending,) = submitted(app)
    assert pending.expired.wait(AT_MOST_SECONDS)
    pending.told(pending)
    assert answer(connection)


def test_a_stop_waits_for_what_is_pending(app: Threads) -> None:
    with ExitStack() as server:
        with closing(connect(server.enter_context(serving(app)))) as sender:
            post(sender)
            (pending,) = submitted(app)
            stopping = threading.Thread(target=server.pop_all().close)
            stopping.start()
            pending.told(pending)
            assert answer(sender) == b"later, 10 bytes"
        stopping.join()
