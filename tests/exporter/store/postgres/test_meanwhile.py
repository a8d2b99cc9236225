"""What other daemons change between two steps of this one."""

from collections.abc import Sequence
from threading import Event, Thread

import pytest

from exporter.store.postgres import queries
from exporter.store.postgres.memory import News
from exporter.store.postgres.session import PgSession
from exporter.store.postgres.transaction import PgTransaction
from tests.support.authors import BY
from tests.support.meanwhile import before_first
from tests.support.replicas import Replicas, body, feed_of, post

pytestmark = pytest.mark.not_quick


def test_a_job_that_is_deleted_and_made_anew_is_not_made_twice(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known when the write was planned, gone when it starts: then it needs the wider lock."""
    one, other = replicas.open(), replicas.open()
    job = post(one, body(1)).job
    other.catch_up(5)

    def make_anew() -> None:
        other.delete_job(job.id, BY)
        one.catch_up(5)
        post(other, body(2))

    monkeypatch.setattr(PgTransaction, "begin", before_first(PgTransaction.begin, make_anew))
    assert post(one, body(3)).job.state.total_runs == 2
    replicas.assert_whole()


@pytest.mark.parametrize("what", ["job", "server"])
def test_what_came_and_went_while_news_were_read_does_not_come_back(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    one, other = replicas.open(), replicas.open()
    post(other, body(1))
    one.catch_up(5)
    late = post(other, body(1, *(("nas", "Mail") if what == "job" else ("pi",))))
    has_read, feed, ask = Event(), feed_of(one), queries.news

    def read_all(db: PgSession) -> bool:
        is_whole = feed_type.catch_up_within(feed, db)
        has_read.set()
        return is_whole

    def before_it_went(db: PgSession, *named: Sequence[int]) -> News:
        monkeypatch.undo()
        found = ask(db, *named)
        if what == "job":
            other.delete_job(late.job.id, BY)
        else:
            other.delete_server(late.server.id, BY)
        monkeypatch.setattr(feed, "catch_up_within", read_all)
        writing.start()
        assert has_read.wait(20)
        return found

    feed_type, writing = type(feed), Thread(target=post, args=(one, body(1, "another")))
    monkeypatch.setattr(queries, "news", before_it_went)
    one.catch_up(20)
    writing.join()
    replicas.assert_whole()


def test_a_machine_id_that_was_not_committed_is_not_known(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = replicas.open(), replicas.open()
    by_name = post(one, body(1, machine_id=None)).server
    merged = post(one, body(1, "tower")).server
    one.merge_servers(merged.id, [by_name.id], BY)
    other.catch_up(5)
    feed = feed_of(one)

    def fail(*_: object) -> None:
        monkeypatch.undo()
        raise ValueError

    def then_report(db: PgSession) -> bool:
        is_whole = type(feed).catch_up_within(feed, db)
        post(other, body(2, "tower"))
        monkeypatch.setattr(PgTransaction, "commit", fail)
        return is_whole

    monkeypatch.setattr(feed, "catch_up_within", then_report)
    with pytest.raises(ValueError, match=r"^$"):
        post(one, body(3))
    replicas.assert_whole()
