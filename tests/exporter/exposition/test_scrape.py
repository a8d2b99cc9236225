"""Whole expositions, compared with the files of tests/support/golden (see its README)."""

import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from prometheus_client.core import Metric
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as parse_text

from exporter.exposition import Exposition
from exporter.exposition.families import (
    FLEET_FAMILIES,
    JOB_FAMILIES,
    RUNNING_FAMILIES,
    SERVER_FAMILIES,
    Family,
)
from exporter.exposition.self_metrics import SelfMetrics
from exporter.fleet import Fleet
from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.model import CopyOutcome, Counts, JobSettings, Status, Verification
from exporter.model.declared import Declared, DeclaredBy
from exporter.model.live import Progress
from exporter.model.pulled import Certificate, Pulled, PullTable, Waiting
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Change
from exporter.times import DAY, HOUR, MINUTE
from tests.support.daemon import CREATED
from tests.support.strategies.state import (
    START,
    activity_of,
    change_of,
    copying_to,
    job_named,
    server_named,
    stored_run,
)

GOLDEN = Path(__file__).parents[2] / "support" / "golden"
NOW = START + 6 * DAY
ODD = 'büro "1" \\ north\nwing'
_DESCRIBED: tuple[Family[Any], ...] = (
    *FLEET_FAMILIES,
    *SERVER_FAMILIES,
    *JOB_FAMILIES,
    *RUNNING_FAMILIES,
)
FAMILIES = {family.name.removesuffix("_total") for family in _DESCRIBED}
PARSERS: dict[str, Callable[[str], Iterable[Metric]]] = {
    "txt": parse_text,
    "openmetrics": parse_openmetrics,
}


def empty() -> Fleet:
    fleet = Fleet(SchedulePolicy(), CREATED)
    fleet.listen_since(CREATED)
    return fleet


PULLED = Pulled(
    NOW - HOUR,
    paused=True,
    paused_since=NOW - DAY,
    waiting=(Waiting("DB-2", NOW - DAY),),
    certificate=Certificate("1f" * 32, NOW + 90 * DAY),
    table=PullTable("the nas", 15 * MINUTE),
    failures=3,
)


def mixed() -> Fleet:
    """Build a fleet: jobs fine, dead, stopped, overdue, running, unreported, or no backup."""
    fleet = empty()
    nas = server_named("nas", 1, alias="Storage", machine_id="m-1", last_report=NOW - HOUR)
    nas = replace(nas, tags=("office", "prod"), pulled=PULLED)
    odd = replace(server_named(ODD, 2), os=None, version=None)
    whole = Counts(1250, 2**40, 3, 4, 5, 0, 700, 80, 2**39, 10, 2**41, 2**42, 0, 0, 1)
    fine = [
        stored_run(
            START + night * DAY,
            duration=(night + 1) * MINUTE + 250,
            counts=whole,
            next_scheduled=START + (night + 1) * DAY,
            verification=Verification(START + night * DAY + HOUR, Status.SUCCESS),
            backup_id="DB-2",
            destination_type="s3",
            newest_version=START + night * DAY,
            compacted=START + night * DAY,
            copying=copying_to(START + night * DAY, CopyOutcome.COPIED, ["ssh://host/copy"]),
        )
        for night in range(6)
    ]
    stopped = [
        *fine[:2],
        stored_run(START + 3 * DAY, operation="Restore"),
        *(stored_run(START + night * DAY, status=Status.INTERRUPTED) for night in (4, 5)),
    ]
    died = Counts(examined_files=2, examined_bytes=3, errors=1)
    dead = [*fine[:4], stored_run(NOW - DAY, status=Status.FATAL, duration=None, counts=died)]
    fleet.apply(
        Change(
            servers=(nas, odd),
            jobs=(
                job_named("Documents", fine, 1, 1),
                job_named("Photos", dead, 2, 1),
                job_named("Restored only", [stored_run(START, operation="Restore")], 3, 1),
                job_named(ODD, [stored_run(START, status=Status.WARNING)], 4, 2),
                job_named("First run", [], 5, 2),
                job_named("Stopped", stopped, 6, 1),
            ),
        )
    )
    halfway = Progress("Backup_ProcessingFiles", 0.42, 525, 1250, 2**38, 2**40, 1)
    fleet.apply_live_report(1, activity_of(NOW - HOUR, NOW - MINUTE, halfway), NOW - MINUTE)
    fleet.apply_live_report(2, activity_of(NOW - 2 * HOUR, NOW - HOUR, ended=True), NOW - HOUR)
    fleet.apply_live_report(5, activity_of(NOW - 2 * HOUR, NOW - HOUR), NOW - HOUR)
    return fleet


