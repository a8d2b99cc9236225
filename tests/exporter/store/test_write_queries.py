import pytest

from exporter.model import Status
from exporter.store import RunFilter, Store
from exporter.times import DAY, HOUR, MINUTE, SECOND, Millis
from tests.support.daemon import NOW
from tests.support.deliver import deliver, job_of
from tests.support.reports_builder import (
    documented_report,
    duplicati_report,
    exception_report,
    text_report,
)

BEGAN = NOW - DAY


def count_runs(store: Store) -> int:
    return len(store.runs(RunFilter(), None, 1000))


def test_the_same_report_again_changes_nothing(store: Store) -> None:
    body = duplicati_report(began=BEGAN, backend={"BytesUploaded": 5})
    first = deliver(store, body)
    again = deliver(store, body, received=NOW + HOUR)
    assert first.new
    assert not again.new
    assert (again.run_id, again.server.id, again.job.id) == (
        first.run_id,
        first.server.id,
        first.job.id,
    )
    assert count_runs(store) == 1
    assert job_of(store, first).state == first.job.state


def test_a_run_is_known_by_its_start_and_not_by_the_rest_of_its_report(store: Store) -> None:
    first = deliver(store, duplicati_report(began=BEGAN, status="Warning"))
    again = deliver(store, duplicati_report(began=BEGAN, status="Success"))
    assert again.run_id == first.run_id
    assert job_of(store, first).state.runs == (0, 1, 0, 0, 0, 0)


@pytest.mark.parametrize(
    "other",
    [
        duplicati_report(began=BEGAN + SECOND),
        duplicati_report(began=BEGAN, backup="Photos"),
        duplicati_report(began=BEGAN, machine_id="m-2"),
        duplicati_report(began=BEGAN, operation="Restore"),
    ],
    ids=["start", "backup", "server", "operation"],
)
def test_another_start_backup_server_or_operation_is_another_run(
    store: Store, other: bytes
) -> None:
    first = deliver(store, duplicati_report(began=BEGAN))
    second = deliver(store, other)
    assert second.new
    assert second.run_id != first.run_id


TEXT_AND_JSON = (text_report(began=BEGAN), duplicati_report(began=BEGAN + 971))


@pytest.mark.parametrize(("first", "second"), [TEXT_AND_JSON, TEXT_AND_JSON[::-1]])
def test_a_text_report_of_a_whole_second_is_the_run_that_started_within_it(
    store: Store, first: bytes, second: bytes
) -> None:
    assert deliver(store, first).run_id == deliver(store, second).run_id
    assert count_runs(store) == 1


def test_two_fractions_of_a_second_are_two_runs(store: Store) -> None:
    deliver(store, duplicati_report(began=BEGAN + 100))
    assert deliver(store, duplicati_report(began=BEGAN + 900)).new


def test_a_text_report_is_no_run_of_the_second_before_or_after(store: Store) -> None:
    deliver(store, duplicati_report(began=BEGAN - 1))
    deliver(store, duplicati_report(began=BEGAN + SECOND))
    assert deliver(store, text_report(began=BEGAN)).new


@pytest.mark.parametrize(("later", "runs"), [(0, 1), (6 * MINUTE, 1), (DAY, 2)])
def test_without_a_start_the_same_content_is_the_same_run_for_a_while(
    store: Store, later: Millis, runs: int
) -> None:
    first = deliver(store, exception_report())
    again = deliver(store, exception_report(), received=NOW + later)
    assert len({first.run_id, again.run_id}) == runs
    assert job_of(store, first).state.total_runs == runs


def test_without_a_start_other_content_is_another_run(store: Store) -> None:
    deliver(store, exception_report(message="no route"))
    assert deliver(store, exception_report(message="no space")).new


def test_the_same_content_of_another_job_is_another_run(store: Store) -> None:
    deliver(store, exception_report(server=None), sender="192.0.2.1")
    assert deliver(store, exception_report(server=None), sender="192.0.2.2").new


def test_a_run_without_a_start_counts_from_its_arrival(store: Store) -> None:
    state = deliver(store, exception_report()).job.state
    assert state.last is not None
    assert state.last.started == NOW
    assert state.last.run.status is Status.FATAL


