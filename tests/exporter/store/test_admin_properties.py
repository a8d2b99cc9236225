"""Whatever people change between reports, memory has what a restart would read."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.fleet import Fleet
from exporter.model import JobSettings, StoredRun
from exporter.schedule.expressions import Every
from exporter.schedule.policy import Override, SchedulePolicy
from exporter.store import RunFilter, Store
from exporter.times import DAY, HOUR, MINUTE
from tests.support.authors import BY
from tests.support.daemon import CREATED, NOW
from tests.support.deliver import deliver
from tests.support.reports_builder import documented_report, duplicati_report
from tests.support.stores import Engine
from tests.support.strategies.state import by_runs, fold

POLICY = SchedulePolicy(
    overrides=(
        Override("Cellar", plan=Every(2 * HOUR)),
        Override("nas", "Mail", tolerance=3 * DAY),
        Override("renamed", tolerance=MINUTE),
    )
)
TEXTS = ("m-1", "m-2", "nas", "old", "renamed", "Cellar", "192.0.2.1", "by name")
MOMENTS = [NOW + number * 7 * HOUR for number in range(-8, 30)]

Entry = TypeVar("Entry")


class Here:
    """A store and the fleet that it feeds; each report comes a minute after the one before."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.fleet = loaded(store)
        self.now = NOW

    def deliver(self, body: bytes) -> None:
        sender = f"192.0.2.{self.now // MINUTE % 2}"
        recorded = deliver(self.store, body, sender=sender, received=self.now)
        self.fleet.apply(recorded.change)
        self.now += MINUTE

    def servers(self) -> list[int]:
        return [server.id for server in self.store.snapshot().servers]

    def jobs(self) -> list[int]:
        return [job.id for job in self.store.snapshot().jobs]


Step = Callable[[Here], None]

_PLACES = st.integers(0, 9)
_BACKUPS = st.sampled_from(["Documents", "Mail"])
_STATUSES = st.sampled_from(["Success", "Warning", "Error", "Fatal"])
_MUTES = st.sampled_from([None, NOW - DAY, NOW + DAY, NOW + 3 * DAY])
_SETTINGS = st.builds(
    JobSettings,
    schedule=st.sampled_from([None, "auto", "off", "every 3h", "cron 30 2 * * * Europe/Berlin"]),
    tolerance=st.sampled_from([None, MINUTE, DAY]),
    paused=st.booleans(),
    muted=_MUTES,
)


def chosen(known: Sequence[Entry], place: int) -> list[Entry]:
    """Return the element for a drawn number, if there are any."""
    return [known[place % len(known)]] if known else []


@st.composite
def reports(draw: st.DrawFn) -> Step:
    backup, status = draw(_BACKUPS), draw(_STATUSES)
    machine_id = draw(st.sampled_from(["m-1", "m-2", None]))
    name = draw(st.sampled_from(["nas", "old", "renamed", None]))
    ahead, late = draw(st.sampled_from([0, 0, 2 * DAY])), draw(st.integers(0, 3)) * DAY

    def step(here: Here) -> None:
        began = here.now - late + ahead
        body = duplicati_report(
            began=began,
            server=name,
            machine_id=machine_id,
            backup=backup,
            status=status,
            next_scheduled=began + DAY,
        )
        here.deliver(body)

    return step


@st.composite
def named_reports(draw: st.DrawFn) -> Step:
    name, status = draw(st.sampled_from(["by name", "nas"])), draw(_STATUSES)

    def step(here: Here) -> None:
        here.deliver(documented_report(began=here.now, server=name, backup="Mail", status=status))

    return step


@st.composite
def set_servers(draw: st.DrawFn) -> Step:
    place, alias = draw(_PLACES), draw(st.sampled_from([None, "Cellar", "nas"]))
    muted = draw(_MUTES)

    def step(here: Here) -> None:
        for server_id in chosen(here.servers(), place):
            here.store.set_server(
                server_id, lambda server: replace(server, alias=alias, muted=muted), BY
            )

    return step


@st.composite
def set_jobs(draw: st.DrawFn) -> Step:
    place, settings = draw(_PLACES), draw(_SETTINGS)

    def step(here: Here) -> None:
        for job_id in chosen(here.jobs(), place):
            here.store.set_job(job_id, lambda _: settings, BY)

    return step


@st.composite
def deletions(draw: st.DrawFn) -> Step:
    place, whole = draw(_PLACES), draw(st.booleans())

    def step(here: Here) -> None:
        if whole:
            for server_id in chosen(here.servers(), place):
                here.store.delete_server(server_id, BY)
        else:
            for job_id in chosen(here.jobs(), place):
                here.store.delete_job(job_id, BY)

    return step


@st.composite
def merges(draw: st.DrawFn) -> Step:
    place, most = draw(_PLACES), draw(st.integers(1, 3))

    def step(here: Here) -> None:
        for target in chosen(here.servers(), place):
            sources = [server_id for server_id in here.servers() if server_id != target][:most]
            if sources:
                here.store.merge_servers(target, sources, BY)

    return step


REPORTS = st.one_of(reports(), named_reports())
STEPS = st.one_of(REPORTS, REPORTS, merges(), set_servers(), set_jobs(), deletions())
SEQUENCES = st.tuples(st.lists(REPORTS, min_size=2, max_size=6), st.lists(STEPS, max_size=16))


def known_to(fleet: Fleet) -> list[object]:
    """Return all answers of a fleet."""
    ids = range(1, 40)
    return [
        fleet.servers(),
        fleet.jobs(),
        [fleet.server(number) for number in ids],
        [fleet.of_server(number).jobs for number in ids],
        [fleet.job(number) for number in ids],
        [fleet.place(number) for number in ids],
        [sorted(each.id for each in fleet.find_servers(text)) for text in TEXTS],
        [fleet.totals(now) for now in MOMENTS],
        [fleet.overdue(now) for now in MOMENTS],
    ]


def loaded(store: Store) -> Fleet:
    fleet = Fleet(POLICY, CREATED)
    store.follow(fleet)
    return fleet


def refolded(store: Store, job_id: int) -> list[StoredRun]:
    runs = [run.stored for run in store.runs(RunFilter(job_id=job_id), None, 1000)]
    return sorted(runs, key=lambda stored: stored.id)


@pytest.mark.not_quick
@given(sequence=SEQUENCES)
def test_after_any_changes_memory_and_database_know_the_same(
    engine: Engine, sequence: tuple[list[Step], list[Step]]
) -> None:
    first, then = sequence
    with engine.emptied() as database:
        store = database.open()
        here = Here(store)
        for step in [*first, *then]:
            step(here)
        before = known_to(here.fleet)
        assert known_to(loaded(store)) == before
        for job in store.snapshot().jobs:
            assert by_runs(job.state) == fold(refolded(store, job.id))
        assert known_to(loaded(database.reopen(store))) == before
