"""Deaths that were posted and pulled, of servers whose clock is wrong or whose backups change."""

import json
from collections.abc import Callable

import pytest

from exporter.fleet import Fleet
from exporter.ingest.importer import ImportOutcome
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.exporter.pull.deaths import (
    DEATH,
    DIED,
    LAST_RUN,
    MESSAGE,
    PHOTOS,
    die,
    report,
    runs,
    told,
)
from tests.exporter.pull.pulls import PullFrom, fill
from tests.support.daemon import NOW, Clock
from tests.support.deliver import deliver
from tests.support.duplicati.memory import MACHINE_NAME
from tests.support.duplicati.simulator import Simulator
from tests.support.reports_builder import exception_report

Post = Callable[[Store], object]

POSTS: dict[str, Post] = {
    "with its end": lambda store: deliver(
        store, report(LAST_RUN + 5 * MINUTE, ended=DIED), received=NOW - HOUR
    ),
    "with its begin": lambda store: deliver(store, report(LAST_RUN + 20), received=NOW - HOUR),
    "without times": lambda store: deliver(
        store,
        exception_report(server=MACHINE_NAME, backup=PHOTOS, message="no"),
        received=DIED + 30 * SECOND,
    ),
}


@pytest.mark.parametrize("post", POSTS.values(), ids=POSTS)
def test_a_death_that_was_posted_counts_once(
    duplicati: Simulator, pulled: PullFrom, store: Store, fleet: Fleet, post: Post
) -> None:
    die(duplicati)
    post(store)
    before = told(store)
    for _ in range(2):
        assert pulled().count(ImportOutcome.RECORDED) == 0
    assert told(store) == before
    assert sum(view.job.state.total_runs for view in fleet.jobs()) == 1


@pytest.mark.parametrize("post", POSTS.values(), ids=POSTS)
def test_its_report_replaces_a_pulled_one_under_its_id(
    duplicati: Simulator, pulled: PullFrom, store: Store, fleet: Fleet, post: Post
) -> None:
    die(duplicati)
    pulled()
    (known,) = runs(store)
    post(store)
    (replaced,) = runs(store)
    assert (replaced.id, replaced.run.source) == (known.id, None)
    assert replaced.run.reason != known.run.reason
    post(store)
    pulled()
    assert runs(store) == [replaced]
    (view,) = fleet.jobs()
    assert (view.job.state.total_runs, view.job.state.consecutive_failures) == (1, 1)
    assert view.job.state.last == replaced


def test_a_dry_run_just_before_does_not_count_a_death_anew(
    duplicati: Simulator, pulled: PullFrom, store: Store, fleet: Fleet
) -> None:
    body = json.loads(report(LAST_RUN - 30 * SECOND))
    duplicati.add_row("2", body["Data"], Timestamp=LAST_RUN // SECOND)  # it does not say dry
    body["Data"]["Dryrun"] = True
    deliver(store, json.dumps(body).encode(), received=LAST_RUN)
    die(duplicati)
    for _ in range(3):
        pulled()
    (_dry, death) = runs(store)
    assert (death.run.source, death.run.ended) == ("pulled", DIED)
    (view,) = fleet.jobs()
    assert (view.job.state.total_runs, view.job.state.consecutive_failures) == (1, 1)


def test_another_death_of_the_day_is_another_run(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    die(duplicati)
    deliver(store, report(LAST_RUN - 10 * MINUTE, ended=LAST_RUN - 5 * MINUTE), received=NOW)
    pulled()
    deliver(store, report(DIED + 5 * MINUTE, ended=DIED + 6 * MINUTE), received=NOW)
    assert len(runs(store)) == 3


@pytest.mark.parametrize("ahead", [-30 * DAY, -2 * HOUR, 2 * HOUR, 300 * DAY])
def test_a_clock_that_is_wrong_changes_no_count(
    duplicati: Simulator, pulled: PullFrom, store: Store, clock: Clock, ahead: Millis
) -> None:
    """Each time of the server is wrong, and it tells the wrong time with each answer."""
    duplicati.ahead = ahead
    duplicati.add_backup("3", "Mail")
    duplicati.remember("2", LAST_RUN + ahead, LastErrorDate=DIED + ahead, LastErrorMessage=MESSAGE)
    duplicati.remember("3", LAST_RUN + ahead)
    data = json.loads(report(LAST_RUN - DAY + ahead))["Data"] | {"ParsedResult": "Success"}
    duplicati.add_row("3", data, Timestamp=(LAST_RUN - DAY + ahead) // SECOND)
    for _ in range(2):
        assert pulled().complete
        assert sorted(run.run.status.value for run in runs(store)) == [
            "fatal",
            "interrupted",
            "success",
        ]
        assert all(run.started <= clock() for run in runs(store))
        clock.now += DAY


@pytest.mark.parametrize("ahead", [0, -2 * HOUR, 2 * HOUR])
def test_a_death_that_was_posted_without_its_end_is_no_note_by_a_wrong_clock(
    duplicati: Simulator, pulled: PullFrom, store: Store, fleet: Fleet, ahead: Millis
) -> None:
    duplicati.ahead = ahead
    fill(duplicati, "2", 1, first=NOW - 3 * DAY + ahead)
    duplicati.remember("2", LastErrorDate=DIED + ahead, LastErrorMessage=MESSAGE)
    deliver(store, report(DIED - 5 * MINUTE + ahead), received=DIED)
    for _ in range(2):
        pulled()
        (view,) = fleet.jobs()
        assert (view.job.state.total_runs, view.job.state.last_error) == (2, None)


def test_a_schedule_that_is_moved_makes_no_run(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    die(duplicati)
    pulled()
    duplicati.backups[0]["Schedule"] |= {"Time": "2030-01-01T00:00:00Z", "Repeat": "1W"}
    pulled()
    assert told(store) == [DEATH]


def test_a_job_that_is_renamed_keeps_its_death(
    duplicati: Simulator, pulled: PullFrom, store: Store, fleet: Fleet
) -> None:
    die(duplicati)
    pulled()
    duplicati.rename("2", "Pictures")
    pulled()
    assert told(store) == [DEATH]
    assert [view.job.name for view in fleet.jobs()] == ["Pictures"]


def test_one_that_is_deleted_and_made_anew_has_no_death_of_its_own(
    duplicati: Simulator, pulled: PullFrom, store: Store
) -> None:
    die(duplicati)
    pulled()
    duplicati.delete("2")
    assert pulled().complete
    duplicati.add_backup("3", PHOTOS, schedule={"Time": "2030-01-01T00:00:00Z", "Repeat": "1D"})
    assert pulled().complete
    assert told(store) == [DEATH]
