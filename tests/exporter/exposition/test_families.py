import math
import re
from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from exporter.exposition.families import (
    FLEET_FAMILIES,
    JOB_FAMILIES,
    RUNNING_FAMILIES,
    SERVER_FAMILIES,
    Family,
    JobSnapshot,
    Sample,
)
from exporter.fleet import Fleet
from exporter.fleet.views import Totals
from exporter.model import (
    Copying,
    CopyOutcome,
    Counts,
    SecondCopy,
    Server,
    Status,
    StoredRun,
    Verification,
)
from exporter.schedule.policy import SchedulePolicy
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.support.daemon import CREATED
from tests.support.strategies.state import (
    START,
    change_of,
    copying_to,
    job_named,
    server_named,
    stored_run,
)

JOB = ("1", "nas", "Photos")
COUNTED = Counts(
    examined_files=1250,
    examined_bytes=2048,
    added_files=3,
    modified_files=4,
    deleted_files=5,
    error_files=6,
    uploaded_bytes=700,
    downloaded_bytes=80,
    stored_bytes=9000,
    versions=10,
    quota_free_bytes=11,
    quota_total_bytes=12,
    warnings=13,
    errors=14,
    retry_attempts=15,
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


def samples_of(
    runs: Sequence[StoredRun], *, now: Millis = START, backup: str = "Photos"
) -> dict[str, list[Sample]]:
    fleet = Fleet(SchedulePolicy(), CREATED)
    fleet.apply(change_of(server_named("nas"), job_named(backup, runs)))
    snapshot = JobSnapshot.from_view(fleet.jobs()[0], now)
    return {short(family): list(family.samples(snapshot)) for family in JOB_FAMILIES}


def short(family: Family[Any]) -> str:
    return family.name.removeprefix("duplistatus_backup_")


def values_of(runs: Sequence[StoredRun], *, now: Millis = START) -> dict[str, float]:
    """Return the values of the families that give one sample with a job's labels."""
    samples = samples_of(runs, now=now)
    return {
        name: each[0].value for name, each in samples.items() if [s.labels for s in each] == [JOB]
    }


def fleet_values(totals: Totals) -> dict[str, float]:
    return {
        family.name: sample.value for family in FLEET_FAMILIES for sample in family.samples(totals)
    }


def test_every_value_a_run_counted_has_its_family() -> None:
    values = values_of([stored_run(START, counts=COUNTED)])
    assert {name: value for name, value in values.items() if value and value < 10_000} == {
        "last_duration_seconds": 60,
        "source_files": 1250,
        "source_bytes": 2048,
        "last_added_files": 3,
        "last_modified_files": 4,
        "last_deleted_files": 5,
        "last_error_files": 6,
        "last_uploaded_bytes": 700,
        "last_downloaded_bytes": 80,
        "uploaded_bytes_total": 700,
        "storage_bytes": 9000,
        "versions": 10,
        "quota_free_bytes": 11,
        "quota_total_bytes": 12,
        "last_warnings": 13,
        "last_errors": 14,
        "last_retry_attempts": 15,
        "job_success_rate": 1,
    }


def test_times_are_unix_seconds_with_their_milliseconds() -> None:
    values = values_of([stored_run(START + 250, duration=1500)])
    assert values["last_start_timestamp_seconds"] == START / SECOND + 0.25
    assert values["last_end_timestamp_seconds"] == START / SECOND + 1.75
    assert values["last_success_timestamp_seconds"] == START / SECOND + 1.75
    assert values["last_duration_seconds"] == 1.5


def test_expectations_are_told_in_seconds() -> None:
    values = values_of([stored_run(START)])
    assert values["next_expected_timestamp_seconds"] == (START + DAY) / SECOND
    assert values["deadline_timestamp_seconds"] == (START + DAY + MINUTE + HOUR) / SECOND
    assert values["expected_interval_seconds"] == 86400


@pytest.mark.parametrize(("late", "overdue"), [(0, 0), (1, 1)])
def test_a_job_is_overdue_behind_its_deadline(late: Millis, overdue: float) -> None:
    now = START + DAY + MINUTE + HOUR + late
    assert values_of([stored_run(START)], now=now)["overdue"] == overdue


def test_what_nobody_reported_is_absent_and_not_zero() -> None:
    told = samples_of([stored_run(START, status=Status.FATAL, duration=None)])
    assert {name for name, samples in told.items() if samples} == {
        "runs_total",
        "last_status_code",
        "first_start_timestamp_seconds",
        "last_start_timestamp_seconds",
        "consecutive_failures",
        "interrupted_runs",
        "overdue",
        "next_expected_timestamp_seconds",
        "deadline_timestamp_seconds",
        "expected_interval_seconds",
        "schedule_source_info",
        "job_success_rate",
        "job_info",
    }


def test_a_reported_zero_is_told() -> None:
    values = values_of([stored_run(START, counts=Counts(*[0] * 15))])
    told = ("source_files", "last_errors", "uploaded_bytes_total", "last_retry_attempts")
    assert {values[name] for name in told} == {0}


def test_runs_are_counted_by_all_six_statuses_from_the_first_on() -> None:
    samples = samples_of([stored_run(START, status=Status.WARNING)])["runs_total"]
    assert [(sample.labels, sample.value) for sample in samples] == [
        ((*JOB, "success"), 0),
        ((*JOB, "warning"), 1),
        ((*JOB, "error"), 0),
        ((*JOB, "fatal"), 0),
        ((*JOB, "unknown"), 0),
        ((*JOB, "interrupted"), 0),
    ]


@pytest.mark.parametrize(("status", "code"), [(status, code) for code, status in enumerate(Status)])
def test_the_code_of_the_last_status_runs_from_zero_for_success_to_five_for_interrupted(
    status: Status, code: int
) -> None:
    assert values_of([stored_run(START, status=status)])["last_status_code"] == code


def test_a_failed_last_run_leaves_the_last_success_standing() -> None:
    runs = [stored_run(START), stored_run(START + DAY, status=Status.ERROR)]
    values = values_of(runs)
    assert values["last_success_timestamp_seconds"] == (START + MINUTE) / SECOND
    assert values["last_start_timestamp_seconds"] == (START + DAY) / SECOND
    assert values["consecutive_failures"] == 1
    assert values["job_success_rate"] == 0.5


@pytest.mark.parametrize("status", [Status.FATAL, Status.INTERRUPTED])
def test_a_run_that_read_a_part_leaves_sizes_standing_and_is_the_last_run_all_the_same(
    status: Status,
) -> None:
    part = Counts(examined_files=2, examined_bytes=3, uploaded_bytes=4, stored_bytes=0, versions=0)
    died = stored_run(START + DAY, status=status, counts=part)
    values = values_of([stored_run(START, counts=COUNTED), died])
    assert values["source_files"] == 1250
    assert values["source_bytes"] == 2048
    assert values["storage_bytes"] == 9000
    assert values["versions"] == 10
    assert values["quota_free_bytes"] == 11
    assert values["last_uploaded_bytes"] == 4
    assert values["uploaded_bytes_total"] == 704


@pytest.mark.parametrize("status", [Status.FATAL, Status.INTERRUPTED])
def test_a_run_that_looked_at_the_destination_tells_of_it_whatever_became_of_it(
    status: Status,
) -> None:
    part = Counts(examined_bytes=3, stored_bytes=5, versions=6, quota_free_bytes=7)
    looked = stored_run(
        START + DAY, status=status, counts=part, newest_version=START + 250, duration=None
    )
    values = values_of([stored_run(START, counts=COUNTED), looked])
    assert (values["storage_bytes"], values["versions"], values["quota_free_bytes"]) == (5, 6, 7)
    assert values["newest_version_timestamp_seconds"] == START / SECOND + 0.25
    assert values["source_bytes"] == 2048


def test_an_interrupted_run_neither_completed_nor_failed() -> None:
    stopped = [stored_run(START + n * DAY, status=Status.INTERRUPTED) for n in range(2)]
    values = values_of(stopped)
    assert values["interrupted_runs"] == 2
    assert values["consecutive_failures"] == 0
    assert values["last_status_code"] == 5
    assert values["first_start_timestamp_seconds"] == START / SECOND
    assert not {"job_success_rate", "last_success_timestamp_seconds"} & values.keys()
    good = stored_run(START + 2 * DAY)
    bad = stored_run(START + 3 * DAY, status=Status.ERROR)
    again = stored_run(START + 4 * DAY, status=Status.INTERRUPTED)
    values = values_of([*stopped, good, bad, again])
    assert values["job_success_rate"] == 0.5
    assert values["last_success_timestamp_seconds"] == (good.run.ended or 0) / SECOND
    assert values["interrupted_runs"] == values["consecutive_failures"] == 1


def test_moments_beyond_the_arrival_of_their_report_are_not_shown() -> None:
    run = stored_run(START, duration=MINUTE)
    lying = replace(run, run=replace(run.run, ended=START + 900 * DAY, duration=900 * DAY))
    values, latest = values_of([lying]), (run.received + 5 * MINUTE) / SECOND
    assert values["last_end_timestamp_seconds"] == latest
    assert values["last_success_timestamp_seconds"] == latest
    assert values["last_duration_seconds"] == 6 * 60


def test_a_length_is_shown_though_nobody_knows_when_the_run_began() -> None:
    run = stored_run(START, duration=HOUR)
    undated = replace(run, received=START, run=replace(run.run, began=None, ended=None))
    values = values_of([undated])
    assert values["last_duration_seconds"] == 3600
    assert values["deadline_timestamp_seconds"] == (START + DAY + HOUR) / SECOND


def test_typical_values_need_three_completed_runs_before_the_last() -> None:
    runs = [stored_run(START + n * DAY, counts=COUNTED) for n in range(4)]
    typical = {"typical_duration_seconds", "typical_source_bytes", "typical_changed_files"}
    assert not typical & values_of(runs[:3]).keys()
    values = values_of(runs)
    assert [values[name] for name in sorted(typical)] == [12, 60, 2048]


def test_the_source_of_the_expectation_and_what_is_known_of_a_job_are_labels() -> None:
    run = stored_run(START, next_scheduled=START + DAY, backup_id="DB-2", destination_type="s3")
    samples = samples_of([run])
    assert samples["schedule_source_info"] == [Sample((*JOB, "reported"), 1)]
    assert samples["job_info"] == [Sample((*JOB, "DB-2", "s3"), 1)]


def test_unknown_facts_of_a_job_are_empty_labels() -> None:
    assert samples_of([stored_run(START)])["job_info"] == [Sample((*JOB, "", ""), 1)]


def test_the_last_test_of_stored_files_is_told_and_the_last_that_found_no_fault() -> None:
    good = stored_run(START, verification=Verification(START + SECOND, Status.SUCCESS))
    bad = stored_run(START + DAY, verification=Verification(START + DAY, Status.ERROR))
    values = values_of([bad])
    assert values["last_verification_status_code"] == 2
    assert "verified_timestamp_seconds" not in values
    values = values_of([good, bad])
    assert values["last_verification_status_code"] == 2
    assert values["verified_timestamp_seconds"] == (START + SECOND) / SECOND


def test_the_last_restore_and_the_last_compact_that_ended_well_are_told() -> None:
    runs = [
        stored_run(START, compacted=START + SECOND),
        stored_run(START + HOUR, operation="Restore", duration=SECOND),
        stored_run(START + DAY, operation="Restore", status=Status.ERROR),
    ]
    values = values_of(runs)
    assert values["last_compact_timestamp_seconds"] == (START + SECOND) / SECOND
    assert values["last_restore_timestamp_seconds"] == (START + HOUR + SECOND) / SECOND


def test_each_second_destination_has_its_last_copy() -> None:
    copies = (
        SecondCopy("file:///a", START + 250, Status.SUCCESS, 3, 512, 0),
        SecondCopy("ssh://host/b", START, Status.WARNING, failed_verifications=2),
    )
    copied = stored_run(START, copying=Copying(CopyOutcome.COPIED, copies))
    missed = stored_run(START + DAY, status=Status.ERROR, copying=Copying(CopyOutcome.MISSED))
    samples = samples_of([copied, missed])
    one, other = (*JOB, "file:///a"), (*JOB, "ssh://host/b")
    assert samples["second_copy_timestamp_seconds"] == [
        Sample(one, START / SECOND + 0.25),
        Sample(other, START / SECOND),
    ]
    assert samples["second_copy_status_code"] == [Sample(one, 0), Sample(other, 1)]
    assert samples["second_copy_copied_bytes"] == [Sample(one, 512)]
    assert samples["second_copy_failed_verifications"] == [Sample(one, 0), Sample(other, 2)]
    assert samples["second_copy_missed"] == [Sample(JOB, 1)]
    assert samples["second_copy_usual_pause_seconds"] == []
    assert samples_of([stored_run(START)])["second_copy_missed"] == []


def test_the_usual_pause_between_copies_is_known_from_the_second_one_on() -> None:
    runs = [
        stored_run(at, copying=copying_to(at, CopyOutcome.COPIED, ["file:///a"]))
        for at in (START, START + 7 * DAY)
    ]
    found = samples_of(runs)["second_copy_usual_pause_seconds"]
    assert found == [Sample((*JOB, "file:///a"), 7 * 86400)]


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
            server_named("nas", 7, alias="Storage", machine_id="m-1"),
            ("7", "nas", "Storage", "m-1", "Linux", "2.1.0.5"),
        ),
        (
            replace(server_named("nas", 8), os=None, version=None),
            ("8", "nas", "", "", "", ""),
        ),
    ],
)
def test_what_is_known_of_a_server_are_labels(server: Server, labels: tuple[str, ...]) -> None:
    (family,) = SERVER_FAMILIES
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
            counts=COUNTED,
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
