"""What a pull tells of planned backups that never ran, or that no run is known of."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exporter.conditions.evaluate import conditions
from exporter.fleet import Fleet
from exporter.fleet.views import JobView
from exporter.model.conditions import Condition
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis, format_timestamp
from tests.exporter.pull.deaths import DIED, MESSAGE, PHOTOS
from tests.exporter.pull.pulls import PullFrom, fill
from tests.exporter.pull.test_second_leg import World
from tests.support.daemon import NOW
from tests.support.duplicati.simulator import Simulator
from tests.support.reports_builder import duplicati_report


@pytest.fixture
def world(tmp_path: Path, duplicati: Simulator) -> Iterator[World]:
    made = World(tmp_path, duplicati)
    with made.daemon:
        yield made


def plan(duplicati: Simulator, start: Millis) -> None:
    duplicati.backups[0]["Schedule"] = {"Time": format_timestamp(start), "Repeat": "1D"}


def pulled_job(world: World) -> JobView:
    world.loop.pull_all()
    (view,) = world.daemon.fleet.jobs()
    return view


@pytest.mark.parametrize(
    "change", [{"MainOperation": "Repair"}, {"MainOperation": "Restore"}, {"Dryrun": True}]
)
def test_one_whose_log_has_no_run_of_it_is_expected(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet, change: dict[str, Any]
) -> None:
    plan(duplicati, NOW + HOUR)
    data = json.loads(duplicati_report(began=NOW - DAY))["Data"] | change
    duplicati.add_row("2", data, Timestamp=(NOW - DAY + MINUTE) // SECOND)
    pulled()
    (view,) = fleet.jobs()
    assert Condition.OVERDUE in conditions(view, NOW + 4 * HOUR)


def test_one_whose_log_cannot_be_read_is_expected(
    duplicati: Simulator, pulled: PullFrom, fleet: Fleet
) -> None:
    plan(duplicati, NOW + HOUR)
    duplicati.add_row("2", {"MainOperation": 5}, Timestamp=(NOW - DAY) // SECOND)
    pulled()
    assert [view.job.name for view in fleet.jobs()] == [PHOTOS]


def test_a_pause_is_known_of_a_server_without_any_run(duplicati: Simulator, world: World) -> None:
    plan(duplicati, NOW - 3 * HOUR)
    duplicati.state["ProgramState"] = "Paused"
    pulled = pulled_job(world).server.pulled
    assert pulled is not None
    assert pulled.paused


def test_the_last_error_is_told_of_one_that_never_ran(duplicati: Simulator, world: World) -> None:
    plan(duplicati, NOW + 3 * HOUR)
    duplicati.remember("2", LastErrorDate=DIED, LastErrorMessage=MESSAGE)
    state = pulled_job(world).job.state
    assert state.total_runs == 0
    assert state.last_error is not None


def test_the_last_error_of_a_backup_is_not_told_of_one_made_anew(
    duplicati: Simulator, world: World
) -> None:
    fill(duplicati, "2", 1, first=NOW - 3 * DAY)
    duplicati.remember("2", LastErrorDate=DIED, LastErrorMessage=MESSAGE)
    assert pulled_job(world).job.state.last_error is not None
    duplicati.delete("2")
    duplicati.add_backup("3", PHOTOS)
    fill(duplicati, "3", 1, first=NOW - DAY)
    assert pulled_job(world).job.state.last_error is None
