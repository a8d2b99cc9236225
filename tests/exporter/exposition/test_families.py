"""The families of the fleet and of servers, and what holds for all families."""

import math
import re
from typing import Any

import pytest
from msgspec.structs import replace

from exporter.exposition.families import (
    FLEET_FAMILIES,
    JOB_FAMILIES,
    RUNNING_FAMILIES,
    SERVER_FAMILIES,
    Family,
    Sample,
)
from exporter.fleet.views import Totals
from exporter.model import (
    CopyOutcome,
    Server,
    Status,
    Verification,
)
from exporter.times import DAY, HOUR, SECOND
from tests.exporter.exposition.samples import COUNTED, samples_of, short
from tests.support.strategies.state import (
    START,
    copying_to,
    server_named,
    stored_run,
)

TOTALS = Totals(
    servers=2,
    jobs=3,
    completed=9,
    failed=1,
    failing=1,
    overdue=2,
    last_report=START + 500,
    running=1,
)


def fleet_values(totals: Totals) -> dict[str, float]:
    return {
        family.name: sample.value for family in FLEET_FAMILIES for sample in family.samples(totals)
    }


def test_the_figures_of_the_fleet_have_no_labels() -> None:
    assert fleet_values(TOTALS) == {
        "duplistatus_backup_success_rate": 0.9,
        "duplistatus_overdue_backups": 2,
        "duplistatus_failing_backups": 1,
        "duplistatus_running_backups": 1,
        "duplistatus_servers": 2,
        "duplistatus_backup_jobs": 3,
        "duplistatus_last_report_timestamp_seconds": (START + 500) / SECOND,
    }


def test_the_success_rate_is_no_number_before_a_run_completed_or_failed() -> None:
    untried = replace(TOTALS, completed=0, failed=0)
    assert math.isnan(fleet_values(untried)["duplistatus_backup_success_rate"])


@pytest.mark.parametrize(
    ("server", "labels"),
    [
        (
            replace(
                server_named("nas", 7, alias="Storage", machine_id="m-1"), tags=("nas", "office")
            ),
            ("7", "nas", "Storage", "m-1", "Linux", "2.1.0.5", ",nas,office,"),
        ),
        (
            replace(server_named("nas", 8), os=None, version=None),
            ("8", "nas", "", "", "", "", ""),
        ),
    ],
)
def test_what_is_known_of_a_server_are_labels(server: Server, labels: tuple[str, ...]) -> None:
    family, *_ = SERVER_FAMILIES
    assert list(family.samples(server)) == [Sample(labels, 1)]


FAMILIES: list[Family[Any]] = [
    *FLEET_FAMILIES,
    *SERVER_FAMILIES,
    *JOB_FAMILIES,
    *RUNNING_FAMILIES,
]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_names_help_and_types_follow_the_conventions_of_prometheus(family: Family[Any]) -> None:
    assert re.fullmatch(r"duplistatus_[a-z_]+", family.name)
    assert (family.type == "counter") is family.name.endswith("_total")
    assert family.help.endswith(".")
    assert "percent" not in family.name


def test_no_two_families_are_one_to_openmetrics() -> None:
    names = [family.name.removesuffix("_total") for family in FAMILIES]
    assert len(names) == len(set(names))


def test_every_sample_has_a_value_for_each_label() -> None:
    runs = [
        stored_run(
            START + night * DAY,
            counts=replace(COUNTED, quota_free_bytes=11 - night),
            verification=Verification(START, Status.SUCCESS),
            next_scheduled=START + 9 * DAY,
            newest_version=START,
            compacted=START,
            copying=copying_to(START + night * DAY, CopyOutcome.COPIED, ["file:///a"]),
        )
        for night in range(5)
    ]
    samples = samples_of([*runs, stored_run(START + HOUR, operation="Restore")])
    assert all(samples.values())
    for family in JOB_FAMILIES:
        assert {len(sample.labels) for sample in samples[short(family)]} == {len(family.labels)}
        assert family.labels[:3] == ("server_id", "server", "backup")
