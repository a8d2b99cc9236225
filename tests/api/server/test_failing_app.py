"""An error that leaves the app leaves no sender without an answer, whichever thread asked it."""

import http.client
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

import pytest

from tests.api.server.test_threads import (
    UPLOAD,
    Environment,
    Threads,
    connect,
    post,
    serving,
    submitted,
)


class Failing(Threads):
    """Raises an error that Falcon does not catch, once all is done that may be done before."""

    def __call__(self, environment: Environment, start: Callable[..., Any]) -> Iterable[bytes]:
        if environment["PATH_INFO"] == UPLOAD:
            super().__call__(environment, start)
        raise MemoryError


@pytest.fixture
def app() -> Failing:
    return Failing()


def refused(connection: http.client.HTTPConnection) -> bool:
    return connection.getresponse().status == 500


@pytest.mark.parametrize("path", ["/api/import", "/known"])
def test_a_thread_that_may_wait_answers(app: Failing, path: str) -> None:
    with serving(app) as served, closing(connect(served)) as connection:
        connection.request("POST", path, body=b"{}")
        assert refused(connection)


def test_the_thread_that_reads_reports_leaves_the_answer_to_one(app: Failing) -> None:
    app.begins_again = True
    with serving(app) as served, closing(connect(served)) as connection:
        post(connection)
        assert refused(connection)
    assert [asked_first for asked_first, _ in app.calls] == [True, False]


def test_it_does_so_when_the_report_that_was_submitted_is_decided(app: Failing) -> None:
    with serving(app) as served, closing(connect(served)) as connection:
        post(connection)
        (pending,) = submitted(app)
        pending.told(pending)
        assert refused(connection)
    assert [asked_first for asked_first, _ in app.calls] == [True, False]
