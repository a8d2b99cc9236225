"""A bug in the samples of one job or server: injected into its family."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from exporter.exposition import Exposition, scrape
from exporter.exposition.families import (
    FLEET_FAMILIES,
    JOB_FAMILIES,
    SERVER_FAMILIES,
    Family,
    Sample,
)
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.jobs.state import JobState
from exporter.schedule import Expectation, Schedule, expect
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from exporter.times import HOUR, Millis
from tests.support.daemon import CREATED
from tests.support.strategies.state import START, job_named, server_named, stored_run

JOBS = {1: "Documents", 2: "Photos", 3: "Mail"}


@pytest.fixture
def fleet() -> Fleet:
    fleet = Fleet(SchedulePolicy(), CREATED)
    jobs = [job_named(name, [stored_run(START)], job_id, 1) for job_id, name in JOBS.items()]
    fleet.apply(Change(servers=(server_named("nas", 1),), jobs=tuple(jobs)))
    fleet.listen_since(CREATED)
    return fleet


class Bug:
    """The last family of a list, which raises for the subjects that are chosen."""

    def __init__(self, families: tuple[Family[Any], ...]) -> None:
        *others, self._last = families
        faulty = replace(self._last, samples=self._samples)
        self.families = (*others, faulty)
        self.hits: Callable[[Any], bool] = lambda _: True

    def _samples(self, subject: object) -> Iterator[Sample]:
        if self.hits(subject):
            raise ZeroDivisionError("a bug")
        yield from self._last.samples(subject)


def in_families(monkeypatch: pytest.MonkeyPatch, name: str) -> Bug:
    bug = Bug(getattr(scrape, name))
    monkeypatch.setattr(scrape, name, bug.families)
    return bug


@pytest.fixture
def exposition(fleet: Fleet, bug: Bug) -> Exposition:
    assert bug.families
    return Exposition(fleet, lambda: START + HOUR, SelfMetrics("1.2.3", lambda: 0))


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch) -> Bug:
    """A bug that hits the photos."""
    bug = in_families(monkeypatch, "JOB_FAMILIES")
    bug.hits = lambda job: job.labels[-1] == "Photos"
    return bug


def lines(exposition: Exposition) -> list[str]:
    exposed = exposition.text()
    told = b"".join([*exposed.fleet, exposed.daemon]).decode().splitlines()
    return [line for line in told if not line.startswith("#")]


def of_job(told: list[str], name: str) -> list[str]:
    return [line for line in told if f'backup="{name}"' in line]


def test_the_series_of_the_job_are_missing_and_the_others_stand(exposition: Exposition) -> None:
    told = lines(exposition)
    assert of_job(told, "Photos") == []
    assert len(of_job(told, "Documents")) == len(of_job(told, "Mail")) >= len(JOB_FAMILIES) / 3
    assert "duplistatus_collector_errors 1.0" in told
    assert "duplistatus_backup_jobs 3.0" in told


def test_lines_of_before_the_bug_are_not_shown_as_if_they_were_new(
    exposition: Exposition, fleet: Fleet, bug: Bug
) -> None:
    hits, bug.hits = bug.hits, lambda _: False
    assert of_job(lines(exposition), "Photos")
    bug.hits = hits
    fleet.apply(Change(jobs=(job_named("Photos", [stored_run(START + HOUR)], 2, 1),)))
    assert of_job(lines(exposition), "Photos") == []


def test_the_job_is_tried_again_by_every_scrape_though_nothing_changed(
    exposition: Exposition, bug: Bug
) -> None:
    lines(exposition)
    assert "duplistatus_collector_errors 1.0" in lines(exposition)
    bug.hits = lambda _: False
    told = lines(exposition)
    assert len(of_job(told, "Photos")) == len(of_job(told, "Mail"))
    assert "duplistatus_collector_errors 0.0" in told


def test_a_deleted_job_is_no_error_any_more(exposition: Exposition, fleet: Fleet) -> None:
    lines(exposition)
    fleet.apply(Change(removed_jobs=(2,)))
    assert "duplistatus_collector_errors 0.0" in lines(exposition)


def test_the_log_has_one_trace_of_it_however_often_it_is_scraped(
    exposition: Exposition, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        lines(exposition)
    (record,) = caplog.records
    assert record.exc_info is not None
    assert vars(record)["fields"] == {"job_id": 2}


@pytest.mark.parametrize(
    ("name", "families"),
    [("FLEET_FAMILIES", FLEET_FAMILIES), ("SERVER_FAMILIES", SERVER_FAMILIES)],
)
def test_a_bug_in_the_fleet_or_a_server_leaves_the_jobs_as_they_are(
    monkeypatch: pytest.MonkeyPatch, fleet: Fleet, name: str, families: tuple[Family[Any], ...]
) -> None:
    bug = in_families(monkeypatch, name)
    exposition = Exposition(fleet, lambda: START + HOUR, SelfMetrics("1.2.3", lambda: 0))
    told = lines(exposition)
    assert "duplistatus_collector_errors 1.0" in told
    assert not any(line.startswith(families[0].name) for line in told)
    assert all(of_job(told, backup) for backup in JOBS.values())
    bug.hits = lambda _: False
    assert any(line.startswith(families[0].name) for line in lines(exposition))


def test_news_that_could_not_be_told_are_told_the_next_time(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(fleet, "_totals", lambda _: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            fleet.changes_since_last_call(START)
    assert [view.job.id for view in fleet.changes_since_last_call(START).jobs] == list(JOBS)


@pytest.fixture
def misjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in what is expected of the photos, which have two runs."""

    def expect_or_fail(
        state: JobState, schedule: Schedule, running_since: Millis | None
    ) -> Expectation | None:
        if state.completed_runs == 2:
            raise ZeroDivisionError("a bug")
        return expect(state, schedule, running_since)

    monkeypatch.setattr("exporter.fleet.evaluation.expect", expect_or_fail)


def two_runs() -> Change:
    runs = [stored_run(START), stored_run(START + HOUR)]
    return Change(jobs=(job_named("Photos", runs, 2, 1),))


def exposition_over(fleet: Fleet) -> Exposition:
    return Exposition(fleet, lambda: START + HOUR, SelfMetrics("1.2.3", lambda: 0))


@pytest.mark.usefixtures("misjudged")
def test_a_job_that_cannot_be_judged_is_missing_counted_and_no_obstacle(fleet: Fleet) -> None:
    exposition = exposition_over(fleet)
    assert of_job(lines(exposition), "Photos")
    fleet.apply(two_runs())
    told = lines(exposition)
    assert of_job(told, "Photos") == []
    assert "duplistatus_collector_errors 1.0" in told
    assert len(of_job(told, "Mail")) >= len(JOB_FAMILIES) / 3
    assert [view.job.name for view in fleet.jobs()] == ["Documents", "Mail"]
    fleet.apply(Change(removed_jobs=(2,)))
    assert "duplistatus_collector_errors 0.0" in lines(exposition)


@pytest.mark.usefixtures("misjudged")
def test_a_job_is_judged_again_by_every_scrape(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.apply(two_runs())
    exposition = exposition_over(fleet)
    assert of_job(lines(exposition), "Photos") == []
    monkeypatch.setattr("exporter.fleet.evaluation.expect", expect)
    told = lines(exposition)
    assert len(of_job(told, "Photos")) >= len(of_job(told, "Mail"))
    assert "duplistatus_collector_errors 0.0" in told
    assert fleet.job(2) is not None
