"""The families of a job besides its runs: expectations, verification, second copies."""

import pytest

from exporter.exposition.families import (
    Sample,
)
from exporter.model import (
    Copying,
    CopyOutcome,
    SecondCopy,
    Status,
    Verification,
)
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.exporter.exposition.samples import COUNTED, JOB, samples_of, values_of
from tests.support.strategies.state import (
    START,
    copying_to,
    stored_run,
)


def test_expectations_are_told_in_seconds() -> None:
    values = values_of([stored_run(START)])
    assert values["next_expected_timestamp_seconds"] == (START + DAY) / SECOND
    assert values["deadline_timestamp_seconds"] == (START + DAY + MINUTE + HOUR) / SECOND
    assert values["expected_interval_seconds"] == 86400


@pytest.mark.parametrize(("late", "overdue"), [(0, 0), (1, 1)])
def test_a_job_is_overdue_behind_its_deadline(late: Millis, overdue: float) -> None:
    now = START + DAY + MINUTE + HOUR + late
    assert values_of([stored_run(START)], now=now)["overdue"] == overdue


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
    assert samples["job_info"] == [Sample((*JOB, "DB-2", "s3", "backup", ""), 1)]


def test_unknown_facts_of_a_job_are_empty_labels() -> None:
    assert samples_of([stored_run(START)])["job_info"] == [Sample((*JOB, "", "", "backup", ""), 1)]


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
