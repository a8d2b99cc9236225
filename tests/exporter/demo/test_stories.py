"""What befalls the jobs of the fleet, each as its row says."""

from collections.abc import Iterator
from itertools import pairwise, takewhile
from statistics import median

import pytest

from exporter.demo import live_arrivals
from exporter.model import RESTORE, CopyOutcome, Run, Status
from exporter.model.live import LiveReport
from exporter.reports import read_live_status
from exporter.times import DAY, HOUR, MINUTE, SECOND
from tests.exporter.demo import past
from tests.exporter.demo.past import PRESENT, Runs, days_ago

pytestmark = pytest.mark.not_quick


@pytest.fixture(scope="module")
def runs() -> Runs:
    return past.runs()


def completed(runs: list[Run]) -> list[bool]:
    return [run.status.completed for run in runs]


def examined_bytes(run: Run) -> int:
    assert run.counts.examined_bytes is not None
    return run.counts.examined_bytes


def duration(run: Run) -> int:
    assert run.duration is not None
    return run.duration


def test_most_runs_succeed(runs: Runs) -> None:
    all_runs = [run for job in runs.values() for run in job]
    assert sum(completed(all_runs)) / len(all_runs) > 0.98
    assert {run.status for run in all_runs} >= {
        Status.SUCCESS,
        Status.WARNING,
        Status.ERROR,
        Status.FATAL,
    }


def test_one_backup_stopped_without_a_word(runs: Runs) -> None:
    templates = runs["files", "Templates"]
    assert days_ago(templates[-1]) > 5
    assert all(completed(templates))


def test_one_server_is_silent(runs: Runs) -> None:
    for server in {server for server, _ in runs}:
        newest = min(days_ago(job[-1]) for (of, _), job in runs.items() if of == server)
        assert (newest > 2) == (server == "branch-north"), server


def live(hours: int) -> Iterator[LiveReport]:
    """Return what is told live in the last hours before the present."""
    arrivals = live_arrivals(PRESENT, PRESENT - hours * HOUR, 30 * SECOND)
    for arrival in takewhile(lambda arrival: arrival.at <= PRESENT, arrivals):
        yield read_live_status(arrival.body)


def test_one_backup_is_half_done() -> None:
    newest = {report.backup: report.activity for report in live(hours=1)}
    under_way = {backup for backup, activity in newest.items() if not activity.ended}
    assert under_way == {"Mailboxes"}
    assert newest["Mailboxes"].progress.ratio == pytest.approx(0.5, abs=0.2)


def test_the_silent_server_went_in_the_middle_of_a_run(runs: Runs) -> None:
    told = [report.activity for report in live(hours=72) if report.backup == "Point of sale"]
    begun, ended = ({each.began for each in told if each.ended is over} for over in (False, True))
    (vanished,) = begun - ended
    assert vanished not in {run.began for run in runs["branch-north", "Point of sale"]}


def test_what_is_told_live_is_of_the_runs_that_are_reported(runs: Runs) -> None:
    told = {(each.machine.name, each.backup, each.activity.began) for each in live(hours=24)}
    reported = {(*job, run.began) for job, of_job in runs.items() for run in of_job}
    assert {backup for _, backup, _ in told - reported} == {"Mailboxes"}


def test_one_backup_fails_since_its_key_expired(runs: Runs) -> None:
    invoices = runs["accounting", "Invoices"]
    assert not any(completed(invoices[-4:]))
    assert all(completed(invoices[:-4]))


def test_one_backup_never_succeeded(runs: Runs) -> None:
    uploads = runs["web-2", "Uploads"]
    assert len(uploads) > 10
    assert not any(completed(uploads))
    assert days_ago(uploads[0]) < 13


def test_the_web_servers_failed_for_one_night(runs: Runs) -> None:
    for name in ("Sites", "Databases"):
        for server in ("web-1", "web-2"):
            assert completed(runs[server, name]).count(False) == 1


def test_one_source_shrank(runs: Runs) -> None:
    sizes = [examined_bytes(run) for run in runs["media", "Recordings"]]
    assert max(sizes[-5:]) < 0.4 * min(sizes[:-6])


def test_one_destination_is_full_in_a_few_days(runs: Runs) -> None:
    free = [run.counts.quota_free_bytes or 0 for run in runs["media", "Videos"]]
    a_day = (free[-8] - free[-1]) / 7
    assert 1 < free[-1] / a_day < 14


def test_one_burst_of_changes_is_far_above_the_habit(runs: Runs) -> None:
    changed = [run.counts.changed_files or 0 for run in runs["files", "Home folders"]]
    assert changed[-1] > 30 * median(changed)
    assert max(changed[:-1]) < 2 * median(changed)