def expected() -> Fleet:
    """Build a fleet of declared jobs without a run: one waits, one is overdue."""
    fleet = empty()
    jobs = [
        Job.of(number, 1, name, JobState(declared=declared), JobSettings())
        for number, name, declared in (
            (1, "Documents", Declared(NOW - HOUR)),
            (2, "Photos", Declared(NOW - DAY, DeclaredBy.REPORTED, NOW - 3 * HOUR)),
        )
    ]
    fleet.apply(change_of(server_named("nas", last_report=0), *jobs))
    return fleet


FLEETS = {"empty": empty, "mixed": mixed, "expected": expected}


def exposition_of(fleet: Fleet, extension: str) -> str:
    exposition = Exposition(fleet, lambda: NOW, SelfMetrics("1.2.3", lambda: 0))
    if extension == "txt":
        return b"".join(exposition.text().fleet).decode()
    return b"".join(exposition.openmetrics().fleet).decode() + "# EOF\n"


@pytest.mark.parametrize("extension", PARSERS)
@pytest.mark.parametrize("name", FLEETS)
def test_the_exposition_is_the_golden_one(
    pytestconfig: pytest.Config, name: str, extension: str
) -> None:
    exposition = exposition_of(FLEETS[name](), extension)
    golden = GOLDEN / f"{name}.{extension}"
    if pytestconfig.getoption("--update-golden"):
        golden.write_text(exposition, encoding="utf-8")
    assert exposition == golden.read_text(encoding="utf-8")


def golden_families(name: str, extension: str) -> list[Metric]:
    text = (GOLDEN / f"{name}.{extension}").read_text(encoding="utf-8")
    return list(PARSERS[extension](text))


def samples(families: Iterable[Metric]) -> Iterator[tuple[str, frozenset[tuple[str, str]], str]]:
    for family in families:
        for sample in family.samples:
            assert sample.timestamp is None
            yield sample.name, frozenset(sample.labels.items()), str(sample.value)


@pytest.mark.parametrize("extension", PARSERS)
@pytest.mark.parametrize("name", FLEETS)
def test_every_family_is_described_and_no_series_comes_twice(name: str, extension: str) -> None:
    families = golden_families(name, extension)
    assert all(family.documentation for family in families)
    assert {family.name for family in families} == FAMILIES
    assert len(families) == len(FAMILIES)
    told = list(samples(families))
    assert len({(series, labels) for series, labels, _ in told}) == len(told)


@pytest.mark.parametrize("name", FLEETS)
def test_both_formats_tell_the_same(name: str) -> None:
    text, openmetrics = (set(samples(golden_families(name, each))) for each in PARSERS)
    assert text == openmetrics


def test_an_empty_fleet_has_no_rate_and_no_jobs() -> None:
    told = {series: value for series, _, value in samples(golden_families("empty", "txt"))}
    assert math.isnan(float(told.pop("duplistatus_backup_success_rate")))
    assert not any(series.startswith("duplistatus_backup_last") for series in told)
    assert told["duplistatus_backup_jobs"] == "0.0"


def test_labels_of_any_characters_come_back_as_they_were() -> None:
    for extension in PARSERS:
        labels = [dict(labels) for _, labels, _ in samples(golden_families("mixed", extension))]
        assert {each["backup"] for each in labels if "backup" in each} == {
            "Documents",
            "Photos",
            "First run",
            "Stopped",
            ODD,
        }


def test_all_samples_of_a_scrape_are_of_one_moment() -> None:
    timestamps = iter(range(NOW, NOW + 10))
    Exposition(mixed(), lambda: next(timestamps), SelfMetrics("1.2.3", lambda: 0)).text()
    assert next(timestamps) == NOW + 1


def test_the_exposition_tells_of_the_fleet_and_of_the_daemon() -> None:
    exposition = Exposition(mixed(), lambda: NOW, SelfMetrics("1.2.3", lambda: 4096))
    for exposed in (exposition.text(), exposition.openmetrics()):
        told = b"".join([*exposed.fleet, exposed.daemon]).decode()
        assert "duplistatus_overdue_backups 1.0" in told
        assert "duplistatus_database_bytes 4096.0" in told
        assert 'duplistatus_build_info{version="1.2.3"} 1.0' in told


def test_what_did_not_change_is_the_same_object_in_the_next_scrape() -> None:
    exposition = Exposition(mixed(), lambda: NOW, SelfMetrics("1.2.3", lambda: 0))
    first, second = exposition.text().fleet, exposition.text().fleet
    assert all(one is other for one, other in zip(first, second, strict=True))