def test_reports_that_arrive_late_take_their_place_by_start(store: Store) -> None:
    newest = deliver(store, duplicati_report(began=BEGAN, status="Error"))
    oldest = deliver(store, duplicati_report(began=BEGAN - 2 * DAY, status="Error"))
    middle = deliver(store, duplicati_report(began=BEGAN - DAY))
    state = middle.job.state
    assert state.last is not None
    assert state.last_completed is not None
    assert (state.last.id, state.last_completed.id) == (newest.run_id, middle.run_id)
    assert state.consecutive_failures == 1
    listed = [run.stored.id for run in store.runs(RunFilter(), None, 10)]
    assert listed == [newest.run_id, middle.run_id, oldest.run_id]


@pytest.mark.parametrize(
    ("ahead", "started"),
    [
        (5 * MINUTE, NOW + 5 * MINUTE),
        (5 * MINUTE + 1, NOW),
        (3650 * DAY, NOW),
    ],
)
def test_a_start_more_than_five_minutes_in_the_future_counts_from_its_arrival(
    store: Store, ahead: Millis, started: Millis
) -> None:
    state = deliver(store, duplicati_report(began=NOW + ahead)).job.state
    assert state.last is not None
    assert state.last.started == started


def test_a_report_from_the_future_sent_again_is_no_second_run(store: Store) -> None:
    body = duplicati_report(began=NOW + 2 * HOUR)
    first = deliver(store, body)
    assert not deliver(store, body, received=NOW + MINUTE).new
    assert not deliver(store, body, received=NOW + 3 * HOUR).new
    assert job_of(store, first).state.total_runs == 1


def test_runs_of_a_wrong_clock_are_distinguished_by_their_starts(store: Store) -> None:
    deliver(store, duplicati_report(began=NOW + HOUR))
    assert deliver(store, duplicati_report(began=NOW + 2 * HOUR)).new


def test_a_report_from_the_future_does_not_outlive_later_ones(store: Store) -> None:
    deliver(store, duplicati_report(began=NOW + 3650 * DAY, status="Error"))
    state = deliver(store, duplicati_report(began=NOW + DAY), received=NOW + DAY).job.state
    assert not state.decided_failed


def test_other_operations_are_recorded_with_their_name_and_count_nowhere(store: Store) -> None:
    recorded = deliver(store, duplicati_report(began=BEGAN, operation="Restore"))
    detail = store.run(recorded.run_id)
    assert detail is not None
    assert detail.stored.run.operation == "Restore"
    assert recorded.job.state.total_runs == 0


def test_dry_runs_are_recorded_and_count_nowhere(store: Store) -> None:
    recorded = deliver(store, duplicati_report(began=BEGAN, data={"Dryrun": True}))
    detail = store.run(recorded.run_id)
    assert detail is not None
    assert detail.stored.run.dry_run
    assert recorded.job.state.total_runs == 0


def test_a_run_is_kept_with_all_it_counted_and_its_log(store: Store) -> None:
    body = duplicati_report(
        began=BEGAN,
        data={"ExaminedFiles": 7, "TooLargeFiles": 2},
        lines=("2026-01-15 02:00:00 +01 - [Warning-Duplicati]: odd ☃ name",),
    )
    detail = store.run(deliver(store, body).run_id)
    assert detail is not None
    assert detail.counted == {"ExaminedFiles": 7, "TooLargeFiles": 2}
    assert [(line.level, line.text[-11:]) for line in detail.log.messages] == [
        ("warning", " odd ☃ name")
    ]


def test_whatever_numbers_a_report_holds_its_job_takes_further_reports(store: Store) -> None:
    most = 2**63 - 1
    counted = {"AddedFiles": most, "ModifiedFiles": most, "DeletedFiles": most}
    for night in range(4):
        body = duplicati_report(
            began=BEGAN + night * MINUTE, data=counted, backend={"BytesUploaded": most}
        )
        assert deliver(store, body).job.state.total_runs == night + 1


@pytest.mark.parametrize(
    "name", ["\u200b", "a" * 255, "Fotos ☃ / 'x'; DROP TABLE runs", "tab\tbell\a"]
)
def test_odd_names_are_kept_as_they_are(store: Store, name: str) -> None:
    recorded = deliver(store, documented_report(began=BEGAN, backup=name, server=name))
    assert (job_of(store, recorded).name, recorded.server.name) == (name, name)
