"""The families of a job that its runs decide: counts, sizes, statuses, times."""

import pytest
from msgspec.structs import replace

from exporter.model import (
    Counts,
    Status,
)
from exporter.times import DAY, HOUR, MINUTE, SECOND
from tests.exporter.exposition.samples import COUNTED, JOB, samples_of, values_of
from tests.support.strategies.state import (
    START,
    stored_run,
)


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
