"""A watch of the fleet: what changed is taken once, and nothing is missed."""

from typing import Any

import pytest
from msgspec.structs import replace

from exporter.fleet import Fleet, taking, watching
from exporter.fleet.taking import take_all
from exporter.fleet.watching import JobWatch
from exporter.jobs.job import Job
from exporter.model import JobSettings
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from exporter.times import DAY
from tests.support.daemon import CREATED
from tests.support.strategies.state import START, change_of, fold, server_named, stored_run


def fleet_with(*job_ids: int) -> Fleet:
    fleet = Fleet(SchedulePolicy(), CREATED)
    for job_id in job_ids:
        run_again(fleet, job_id, 1)
    return fleet


def run_again(fleet: Fleet, job_id: int, runs: int) -> None:
    state = fold([stored_run(START + day * DAY) for day in range(runs)])
    job = Job.of(job_id, 1, f"job {job_id}", state, JobSettings())
    fleet.apply(change_of(server_named("nas"), job))


def taken(fleet: Fleet, watch: JobWatch) -> tuple[list[int], list[int]]:
    changed = fleet.take_changed(watch)
    return [view.job.id for view in changed.views], changed.gone


def test_all_jobs_are_new_to_a_watch() -> None:
    fleet = fleet_with(1, 2, 3)
    assert taken(fleet, fleet.watch_jobs()) == ([1, 2, 3], [])


def test_a_change_is_taken_once() -> None:
    fleet = fleet_with(1, 2)
    watch = fleet.watch_jobs()
    taken(fleet, watch)
    assert not watch.changed.is_set()
    run_again(fleet, 2, 2)
    assert watch.changed.is_set()
    assert taken(fleet, watch) == ([2], [])
    assert taken(fleet, watch) == ([], [])


def test_a_removed_job_is_gone() -> None:
    fleet = fleet_with(1, 2)
    watch = fleet.watch_jobs()
    fleet.apply(Change(removed_jobs=(1,)))
    assert taken(fleet, watch) == ([2], [1])


def test_watches_do_not_take_from_one_another_nor_from_the_scrape() -> None:
    fleet = fleet_with(1)
    one, other = fleet.watch_jobs(), fleet.watch_jobs()
    assert taken(fleet, one) == ([1], [])
    assert taken(fleet, other) == ([1], [])
    assert len(fleet.changes_since_last_call(START).jobs) == 1


def test_a_job_that_never_made_a_backup_is_neither_shown_nor_gone() -> None:
    fleet = fleet_with(1)
    fleet.apply(change_of(server_named("nas"), Job.of(2, 1, "new", fold([]), JobSettings())))
    assert taken(fleet, fleet.watch_jobs()) == ([1], [])


@pytest.mark.parametrize("changed", [{"muted": START}, {"alias": "cellar"}, {"tags": ("offsite",)}])
def test_jobs_change_with_what_holds_for_their_server(changed: dict[str, Any]) -> None:
    fleet = fleet_with(1, 2)
    watch = fleet.watch_jobs()
    taken(fleet, watch)
    fleet.apply(Change(servers=(replace(server_named("nas"), **changed),)))
    assert taken(fleet, watch) == ([1, 2], [])


def test_all_that_changed_is_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "MOST_TAKEN", 2)
    monkeypatch.setattr(taking, "MOST_TAKEN", 2)
    fleet = fleet_with(1, 2, 3)
    watch = fleet.watch_jobs()
    parts = []
    for part in take_all(fleet, watch):
        parts.append(sorted(part.taken))
        run_again(fleet, 4, 1)
    assert parts == [[1, 2], [3, 4]]
    assert taken(fleet, watch) == ([4], [])
