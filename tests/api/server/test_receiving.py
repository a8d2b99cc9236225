"""The app knows when the thread that receives asks it: then nothing may be looked up."""

from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

from api.at_once import RECEIVING
from tests.api.server.test_threads import PASSWORD, Environment, Threads, connect, get, serving


class Received(Threads):
    """Notes of each question whether the app was told that the thread receives."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[bool] = []

    def __call__(self, environment: Environment, start: Callable[..., Any]) -> Iterable[bytes]:
        self.told.append(RECEIVING in environment)
        return super().__call__(environment, start)


def test_only_who_is_asked_by_the_thread_that_receives_is_told_so() -> None:
    app = Received()
    with serving(app) as (port, receiver), closing(connect((port, receiver))) as connection:
        answered = [get(connection), get(connection), get(connection, **PASSWORD)]
        app.still = False
        answered.append(get(connection))
    assert app.told == [thread == receiver for thread in answered] == [False, True, False, False]
