"""Reports that change what people are to be told leave a row, in the transaction of the report."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from exporter.fleet import Fleet
from exporter.jobs.job import Job
from exporter.jobs.state import JobState
from exporter.limits import Limits
from exporter.model import BACKUP, Counts, Delivery, Log, Machine, Report, Run, Server, Status
from exporter.model.notifications import ConditionChange, OutboxUpdate
from exporter.reports import read_report
from exporter.store import LimitReachedError, OutboxChangedError, Recorded, Store
from exporter.store.rules import outbox
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.authors import BY
from tests.support.daemon import NOW, SENDER
from tests.support.deliver import deliver
from tests.support.replicas import body
from tests.support.reports_builder import duplicati_report, text_report
from tests.support.stores import Database
from tests.support.watching import failing

SENDERS = 6
EACH = 30


@pytest.fixture
def store(database: Database) -> Store:
    return database.open(watch=failing)


def post(store: Store, report: bytes, received: Millis = NOW) -> Recorded:
    return deliver(store, report, received=received)


def failed(number: int, **fields: str) -> bytes:
    return body(number, status="Fatal", exception="no route", **fields)


def held(store: Store) -> list[tuple[str, ...]]:
    return [each.held for each in store.outbox.changes()]


def test_what_is_asked_of_reports_and_their_limits_can_change(database: Database) -> None:
    store = database.open()
    post(store, failed(1))
    assert held(store) == []
    store.record_by(Limits(max_jobs=2), failing)
    post(store, failed(1, backup="Another"))
    assert len(held(store)) == 1
    with pytest.raises(LimitReachedError):
        post(store, failed(1, backup="Third"))
    store.record_by(Limits(), None)
    post(store, failed(1, backup="Third"))
    assert len(held(store)) == 1


def read(store: Store) -> list[ConditionChange]:
    """Return what changed, and note that it was read."""
    found = store.outbox.changes()
    if found:
        update = OutboxUpdate(read_up_to=found[-1].id)
        store.outbox.update(update, store.outbox.load().revision)
    return found


def test_only_what_changes_something_leaves_a_row(store: Store) -> None:
    post(store, body(1))
    first = post(store, failed(2), received=NOW + MINUTE)
    post(store, failed(3))
    last = post(store, body(4), received=NOW + HOUR)
    assert store.outbox.changes() == [
        ConditionChange(
            1, first.job.id, first.run_id, NOW + MINUTE, ("failing", "stale"), "no route"
        ),
        ConditionChange(2, last.job.id, last.run_id, NOW + HOUR, ()),
    ]


def test_without_a_watch_nothing_is_written(database: Database) -> None:
    store = database.open()
    post(store, failed(1))
    assert store.outbox.changes() == []


def test_a_report_that_comes_again_changes_nothing_twice(store: Store) -> None:
    post(store, failed(1))
    post(store, failed(1))
    assert held(store) == [("failing", "stale")]


def test_what_was_fetched_is_of_the_past(store: Store) -> None:
    report = read_report(failed(1))
    store.record_all([(report, Delivery(NOW, SENDER, fetched=True))])
    assert store.outbox.changes() == []
    post(store, body(2))
    assert held(store) == [()]


def test_a_second_report_that_tells_of_a_failure_is_noticed(store: Store) -> None:
    first = post(store, text_report(began=NOW - HOUR, status="Success"))
    amended = post(store, duplicati_report(began=NOW - HOUR, status="Error"), NOW + MINUTE)
    assert not amended.new
    assert store.outbox.changes() == [
        ConditionChange(1, first.job.id, first.run_id, NOW + MINUTE, ("failing", "stale"))
    ]


def test_a_placeholder_and_the_report_that_replaces_it_are_two_changes(store: Store) -> None:
    job = post(store, body(1)).job
    began = NOW - 10**9 + DAY
    run = Run(BACKUP, Status.FATAL, began, None, None, Counts(), reason="no sign of life")
    report = Report(Machine(), "Documents", run, Log(), {})
    placeholder = store.record_placeholder(job.id, report, Delivery(NOW, "live"))
    assert placeholder is not None
    came = post(store, body(DAY // MINUTE), received=NOW + 1)
    assert store.outbox.changes() == [
        ConditionChange(
            1, job.id, placeholder.run_id, NOW, ("failing", "stale"), "no sign of life"
        ),
        ConditionChange(2, job.id, came.run_id, NOW + 1, ()),
    ]


def test_a_report_that_is_not_recorded_leaves_no_row(database: Database) -> None:
    store = database.open(Limits(max_jobs=1), failing)
    reports = [read_report(each) for each in (failed(1), failed(1, backup="Mail"))]
    with pytest.raises(LimitReachedError):
        store.record_all([(each, Delivery(NOW, SENDER)) for each in reports])
    store.dry_run([(reports[0], Delivery(NOW, SENDER))])
    assert store.outbox.changes() == []
    assert store.snapshot().jobs == ()


def test_a_watch_that_fails_costs_no_report(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Server, __: Job, ___: JobState, ____: JobState) -> tuple[str, ...] | None:
        raise ArithmeticError

    store = database.open(watch=broken)
    assert post(store, failed(1)).new
    assert store.outbox.changes() == []
    assert "a report was not judged" in caplog.text


def test_changes_stay_until_a_decision_on_them_is_stored(store: Store, database: Database) -> None:
    post(store, failed(1))
    first = store.outbox.changes()
    database.close(store)
    again = database.open(watch=failing)
    again.outbox.update(OutboxUpdate(read_up_to=9), 0)  # not on what this one was told
    assert read(again) == first
    assert again.outbox.changes() == []
    post(again, failed(1, server="other"))
    assert [each.id for each in again.outbox.changes()] == [2]


def test_a_change_that_is_committed_below_one_that_was_read_is_not_lost(
    store: Store, database: Database
) -> None:
    """Daemons that share a database take ids before they commit, in any order."""
    add = "INSERT INTO condition_changes (id, job_id, run_id, at, held) VALUES (?, 1, 1, 0, '')"
    database.execute(add, (10,))
    (found,) = store.outbox.changes()
    database.execute(add, (9,))
    store.outbox.update(OutboxUpdate(read_up_to=found.id), 0)
    assert [each.id for each in store.outbox.changes()] == [9]


def test_a_decision_on_an_older_state_reads_nothing(store: Store) -> None:
    post(store, failed(1))
    store.outbox.changes()
    with pytest.raises(OutboxChangedError):
        store.outbox.update(OutboxUpdate(read_up_to=1), 7)
    assert [each.id for each in store.outbox.changes()] == [1]


def test_some_are_answered_at_once_the_oldest_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MOST_CHANGES", 2)
    for server in ("a", "b", "c"):
        post(store, failed(1, server=server))
    assert [[each.id for each in read(store)] for _ in range(3)] == [[1, 2], [3], []]


def test_changes_go_with_their_job(store: Store) -> None:
    jobs = [post(store, failed(1, server=server)).job for server in ("a", "b", "c")]
    store.delete_job(jobs[0].id, BY)
    store.merge_servers(jobs[1].server_id, [jobs[2].server_id], BY)
    assert [each.job_id for each in store.outbox.changes()] == [jobs[1].id]
    store.delete_server(jobs[1].server_id, BY)
    assert store.outbox.changes() == []


def test_the_follower_has_seen_each_report_whose_change_is_answered(
    store: Store, fleet: Fleet
) -> None:
    def send(sender: int) -> None:
        for number in range(EACH):
            status = "Fatal" if number % 2 else "Success"
            post(store, body(number, f"s{sender}", status=status))

    seen: list[int] = []
    with ThreadPoolExecutor(SENDERS) as pool:
        sending = [pool.submit(send, sender) for sender in range(SENDERS)]
        while not all(each.done() for each in sending) or store.outbox.changes():
            answered = read(store)
            shown = {view.job.id: view.job.state for view in fleet.jobs()}
            assert [each for each in answered if _last(shown[each.job_id]) < each.run_id] == []
            seen += [each.run_id for each in answered]
    assert len(seen) == len(set(seen)) == SENDERS * (EACH - 1)


def _last(state: JobState) -> int:
    assert state.last is not None
    return state.last.id
