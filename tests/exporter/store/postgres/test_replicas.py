"""Several daemons with one database: each answer includes all that any of them acknowledged."""

import itertools
import random
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any

import pytest

from exporter.model import JobSettings
from exporter.store import Recorded, RunFilter, UnknownIdError
from exporter.store.postgres import Store, open_reader
from tests.support.authors import BY
from tests.support.pgbouncer import pooling
from tests.support.postgres import Postgres
from tests.support.replicas import Replicas, at_once, body, post

pytestmark = pytest.mark.not_quick

THREADS = 8
EACH = 25
STATUSES = ("Success", "Warning", "Error", "Fatal")


@pytest.fixture(params=["plain", "serializable", "repeatable read", "pooled"])
def replicas(
    request: pytest.FixtureRequest, postgres: Postgres, database: str
) -> Iterator[Replicas]:
    """Open stores of a database with its defaults, with other settings, and through a pooler."""
    with ExitStack() as stack:
        isolation, more = str(request.param), ""
        if isolation == "pooled":
            more = stack.enter_context(pooling(postgres))
        elif isolation != "plain":
            postgres.set(database, "default_transaction_isolation", isolation)
        yield stack.enter_context(Replicas(database, database + more))


def runs_known_to(store: Store) -> dict[str, int]:
    store.catch_up(20)
    change = store.snapshot()
    names = {server.id: server.name for server in change.servers}
    return {names[job.server_id]: job.state.total_runs for job in change.jobs}


def test_what_one_acknowledged_is_in_the_next_answer_of_any_other(replicas: Replicas) -> None:
    stores = [replicas.open() for _ in range(3)]

    def ask_others(thread: int) -> None:
        name, choice = f"s{thread}", random.Random(thread)
        for number in range(EACH):
            post(choice.choice(stores), body(number, name))
            assert runs_known_to(choice.choice(stores))[name] == number + 1

    at_once([partial(ask_others, thread) for thread in range(THREADS)])
    replicas.assert_whole()


def test_own_commits_during_a_question_are_no_lost_history(
    replicas: Replicas, caplog: pytest.LogCaptureFixture
) -> None:
    store = replicas.open()

    def send(thread: int) -> None:
        for number in range(EACH):
            post(store, body(number, f"s{thread}"))
            store.catch_up(20)

    at_once([partial(send, thread) for thread in range(THREADS)])
    assert "lost" not in caplog.text


def test_the_same_reports_to_all_at_once_are_recorded_once(replicas: Replicas) -> None:
    stores = [replicas.open() for _ in range(3)]
    bodies = [body(number, f"s{number % 3}", f"b{number % 2}") for number in range(60)]

    def send(place: int) -> list[Recorded]:
        order = bodies[:]
        random.Random(place).shuffle(order)
        return [post(stores[place % 3], each) for each in order]

    sent = at_once([partial(send, place) for place in range(6)])
    recorded = list(itertools.chain.from_iterable(sent))
    assert sum(each.new for each in recorded) == len(bodies)
    assert len({each.run_id for each in recorded}) == len(bodies)
    assert replicas.ask("SELECT count(*) FROM runs") == [(len(bodies),)]
    replicas.assert_whole()


@pytest.mark.parametrize(
    "fields",
    [
        {"machine_id": "m-9", "server": "new"},
        {"machine_id": None, "server": "new"},
        {"machine_id": None, "server": None},
    ],
    ids=["machine-id", "name", "address"],
)
def test_a_stranger_that_all_meet_at_once_is_made_once(
    replicas: Replicas, fields: dict[str, Any]
) -> None:
    stores = [replicas.open() for _ in range(3)]
    bodies = [body(number, **fields, backup=f"b{number % 4}") for number in range(12)]
    recorded = at_once([partial(post, store, each) for each in bodies for store in stores])
    assert len({each.server.id for each in recorded}) == 1
    assert len({each.job.id for each in recorded}) == 4
    assert sum(each.new for each in recorded) == len(bodies)
    replicas.assert_whole()


def send_all(stores: list[Store], thread: int) -> None:
    """Post reports while many threads post, too."""
    choice = random.Random(thread)
    for number in range(40):
        server, backup = f"s{choice.randrange(6)}", f"b{choice.randrange(2)}"
        machine = choice.choice([f"id of {server}", None])
        report = body(number, server, backup, machine_id=machine, status=choice.choice(STATUSES))
        post(choice.choice(stores), report)


def change_all(stores: list[Store], thread: int) -> None:
    """Merge, delete and change what exists by now."""
    choice = random.Random(-thread)
    for _ in range(25):
        store = choice.choice(stores)
        store.catch_up(20)
        change = store.snapshot()
        servers = [server.id for server in change.servers] or [1]
        jobs = [job.id for job in change.jobs] or [1]
        with suppress(UnknownIdError):
            kind = choice.randrange(4)
            if kind == 0 and len(servers) > 1:
                target, source = choice.sample(servers, 2)
                store.merge_servers(target, [source], BY)
            elif kind == 1:
                store.delete_job(choice.choice(jobs), BY)
            elif kind == 2:
                store.delete_server(choice.choice(servers), BY)
            else:
                store.set_job(choice.choice(jobs), lambda _: JobSettings(paused=True), BY)


def test_changes_by_people_during_reports_leave_nothing_behind(replicas: Replicas) -> None:
    stores = [replicas.open() for _ in range(3)]
    sending = [partial(send_all, stores, thread) for thread in range(4)]
    changing = [partial(change_all, stores, thread) for thread in range(1, 3)]
    at_once([*sending, *changing])
    replicas.assert_whole()
    assert replicas.deadlocks() == 0


@pytest.mark.parametrize("replicas", ["plain", "pooled"], indirect=True)
def test_all_is_read_again_and_again(replicas: Replicas) -> None:
    """Frequent statements are prepared, which a pooler does not keep."""
    stores = [replicas.open() for _ in range(3)]
    recorded = post(stores[0], body(1))

    def ask(store: Store) -> None:
        for _ in range(40):
            found = store.run(recorded.run_id)
            assert found is not None
            assert found.stored.id == recorded.run_id
            assert [run.stored.id for run in store.runs(RunFilter(), None, 9)] == [recorded.run_id]

    at_once([partial(ask, store) for store in stores * 2])
    for _ in range(10):
        reader = open_reader(replicas.served)
        assert [name for _, name in reader.jobs()] == ["Documents"]
