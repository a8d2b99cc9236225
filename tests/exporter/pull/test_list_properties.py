"""Pulls of one list, before, between and after the posts of the runs of its backups."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.fleet import Fleet
from exporter.ingest.importer import StoreImporter
from exporter.pull.bookmarks import Bookmarks
from exporter.pull.pull_server import pull_server
from exporter.schedule.policy import SchedulePolicy
from exporter.store import RunFilter
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, SECOND, format_timestamp
from tests.support.daemon import CREATED, NOW
from tests.support.deliver import deliver
from tests.support.duplicati.asking import server
from tests.support.duplicati.memory import MACHINE_ID, MACHINE_NAME
from tests.support.duplicati.simulator import Simulator
from tests.support.empty import empty_database
from tests.support.reports_builder import duplicati_report

PULL = 0
NUMBERS = (1, 2, 3)
NAMES = ("Photos", "Mail", "Films")
FIRST = NOW - 9 * DAY


class World(NamedTuple):
    """What changed since the first pull: the names by number, who ran again, what is new.

    A backup without a name was deleted; the new one, number 4, is planned and has one of them.
    """

    names: tuple[str | None, ...]
    ran: frozenset[int]
    new: str | None

    @property
    def listed(self) -> dict[int, str]:
        """The names of all that are listed."""
        kept = {number: name for number, name in zip(NUMBERS, self.names, strict=True) if name}
        return kept | ({4: self.new} if self.new else {})


@st.composite
def worlds(draw: st.DrawFn) -> World:
    names = draw(st.permutations([*NAMES, "Music"]))
    kept = draw(st.lists(st.booleans(), min_size=3, max_size=3))
    given_names = tuple(
        name if is_kept else None for name, is_kept in zip(names, kept, strict=False)
    )
    free = [name for name in (*NAMES, "Music") if name not in given_names]
    new = draw(st.none() | st.sampled_from(free))
    numbers = [number for number, name in zip(NUMBERS, given_names, strict=True) if name]
    ran = draw(st.frozensets(st.sampled_from(numbers))) if numbers else frozenset()
    return World(given_names, ran, new)


def body(number: int, name: str, day: int) -> bytes:
    began = FIRST + day * DAY + number * HOUR
    extra = {"machine-id": MACHINE_ID, "backup-id": f"DB-{number}", "destination-type": "s3"}
    return duplicati_report(began=began, server=MACHINE_NAME, backup=name, extra=extra)


def run(simulator: Simulator, number: int, name: str, day: int) -> None:
    at = FIRST + day * DAY + (number + 1) * HOUR
    data = json.loads(body(number, name, day))["Data"]
    simulator.add_row(str(number), data, Timestamp=at // SECOND)


@contextmanager
def before() -> Iterator[Simulator]:
    with Simulator() as simulator:
        for number, name in zip(NUMBERS, NAMES, strict=True):
            simulator.add_backup(str(number), name)
            run(simulator, number, name, 0)
        yield simulator


def change(simulator: Simulator, world: World) -> None:
    for number, name in zip(NUMBERS, world.names, strict=True):
        if name is None:
            simulator.delete(str(number))
            continue
        simulator.rename(str(number), name)
        if number in world.ran:
            run(simulator, number, name, 1)
    if world.new is not None:
        planned = {"Time": format_timestamp(NOW + HOUR), "Repeat": "1D"}
        simulator.add_backup("4", world.new, schedule=planned)


def outcome(world: World, steps: Sequence[int]) -> object:
    """Return the jobs with their runs after some pulls, and posts of the numbers that ran."""
    with (
        TemporaryDirectory() as folder,
        closing(Store(empty_database(Path(folder) / "reports.sqlite"))) as store,
        before() as simulator,
        server(simulator) as asked,
    ):
        fleet, bookmarks = Fleet(SchedulePolicy(), CREATED), Bookmarks()
        store.follow(fleet)
        importer = StoreImporter(store, fleet, lambda: NOW, max_log_lines=100)
        pull_server(asked, importer, bookmarks, lambda _place: None)
        change(simulator, world)
        for step in steps:
            if step == PULL:
                pull_server(asked, importer, bookmarks, lambda _place: None)
            else:
                report = body(step, world.listed[step], 1)
                deliver(store, report, received=FIRST + DAY + (step + 1) * HOUR)
        return told(store)


def told(store: Store) -> object:
    jobs = {job.id: job for job in store.snapshot().jobs}
    runs: dict[str, list[int]] = {job.name: [] for job in jobs.values()}
    for each in store.runs(RunFilter(), None, 99):
        runs[jobs[each.job_id].name].append(each.stored.started)
    states = {job.name: job.state for job in jobs.values()}
    return {
        name: (runs[name], state.runs, state.starts, state.gone, state.declared)
        for name, state in states.items()
    }


@pytest.mark.not_quick
@given(worlds(), st.data())
@settings(max_examples=30)
def test_pulls_and_posts_in_any_order_and_number_give_the_same_jobs(
    world: World, data: st.DataObject
) -> None:
    posts = sorted(world.ran)
    steps = data.draw(st.permutations([*posts, *[PULL] * data.draw(st.integers(1, 3))]))
    assert outcome(world, [*steps, PULL]) == outcome(world, [*posts, PULL])


@given(worlds())
@settings(max_examples=20)
def test_each_number_has_one_job_with_all_its_runs(world: World) -> None:
    found = outcome(world, [PULL])
    assert isinstance(found, dict)
    for number, name in world.listed.items():
        assert name in found
        days = ([0] if number in NUMBERS else []) + ([1] if number in world.ran else [])
        starts = [FIRST + day * DAY + number * HOUR for day in days]
        assert set(starts) <= set(found[name][0])
        assert found[name][3] is None
