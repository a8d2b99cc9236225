"""Unexpected states of the database when a daemon commits."""

from collections.abc import Callable
from threading import Thread

import psycopg
import pytest

from exporter.model import Delivery, Machine
from exporter.model.live import LiveReport
from exporter.store import StoreUnavailableError
from exporter.store.postgres.transaction import PgTransaction, StaleError
from exporter.store.postgres.writer import PgWriter
from exporter.store.rules import live_runs
from exporter.times import MINUTE
from tests.support.authors import BY
from tests.support.daemon import NOW, SENDER
from tests.support.meanwhile import after_first
from tests.support.replicas import Replicas, body, feed_of, post, writer_of
from tests.support.strategies.state import activity_of

pytestmark = pytest.mark.not_quick


def test_an_abandoned_commit_that_happened_blocks_nobody(replicas: Replicas) -> None:
    store = replicas.open(patience=3)
    server, job = (post(store, body(1)).server.id, store.snapshot().jobs[0].id)
    statement = "INSERT INTO commits (writer, stamp, token, servers, jobs, live)"
    nothing: list[int] = []
    values = (writer_of(store).id, 2, 77, [server], [job], nothing)
    replicas.ask(f"{statement} VALUES (%s, %s, %s, %s, %s, %s)", *values)
    assert post(store, body(2)).new
    replicas.assert_whole()


@pytest.mark.parametrize("before", [0, 2])
def test_a_daemon_that_was_forgotten_goes_on(replicas: Replicas, before: int) -> None:
    store, _ = replicas.open(), replicas.open()
    for number in range(before):
        post(store, body(number))
    former = writer_of(store).id
    replicas.ask("DELETE FROM writers WHERE id = %s", former)
    assert post(store, body(before)).new
    assert writer_of(store).id != former
    replicas.assert_whole()


def test_a_new_job_changes_nothing_that_another_daemon_wrote_of_its_server(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = replicas.open(), replicas.open()
    post(one, body(1))
    other.catch_up(5)
    feed = feed_of(one)
    meanwhile = after_first(feed.catch_up_within, lambda: post(other, body(2), NOW + MINUTE))
    monkeypatch.setattr(feed, "catch_up_within", meanwhile)
    assert post(one, body(1, backup="Mail")).server.last_report == NOW + MINUTE
    replicas.assert_whole()


def test_run_ids_that_are_given_out_again_are_passed_over(replicas: Replicas) -> None:
    one, other = replicas.open(), replicas.open()
    post(one, body(1))
    replicas.ask("SELECT setval('run_ids', 1, FALSE)")
    for number in range(2, 6):
        assert post(other, body(number)).new
        assert post(one, body(number, "another")).new
    replicas.assert_whole()


def test_a_report_waits_where_the_database_goes_away_while_its_daemon_catches_up(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = replicas.open()
    catch_up = feed_of(store).catch_up
    errors: list[Exception] = [StoreUnavailableError(), StaleError()]

    def fails_first(call: Callable[..., object]) -> Callable[..., object]:
        def called(*values: object) -> object:
            if errors:
                raise errors.pop()
            return call(*values)

        return called

    monkeypatch.setattr(PgWriter, "_try", fails_first(vars(PgWriter)["_try"]))
    monkeypatch.setattr(feed_of(store), "catch_up", fails_first(catch_up))
    assert post(store, body(1)).new


def test_a_live_report_of_a_known_job_changes_nothing(replicas: Replicas) -> None:
    store = replicas.open()
    live = LiveReport(Machine("id of nas", "nas", "2.1"), "Documents", activity_of(NOW, NOW))
    job_id = store.resolve_job(live, Delivery(NOW, SENDER))
    replicas.assert_whole()
    assert store.resolve_job(live, Delivery(NOW, SENDER)) == job_id
    assert replicas.ask("SELECT count(*) FROM commits") == [(1,)]
    assert post(store, body(1)).job.id == job_id
    replicas.assert_whole()


def test_no_live_run_is_kept_of_a_job_that_another_daemon_deletes(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = replicas.open(), replicas.open()
    job_id = post(one, body(1)).job.id
    other.catch_up(5)
    deletion = Thread(target=other.delete_job, args=(job_id, BY))

    def delete() -> None:
        deletion.start()
        deletion.join(0.5)

    monkeypatch.setattr(live_runs, "keep", after_first(live_runs.keep, delete))
    one.hear(job_id, activity_of(NOW, NOW), NOW)
    deletion.join()
    replicas.assert_whole()


def test_reports_of_a_known_address_use_up_no_ids_of_addresses(replicas: Replicas) -> None:
    """The ids are counted to know which of them to remove."""
    one, other = replicas.open(), replicas.open()
    for number in range(5):
        one.note_taken("192.0.2.1", number)
        other.note_taken("192.0.2.1", number)
    other.note_taken("192.0.2.2", 9)
    assert replicas.ask("SELECT id, address FROM reporters ORDER BY id") == [
        (1, "192.0.2.1"),
        (2, "192.0.2.2"),
    ]


def test_a_report_of_a_known_job_asks_for_no_other_run(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = replicas.open()
    post(first, body(1))
    store = replicas.open()  # knows the job from the database alone
    monkeypatch.delattr("exporter.store.rules.write_queries.newest_begin")
    assert post(store, body(2)).new


def test_a_commit_whose_answer_was_lost_and_then_waits_for_a_lock_is_answered_as_new(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session that was lost may hold its locks for a while: its commit has not ended."""
    store = replicas.open()
    post(store, body(1))
    begin, commit = vars(PgTransaction)["begin"], vars(PgTransaction)["commit"]

    def lose_the_answer(*values: object) -> None:
        commit(*values)
        monkeypatch.setattr(PgTransaction, "commit", commit)
        monkeypatch.setattr(PgTransaction, "begin", find_it_locked)
        raise psycopg.OperationalError

    def find_it_locked(*_: object) -> None:
        monkeypatch.setattr(PgTransaction, "begin", begin)
        raise psycopg.errors.LockNotAvailable

    monkeypatch.setattr(PgTransaction, "commit", lose_the_answer)
    assert post(store, body(2)).new
    replicas.assert_whole()
