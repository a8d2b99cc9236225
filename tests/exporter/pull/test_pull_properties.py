"""Pulls of one state of a server, before, between and after the posts of the same runs."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.fleet import Fleet
from exporter.ingest.importer import StoreImporter
from exporter.pull.bookmarks import Bookmarks
from exporter.pull.pull_server import pull_server
from exporter.schedule.policy import SchedulePolicy
from exporter.store import RunFilter
from exporter.store.sqlite import Store
from exporter.times import HOUR, MINUTE, SECOND, Millis
from tests.exporter.pull.deaths import DIED, LAST_RUN, MESSAGE, PHOTOS, report
from tests.support.daemon import CREATED, NOW
from tests.support.deliver import deliver
from tests.support.duplicati.asking import server
from tests.support.duplicati.memory import MACHINE_ID, MACHINE_NAME
from tests.support.duplicati.simulator import Simulator
from tests.support.empty import empty_database
from tests.support.reports_builder import duplicati_report

PULL, DEATH = -1, -2


class World(NamedTuple):
    """What a server remembers: runs by their hours before the death, and whether that was one."""

    hours: frozenset[int]
    died: bool


def body(hours: int) -> bytes:
    return duplicati_report(
        began=LAST_RUN - hours * HOUR,
        server=MACHINE_NAME,
        backup=PHOTOS,
        extra={"machine-id": MACHINE_ID, "backup-id": "DB-2", "destination-type": "s3"},
    )


@contextmanager
def remembering(world: World) -> Iterator[Simulator]:
    with Simulator() as simulator:
        simulator.add_backup("2", PHOTOS)
        for hours in sorted(world.hours, reverse=True):
            at = LAST_RUN - hours * HOUR + MINUTE
            simulator.add_row("2", json.loads(body(hours))["Data"], Timestamp=at // SECOND)
        simulator.remember("2", LAST_RUN)
        if world.died:
            simulator.remember("2", LastErrorDate=DIED, LastErrorMessage=MESSAGE)
        yield simulator


def outcome(simulator: Simulator, steps: Sequence[int]) -> object:
    """Return the runs and the state of the job after some pulls and posts."""
    with (
        TemporaryDirectory() as folder,
        closing(Store(empty_database(Path(folder) / "reports.sqlite"))) as store,
        server(simulator) as asked,
    ):
        fleet, bookmarks = Fleet(SchedulePolicy(), CREATED), Bookmarks()
        store.follow(fleet)
        importer = StoreImporter(store, fleet, lambda: NOW, max_log_lines=100)
        for step in steps:
            if step == PULL:
                pull_server(asked, importer, bookmarks, lambda _place: None)
            elif step == DEATH:
                deliver(store, report(LAST_RUN + 5 * MINUTE, ended=DIED), received=NOW)
            else:
                began: Millis = LAST_RUN - step * HOUR
                deliver(store, body(step), received=began + 2 * MINUTE)
        runs = [each.stored for each in store.runs(RunFilter(), None, 99)]
        told = [(each.started, each.run.status, each.run.source) for each in runs]
        (view,) = fleet.jobs()
        state = view.job.state
        counts = (state.runs, state.consecutive_failures, state.interrupted_runs)
        return told, counts, state.starts


@given(
    st.builds(World, st.frozensets(st.integers(1, 5), max_size=4), st.booleans()),
    st.data(),
)
@settings(max_examples=20)
def test_pulls_and_posts_in_any_order_and_number_give_the_same_runs(
    world: World, data: st.DataObject
) -> None:
    posted = data.draw(st.lists(st.sampled_from(sorted({*world.hours, DEATH})), max_size=6))
    posts = [each for each in posted if each != DEATH or world.died]
    steps = data.draw(st.permutations([*posts, *[PULL] * data.draw(st.integers(1, 3))]))
    with remembering(world) as simulator:
        assert outcome(simulator, steps) == outcome(simulator, [*sorted(set(posts)), PULL])
