import threading
from collections.abc import Iterator

import pytest

from api.route_prefix import RoutePrefix
from api.server.dispatcher import Dispatcher, Pools

THREADS = 3
BOUND_SECONDS = 20.0


class Task:
    """A request whose answer waits for others to be worked on at the same time."""

    def __init__(self, dispatcher: Dispatcher, together: threading.Barrier) -> None:
        self._dispatcher = dispatcher
        self._together = together
        self.done = threading.Event()

    def service(self) -> None:
        with self._dispatcher:
            self._together.wait(BOUND_SECONDS)
        self.done.set()

    def cancel(self) -> None:
        """Nothing is left of it."""


@pytest.fixture
def dispatcher() -> Iterator[Dispatcher]:
    dispatcher = Dispatcher()
    dispatcher.set_thread_count(THREADS)
    yield dispatcher
    dispatcher.shutdown()


@pytest.mark.parametrize("times", [1, 50])
def test_what_comes_together_is_worked_on_by_as_many_threads_as_there_are(
    dispatcher: Dispatcher, times: int
) -> None:
    for _ in range(times):
        together = threading.Barrier(THREADS)
        tasks = [Task(dispatcher, together) for _ in range(THREADS)]
        for task in tasks:
            dispatcher.add_task(task)
        assert all(task.done.wait(BOUND_SECONDS) for task in tasks)


def test_what_finds_no_thread_is_worked_on_when_one_is_free(dispatcher: Dispatcher) -> None:
    together = threading.Barrier(THREADS)
    tasks = [Task(dispatcher, together) for _ in range(4 * THREADS)]
    for task in tasks:
        dispatcher.add_task(task)
    assert all(task.done.wait(BOUND_SECONDS) for task in tasks)


def test_what_waits_and_what_is_worked_on_is_in_flight_until_it_is_done(
    dispatcher: Dispatcher,
) -> None:
    assert dispatcher.in_flight == 0
    together = threading.Barrier(THREADS)
    tasks = [Task(dispatcher, together) for _ in range(2 * THREADS)]
    for number, task in enumerate(tasks[: THREADS - 1], 1):
        dispatcher.add_task(task)
        assert dispatcher.in_flight == number
    for task in tasks[THREADS - 1 :]:
        dispatcher.add_task(task)
    assert all(task.done.wait(BOUND_SECONDS) for task in tasks)
    assert dispatcher.in_flight == 0


@pytest.fixture
def pools() -> Iterator[Pools]:
    pools = Pools(THREADS)
    yield pools
    pools.shutdown()


def test_what_a_daemon_tells_of_itself_waits_for_no_question_to_the_store(pools: Pools) -> None:
    assert pools.of("GET", "/metrics", "part=daemon") is pools.own
    assert pools.of("GET", "/api/health", "name[]=up&part=daemon") is pools.own
    for path, query in {"/metrics": "part=fleet", "/api/summary": "part=daemon"}.items():
        assert pools.of("GET", path, query) is pools.reads


def test_reports_find_their_threads_free_however_many_live_reports_wait(pools: Pools) -> None:
    assert pools.of("POST", "/api/upload", "") is pools.uploads
    assert pools.of("POST", "/api/activity", "") is pools.live
    assert pools.of("PUT", "/api/activity", "server=nas") is pools.live


def test_below_a_prefix_the_same_threads_answer(pools: Pools) -> None:
    below = RoutePrefix("/backups")
    for prefix in ("", "/backups"):
        assert pools.of("GET", f"{prefix}/metrics", "part=daemon", below) is pools.own
        assert pools.of("GET", f"{prefix}/-/ready", "", below) is pools.probes
        assert pools.of("POST", f"{prefix}/api/activity", "", below) is pools.live
    assert pools.of("POST", "/elsewhere/api/activity", "", below) is pools.uploads
