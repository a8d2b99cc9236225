"""Any report to any daemon: memory, the database and the stored runs agree."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.model import JobSettings
from exporter.store import UnknownIdError
from exporter.store.postgres import Store
from exporter.times import DAY, MINUTE
from tests.support.authors import BY
from tests.support.daemon import NOW
from tests.support.postgres import Postgres
from tests.support.replicas import Replicas, known_to, post, stored
from tests.support.reports_builder import documented_report, duplicati_report

pytestmark = pytest.mark.not_quick

Step = Callable[[Store, int], None]

_STATUSES = st.sampled_from(["Success", "Warning", "Error", "Fatal"])
_BACKUPS = st.sampled_from(["Documents", "Mail"])
_PLACES = st.integers(0, 9)


@st.composite
def reports(draw: st.DrawFn) -> Step:
    """Of few machines, backups and starts, so that some come twice, late, or with a new name."""
    backup, status, late = draw(_BACKUPS), draw(_STATUSES), draw(st.integers(0, 3))
    machine_id = draw(st.sampled_from(["m-1", "m-2", None]))
    name = draw(st.sampled_from(["nas", "old", None]))
    backup_id = draw(st.sampled_from([None, "DB-1", "DB-2"]))

    def step(store: Store, number: int) -> None:
        began = NOW + number // 3 * MINUTE - late * DAY
        report = duplicati_report(
            began=began,
            server=name,
            machine_id=machine_id,
            backup=backup,
            status=status,
            extra={"backup-id": backup_id},
        )
        post(store, report, NOW + number * MINUTE, f"192.0.2.{number % 2}")

    return step


@st.composite
def named_reports(draw: st.DrawFn) -> Step:
    name = draw(st.sampled_from(["by name", "nas"]))

    def step(store: Store, number: int) -> None:
        report = documented_report(began=NOW + number * MINUTE, server=name, backup="Mail")
        post(store, report, NOW + number * MINUTE)

    return step


@st.composite
def changes(draw: st.DrawFn) -> Step:
    kind, place, paused = draw(st.integers(0, 4)), draw(_PLACES), draw(st.booleans())

    def step(store: Store, _: int) -> None:
        servers, jobs, _ids = known_to(store)
        if not servers or not jobs:
            return
        server, job = servers[place % len(servers)].id, jobs[place % len(jobs)].id
        others = [each.id for each in servers if each.id != server][:2]
        with suppress(UnknownIdError):
            if kind == 0:
                store.set_server(server, lambda each: replace(each, alias="Cellar"), BY)
            elif kind == 1:
                store.set_job(job, lambda _: JobSettings(paused=paused), BY)
            elif kind == 2:
                store.delete_job(job, BY)
            elif kind == 3:
                store.delete_server(server, BY)
            elif others:
                store.merge_servers(server, others, BY)

    return step


STEPS = st.one_of(reports(), reports(), reports(), named_reports(), changes())
HISTORIES = st.lists(st.tuples(st.integers(0, 1), st.booleans(), STEPS), min_size=3, max_size=18)


@pytest.fixture(scope="module")
def two(postgres: Postgres) -> Iterator[Replicas]:
    with Replicas(postgres.create("properties", "upgraded")) as replicas:
        replicas.open()
        replicas.open()
        yield replicas
    postgres.drop("properties")


def forget(replicas: Replicas) -> None:
    """Remove all that is known, as people do."""
    store = replicas.stores[0]
    store.catch_up(5)
    for server in store.snapshot().servers:
        store.delete_server(server.id, BY)


@given(HISTORIES)
def test_after_any_history_all_daemons_know_what_the_database_holds(
    two: Replicas, history: list[tuple[int, bool, Step]]
) -> None:
    forget(two)
    for number, (place, looks, step) in enumerate(history):
        store = two.stores[place]
        step(store, number)
        if looks:
            other = two.stores[1 - place]
            other.catch_up(5)
            assert known_to(other) == stored(two.url)
    two.assert_whole()
    with Replicas(two.url) as restarted:
        restarted.open()
        restarted.assert_whole()