def test_one_run_was_unusually_long(runs: Runs) -> None:
    lengths = [duration(run) for run in runs["db-1", "Dumps"]]
    assert lengths[-1] > 3 * max(lengths[:-1])


def test_one_stored_file_is_damaged_while_the_runs_succeed(runs: Runs) -> None:
    packages = runs["git", "Packages"]
    judged = [run.verification.status for run in packages if run.verification is not None]
    assert judged[-3:] == [Status.ERROR] * 3
    assert set(judged[:-4]) == {Status.SUCCESS}
    assert all(completed(packages))


def test_one_backup_is_stopped_now_and_then_and_the_last_time(runs: Runs) -> None:
    mail = runs["laptop-sales", "Mail"]
    stopped = [run.status is Status.INTERRUPTED for run in mail]
    assert stopped[-1]
    assert 3 < stopped.count(True) < len(mail) / 4
    others = [run.status for job, of_job in runs.items() for run in of_job if job[1] != "Mail"]
    assert Status.INTERRUPTED not in others


def test_a_stopped_run_read_a_part_and_did_not_look_at_the_destination(runs: Runs) -> None:
    for run in runs["laptop-sales", "Mail"]:
        stopped = run.status is Status.INTERRUPTED
        assert run.looked_at_destination is not stopped
        assert (run.verification is None) is stopped
        assert (examined_bytes(run) < 6 * 10**9) is stopped


def test_of_two_second_copies_one_fails(runs: Runs) -> None:
    told = [run.copying for run in runs["nas", "Projects"]]
    outcomes = [None if each is None else each.outcome for each in told]
    assert outcomes[-2:] == [CopyOutcome.MISSED] * 2
    assert set(outcomes[:-2]) == {CopyOutcome.COPIED}
    assert [len(each.copies) for each in told[-3:] if each] == [2, 1, 1]
    assert [run.status for run in runs["nas", "Projects"][-2:]] == [Status.ERROR] * 2


def test_one_second_copy_is_made_every_week_and_then_no_more(runs: Runs) -> None:
    copied = [
        days_ago(run)
        for run in runs["mail", "Configuration"]
        if run.copying is not None and run.copying.copies
    ]
    assert {round(one - other) for one, other in pairwise(copied)} == {7}
    assert copied[-1] > 17
    outcomes = {run.copying.outcome for run in runs["mail", "Configuration"] if run.copying}
    assert outcomes == {CopyOutcome.COPIED, CopyOutcome.NOT_DUE}


def test_files_were_restored_from_one_backup() -> None:
    restored = [report for report in past.reports() if report.run.operation == RESTORE]
    assert {(report.machine.name, report.backup) for report in restored} == {("nas", "Projects")}
    assert all(report.run.status is Status.SUCCESS for report in restored)


def test_some_runs_tried_again_and_some_compacted(runs: Runs) -> None:
    all_runs = [run for job in runs.values() for run in job]
    tried = sum(bool(run.counts.retry_attempts) for run in all_runs)
    assert 0.02 < tried / len(all_runs) < 0.1
    assert sum(run.compacted is not None for run in all_runs) > len(all_runs) / 10


def test_a_good_run_leaves_the_newest_version(runs: Runs) -> None:
    for run in runs["nas", "Photos"]:
        assert run.newest_version == run.began


def test_one_backup_runs_every_hour(runs: Runs) -> None:
    assert len(runs["db-1", "Transaction logs"]) == pytest.approx(90 * 24, abs=1)


def test_one_backup_runs_on_sundays_and_one_on_workdays(runs: Runs) -> None:
    assert {weekday(run) for run in runs["nas", "Archive"]} == {6}
    assert {weekday(run) for run in runs["accounting", "Ledger"]} == {0, 1, 2, 3, 4}


def test_the_laptops_tell_no_next_run_and_begin_when_they_are_opened(runs: Runs) -> None:
    documents = runs["laptop-sales", "Documents"]
    assert {run.next_scheduled for run in documents} == {None}
    times = [(run.began or 0) % DAY for run in documents]
    assert max(times) - min(times) > 2 * HOUR


def test_a_run_takes_from_seconds_to_hours(runs: Runs) -> None:
    lengths = [run.duration for job in runs.values() for run in job if run.duration is not None]
    assert min(lengths) < MINUTE
    assert max(lengths) > HOUR


def weekday(run: Run) -> int:
    """Return the day of the week, Monday is 0."""
    return ((run.began or 0) // DAY + 3) % 7
