"""Reports of the past: what becomes of each, and as of when."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from exporter.fleet import Fleet
from exporter.ingest.importer import MAX_BATCH, HistoricalReport, ImportOutcome, StoreImporter
from exporter.limits import Limits
from exporter.model import Delivery, Report
from exporter.schedule import ScheduleSource
from exporter.schedule.policy import SchedulePolicy
from exporter.store import Recorded, RunFilter, StoreUnavailableError
from exporter.store.sqlite import Store
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.daemon import CREATED, NOW, Clock
from tests.support.deliver import deliver
from tests.support.reports_builder import duplicati_report, exception_report

BEGAN = NOW - 400 * DAY


@pytest.fixture
def archive(store: Store, fleet: Fleet, clock: Clock) -> StoreImporter:
    return StoreImporter(store, fleet, clock, max_log_lines=2)


def past(began: Millis | None = BEGAN, **told: object) -> HistoricalReport:
    return HistoricalReport(duplicati_report(began=began, **told))  # type: ignore[arg-type] # by name


def runs(store: Store) -> list[Millis]:
    return [run.stored.started for run in store.runs(RunFilter(), None, 1000)]


def test_a_report_of_the_past_is_recorded_with_its_ids(
    archive: StoreImporter, store: Store, fleet: Fleet
) -> None:
    (result,) = archive.import_reports([past()])
    assert (result.outcome, result.is_backup, result.reason) == (ImportOutcome.RECORDED, True, None)
    (view,) = fleet.jobs()
    assert (result.server_id, result.job_id) == (view.server.id, view.job.id)
    assert [run.stored.id for run in store.runs(RunFilter(), None, 9)] == [result.run_id]


def test_a_report_that_names_no_backup_is_named_beside_it(
    archive: StoreImporter, fleet: Fleet
) -> None:
    text = "MainOperation: Backup\nParsedResult: Success\nBeginTime: x (1735689600)"
    result_file = json.dumps({**json.loads(duplicati_report(began=BEGAN)), "Extra": None})
    taken = archive.import_reports(
        [HistoricalReport(each.encode(), backup="Photos") for each in (text, result_file)]
    )
    assert [each.outcome for each in taken] == [ImportOutcome.RECORDED, ImportOutcome.RECORDED]
    assert [view.job.name for view in fleet.jobs()] == ["Photos"]


def test_it_counts_as_received_when_its_run_ended(
    archive: StoreImporter, store: Store, fleet: Fleet
) -> None:
    archive.import_reports([past(duration=HOUR)])
    (run,) = store.runs(RunFilter(), None, 9)
    assert run.stored.received == BEGAN + HOUR
    assert fleet.servers()[0].last_report == BEGAN + HOUR
    assert fleet.totals(NOW).last_report == BEGAN + HOUR


def test_a_run_that_never_ended_counts_from_its_begin(archive: StoreImporter, store: Store) -> None:
    archive.import_reports([past(duration=None)])
    assert store.runs(RunFilter(), None, 9)[0].stored.received == BEGAN


def test_an_end_before_the_begin_moves_no_run(archive: StoreImporter, store: Store) -> None:
    archive.import_reports([past(duration=-DAY)])
    assert runs(store) == [BEGAN]


def test_a_run_dated_in_the_future_does_not_look_as_if_it_just_ran(
    archive: StoreImporter, store: Store, fleet: Fleet
) -> None:
    (result,) = archive.import_reports([past(NOW + DAY)])
    assert result.outcome is ImportOutcome.REFUSED
    assert "in the future" in (result.reason or "")
    assert (runs(store), fleet.servers()) == ([], [])


def test_a_run_dated_in_the_future_counts_from_when_it_was_noted(
    archive: StoreImporter, store: Store
) -> None:
    archive.import_reports([HistoricalReport(past(NOW + DAY).body, BEGAN)])
    assert runs(store) == [BEGAN]


def test_a_posted_run_dated_in_the_future_is_known(archive: StoreImporter, store: Store) -> None:
    deliver(store, duplicati_report(began=NOW + DAY))
    assert [result.outcome for result in archive.import_reports([past(NOW + DAY)])] == [
        ImportOutcome.KNOWN
    ]


def test_a_run_dated_a_little_ahead_counts_from_now(archive: StoreImporter, store: Store) -> None:
    archive.import_reports([past(NOW + MINUTE, duration=None)])
    (run,) = store.runs(RunFilter(), None, 9)
    assert (run.stored.started, run.stored.received) == (NOW + MINUTE, NOW)


def test_an_end_in_the_future_does_not_make_a_run_look_new(
    archive: StoreImporter, store: Store
) -> None:
    archive.import_reports([past(duration=1000 * DAY)])
    assert store.runs(RunFilter(), None, 9)[0].stored.received == BEGAN


def test_a_report_without_any_time_counts_from_when_it_was_noted(
    archive: StoreImporter, store: Store
) -> None:
    report = HistoricalReport(exception_report(), NOW - 9 * DAY)
    (result,) = archive.import_reports([report])
    assert runs(store) == [NOW - 9 * DAY]
    assert [result.run_id] == [again.run_id for again in archive.import_reports([report])]


@pytest.mark.parametrize("received", [NOW + 9 * DAY, None])
def test_a_report_without_any_time_does_not_look_as_if_it_just_came(
    archive: StoreImporter, store: Store, received: Millis | None
) -> None:
    (result,) = archive.import_reports([HistoricalReport(exception_report(), received)])
    assert (result.outcome, runs(store)) == (ImportOutcome.REFUSED, [])


def test_a_noted_time_moves_no_run_that_tells_its_own(archive: StoreImporter, store: Store) -> None:
    archive.import_reports([HistoricalReport(past().body, NOW)])
    (run,) = store.runs(RunFilter(), None, 9)
    assert run.stored.received == BEGAN + MINUTE


def test_a_posted_run_is_known(archive: StoreImporter, store: Store) -> None:
    posted = deliver(store, duplicati_report(began=BEGAN))
    (result,) = archive.import_reports([past()])
    assert (result.outcome, result.run_id) == (ImportOutcome.KNOWN, posted.run_id)


def test_the_same_run_twice_in_one_go_counts_once(archive: StoreImporter, store: Store) -> None:
    outcomes = [result.outcome for result in archive.import_reports([past(), past()])]
    assert outcomes == [ImportOutcome.RECORDED, ImportOutcome.KNOWN]
    assert len(runs(store)) == 1


def test_another_operation_is_recorded_and_no_backup(archive: StoreImporter, fleet: Fleet) -> None:
    (result,) = archive.import_reports([past(operation="Restore")])
    assert (result.outcome, result.is_backup) == (ImportOutcome.RECORDED, False)
    assert fleet.jobs() == []


def test_what_is_not_understood_says_why_and_keeps_nothing_else_out(
    archive: StoreImporter, store: Store
) -> None:
    odd = [HistoricalReport(b"hello"), HistoricalReport(b"\xed\xb3\xbf")]
    taken = archive.import_reports([past(), *odd, past(BEGAN + DAY)])
    outcomes = [each.outcome for each in taken]
    assert outcomes[0] is outcomes[3] is ImportOutcome.RECORDED
    assert outcomes[1] is outcomes[2] is ImportOutcome.NOT_UNDERSTOOD
    assert all(each.reason for each in taken[1:3])
    assert runs(store) == [BEGAN + DAY, BEGAN]
    assert store.rejected(None, 9) == []


def test_what_there_is_no_room_for_is_refused_alone(tmp_path: Path, clock: Clock) -> None:
    store = Store(tmp_path / "small.sqlite", Limits(max_jobs_per_server=1))
    importer = StoreImporter(store, Fleet(SchedulePolicy(), CREATED), clock, 9)
    taken = importer.import_reports([past(), past(backup="Mail"), past(BEGAN + DAY)])
    assert [each.outcome for each in taken] == [
        ImportOutcome.RECORDED,
        ImportOutcome.REFUSED,
        ImportOutcome.RECORDED,
    ]
    assert "max_jobs_per_server" in (taken[1].reason or "")
    store.close()


def test_a_fault_of_ours_on_one_report_keeps_no_other_out(
    archive: StoreImporter, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_all = store.record_all

    def failing(reports: Sequence[tuple[Report, Delivery]]) -> list[Recorded]:
        if any(report.backup == "Mail" for report, _ in reports):
            raise RuntimeError("a bug")
        return record_all(reports)

    monkeypatch.setattr(store, "record_all", failing)
    taken = archive.import_reports([past(), past(backup="Mail"), past(BEGAN + DAY)])
    assert [each.outcome.value for each in taken] == ["recorded", "refused", "recorded"]


def test_a_database_that_does_not_answer_is_told(tmp_path: Path, clock: Clock) -> None:
    store = Store(tmp_path / "closed.sqlite")
    store.close()
    importer = StoreImporter(store, Fleet(SchedulePolicy(), CREATED), clock, 9)
    with pytest.raises(StoreUnavailableError):
        importer.import_reports([past()])


def test_more_than_one_commit_holds_is_taken_in_order(archive: StoreImporter, store: Store) -> None:
    timestamps = [BEGAN + number * MINUTE for number in range(2 * MAX_BATCH + 1)]
    taken = archive.import_reports([past(began) for began in timestamps])
    assert [each.run_id for each in taken] == list(range(1, len(timestamps) + 1))
    assert runs(store) == timestamps[::-1]


def test_a_log_keeps_its_first_lines(archive: StoreImporter, store: Store) -> None:
    (result,) = archive.import_reports([past(lines=("a", "b", "c"))])
    detail = store.run(result.run_id or 0)
    assert detail is not None
    assert (len(detail.log.messages), detail.log.lines_dropped) == (2, 1)


def test_the_address_stands_for_a_sender_that_tells_nothing_of_itself(
    archive: StoreImporter, fleet: Fleet
) -> None:
    told = json.loads(duplicati_report(began=BEGAN, server=None, machine_id=None))
    body = json.dumps(told).encode()
    archive.import_reports([HistoricalReport(body), HistoricalReport(body, server="attic")])
    assert [server.name for server in fleet.servers()] == ["imported", "attic"]


def test_trying_out_tells_the_same_and_records_nothing(
    archive: StoreImporter, store: Store, fleet: Fleet
) -> None:
    archive.import_reports([past()])
    taken = archive.dry_run([past(), past(BEGAN + DAY), past(backup="New"), HistoricalReport(b"?")])
    assert [each.outcome for each in taken] == [
        ImportOutcome.KNOWN,
        ImportOutcome.RECORDED,
        ImportOutcome.RECORDED,
        ImportOutcome.NOT_UNDERSTOOD,
    ]
    assert runs(store) == [BEGAN]
    assert len(fleet.jobs()) == 1
    assert [job.name for job in store.snapshot().jobs] == ["Documents"]


def test_after_trying_out_recording_goes_on(archive: StoreImporter, store: Store) -> None:
    archive.dry_run([past(), past(backup="New")])
    outcomes = [result.outcome for result in archive.import_reports([past(), past(backup="New")])]
    assert outcomes == [ImportOutcome.RECORDED, ImportOutcome.RECORDED]
    assert len(runs(store)) == 2


def test_a_plan_is_a_reported_expectation(archive: StoreImporter, fleet: Fleet) -> None:
    (result,) = archive.import_reports([past(NOW - HOUR)])
    archive.plan(result.job_id or 0, NOW + 2 * DAY, 3 * DAY)
    (view,) = fleet.jobs()
    assert view.expectation is not None
    assert view.expectation.source is ScheduleSource.REPORTED
    assert (view.expectation.start, view.expectation.interval) == (NOW + 2 * DAY, 3 * DAY)


def test_a_planned_start_that_passed_without_a_run_stays_expected(
    archive: StoreImporter, fleet: Fleet, clock: Clock
) -> None:
    """Duplicati plans on when a run could not even begin, and tells only of the next start."""
    (result,) = archive.import_reports([past(NOW - DAY)])
    archive.plan(result.job_id or 0, NOW, DAY)
    for days in (1, 2, 3):
        clock.now = NOW + days * DAY - HOUR
        archive.plan(result.job_id or 0, NOW + days * DAY, DAY)
        (view,) = fleet.jobs()
        assert view.expectation is not None
        assert view.expectation.start == NOW
        assert view.overdue(clock.now)


def test_a_planned_start_that_is_put_off_before_it_passes_is_expected_then(
    archive: StoreImporter, fleet: Fleet
) -> None:
    (result,) = archive.import_reports([past(NOW - DAY)])
    archive.plan(result.job_id or 0, NOW + HOUR, DAY)
    archive.plan(result.job_id or 0, NOW + 5 * HOUR, DAY)
    assert [view.expectation and view.expectation.start for view in fleet.jobs()] == [
        NOW + 5 * HOUR
    ]


def test_a_run_ends_the_waiting_for_a_planned_start_that_passed(
    archive: StoreImporter, fleet: Fleet, clock: Clock
) -> None:
    (result,) = archive.import_reports([past(NOW - DAY)])
    archive.plan(result.job_id or 0, NOW - HOUR, DAY)
    clock.now = NOW + 2 * HOUR
    archive.import_reports([past(NOW + HOUR)])
    archive.plan(result.job_id or 0, NOW + 23 * HOUR, DAY)
    assert [view.expectation and view.expectation.start for view in fleet.jobs()] == [
        NOW + 23 * HOUR
    ]


def test_behind_a_planned_run_the_next_is_expected_by_the_told_interval(
    archive: StoreImporter, fleet: Fleet
) -> None:
    (result,) = archive.import_reports([past(NOW - 9 * DAY)])
    archive.plan(result.job_id or 0, NOW - 6 * DAY, 3 * DAY)
    archive.import_reports([past(NOW - 6 * DAY)])
    (view,) = fleet.jobs()
    assert view.expectation is not None
    assert view.expectation.start == NOW - 3 * DAY
    assert view.overdue(NOW)


@pytest.fixture
def keeping_a_week(store: Store, fleet: Fleet, clock: Clock) -> StoreImporter:
    return StoreImporter(store, fleet, clock, max_log_lines=2, keep_runs=7 * DAY)


def test_what_was_removed_for_its_age_is_not_counted_again(
    keeping_a_week: StoreImporter, store: Store, fleet: Fleet
) -> None:
    history = [past(NOW - days * DAY) for days in range(20, 0, -1)]
    keeping_a_week.import_reports(history)
    removed, _ = store.prune_runs(NOW - 7 * DAY, 0)
    before = fleet.jobs()
    again = keeping_a_week.import_reports(history)
    outcomes = [result.outcome for result in again]
    assert outcomes == [ImportOutcome.TOO_OLD] * removed + [ImportOutcome.KNOWN] * (20 - removed)
    assert {result.job_id for result in again} == {before[0].job.id}
    assert fleet.jobs() == before


def test_what_was_removed_is_not_counted_again_under_a_former_name(
    keeping_a_week: StoreImporter, store: Store, fleet: Fleet
) -> None:
    extra = {"backup-id": "DB-1"}
    history = [
        past(NOW - days * DAY, backup="Photos" if days > 10 else "Pictures", extra=extra)
        for days in range(20, 0, -1)
    ]
    keeping_a_week.import_reports(history)
    store.prune_runs(NOW - 7 * DAY, 0)
    before = fleet.jobs()
    keeping_a_week.import_reports(history)
    assert [(view.job.name, view.job.formerly) for view in before] == [("Pictures", ("Photos",))]
    assert fleet.jobs() == before


def test_the_last_run_of_a_job_is_kept_however_old_it_is(
    keeping_a_week: StoreImporter, fleet: Fleet
) -> None:
    """A backup that died long ago must not be one that nobody knows."""
    keeping_a_week.import_reports([past(NOW - 40 * DAY)])
    (result,) = keeping_a_week.import_reports([past(NOW - 40 * DAY)])
    assert result.outcome is ImportOutcome.KNOWN
    (view,) = fleet.jobs()
    assert view.overdue(NOW)


def test_what_is_older_than_anything_kept_is_left_out(keeping_a_week: StoreImporter) -> None:
    keeping_a_week.import_reports([past(NOW - DAY)])
    (result,) = keeping_a_week.import_reports([past(NOW - 8 * DAY)])
    assert result.outcome is ImportOutcome.TOO_OLD
