"""Reports of renamed backups in any order: each run is stored once and each figure is right."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.fleet import Fleet
from exporter.model import Delivery
from exporter.reports import read_report
from exporter.schedule.policy import SchedulePolicy
from exporter.store import RunFilter, Store
from exporter.times import DAY, HOUR, SECOND, Millis
from tests.support.authors import BY
from tests.support.daemon import CREATED, NOW, SENDER
from tests.support.reports_builder import duplicati_report, text_report
from tests.support.stores import Database, Engine
from tests.support.strategies.state import by_runs, fold

pytestmark = pytest.mark.not_quick

DAYS = 8
NAMES = ("Photos", "Pictures", "Images")
MACHINES = ("m-1", "m-2")
NUMBERS = ("DB-1", "DB-2")

_Backup = tuple[str, str]
_Naming = dict[_Backup, list[str]]


class Here:
    """A store, the fleet that it feeds, and which runs were reported."""

    def __init__(self, database: Database, names: _Naming) -> None:
        self.database = database
        self.names = names
        self.reported: set[Millis] = set()
        self.parted = False
        self.follow(database.open())

    def follow(self, store: Store) -> None:
        self.store = store
        self.fleet = Fleet(SchedulePolicy(), CREATED)
        self.store.follow(self.fleet)

    def restart(self) -> None:
        self.follow(self.database.reopen(self.store))

    def body(self, backup: _Backup, day: int, *, as_text: bool, status: str) -> bytes:
        machine_id, number = backup
        began = start_of(backup, day)
        self.reported.add(began)
        name = self.names[backup][day]
        if as_text:
            return text_report(
                began=began, machine_id=machine_id, backup=name, status=status, backup_id=number
            )
        extra = {"backup-id": number, "destination-type": "file"}
        return duplicati_report(
            began=began, machine_id=machine_id, backup=name, status=status, extra=extra
        )


def start_of(backup: _Backup, day: int) -> Millis:
    """Return when a run of a backup started: no two start in the same second."""
    machine_id, number = backup
    place = MACHINES.index(machine_id) * len(NUMBERS) + NUMBERS.index(number)
    return NOW - (DAYS + 1 - day) * DAY + place * 10 * SECOND


Step = Callable[[Here], None]

_BACKUPS = st.tuples(st.sampled_from(MACHINES), st.sampled_from(NUMBERS))
_DAYS = st.integers(0, DAYS - 1)
_STATUSES = st.sampled_from(["Success", "Warning", "Error", "Fatal"])


@st.composite
def posts(draw: st.DrawFn) -> Step:
    backup, day, status, as_text = draw(_BACKUPS), draw(_DAYS), draw(_STATUSES), draw(st.booleans())

    def step(here: Here) -> None:
        body = here.body(backup, day, as_text=as_text, status=status)
        here.store.record(read_report(body), Delivery(NOW, SENDER))

    return step


@st.composite
def imports(draw: st.DrawFn) -> Step:
    backup, days = draw(_BACKUPS), draw(st.lists(_DAYS, min_size=1, max_size=DAYS))

    def step(here: Here) -> None:
        saved = [
            (
                read_report(here.body(backup, day, as_text=False, status="Success")),
                Delivery(start_of(backup, day) + HOUR, "imported", fetched=True),
            )
            for day in days
        ]
        here.store.record_all(saved)

    return step


@st.composite
def separations(draw: st.DrawFn) -> Step:
    place = draw(st.integers(0, 9))

    def step(here: Here) -> None:
        renamed = [job.id for job in here.store.snapshot().jobs if job.formerly]
        if renamed:
            here.parted = True  # a run does not say under which name it came
            here.store.separate_job(renamed[place % len(renamed)], BY)

    return step


@st.composite
def merges(draw: st.DrawFn) -> Step:
    turned = draw(st.booleans())

    def step(here: Here) -> None:
        servers = [server.id for server in here.store.snapshot().servers]
        if len(servers) == len(MACHINES):
            target, source = reversed(servers) if turned else servers
            here.store.merge_servers(target, [source], BY)

    return step


def restarts() -> st.SearchStrategy[Step]:
    return st.just(Here.restart)


_NAMINGS = st.fixed_dictionaries(
    {
        (machine_id, number): st.lists(st.sampled_from(NAMES), min_size=DAYS, max_size=DAYS)
        for machine_id in MACHINES
        for number in NUMBERS
    }
)
_STEPS = st.lists(
    st.one_of(posts(), posts(), posts(), imports(), separations(), merges(), restarts()),
    min_size=1,
    max_size=25,
)


@given(names=_NAMINGS, steps=_STEPS)
def test_each_run_is_one_run_and_what_is_kept_is_what_is_stored(
    engine: Engine, names: _Naming, steps: list[Step]
) -> None:
    with engine.emptied() as database:
        here = Here(database, names)
        for step in steps:
            step(here)
            starts = [run.stored.started for run in here.store.runs(RunFilter(), None, 1000)]
            assert set(starts) == here.reported
            assert here.parted or len(starts) == len(here.reported)
        jobs, stored = here.store.snapshot().jobs, here.store.runs(RunFilter(), None, 1000)
        for job in jobs:
            runs = [run.stored for run in stored if run.job_id == job.id]
            assert by_runs(job.state) == fold(sorted(runs, key=lambda run: run.id))
            assert job.name not in job.formerly
        known = [view.job for view in here.fleet.jobs()]
        assert known == [job for job in jobs if job.state.is_backup]
        here.restart()
        assert here.store.snapshot().jobs == jobs
