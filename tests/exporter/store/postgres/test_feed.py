"""What other daemons changed is known before an answer, as one snapshot."""

from collections.abc import Callable, Sequence
from functools import partial
from threading import Event

import psycopg
import pytest
from msgspec import msgpack

from exporter.model import Delivery
from exporter.model.live import LiveRun
from exporter.reports import read_report
from exporter.store import StoreUnavailableError
from exporter.store.postgres import queries
from exporter.store.postgres.memory import News
from exporter.store.postgres.session import PgSession
from exporter.times import HOUR, MINUTE, Millis
from tests.support.authors import BY
from tests.support.daemon import NOW, SENDER
from tests.support.replicas import Replicas, at_once, body, feed_of, known_to, post
from tests.support.reports_builder import duplicati_report
from tests.support.strategies.state import activity_of

pytestmark = pytest.mark.not_quick


def test_rows_are_read_as_one_snapshot(replicas: Replicas, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = replicas.open(), replicas.open()
    server = post(one, body(1)).server
    post(one, body(1, backup="Mail"))
    other.catch_up(5)
    post(one, body(2))
    ask = queries.news

    def after_a_deletion(db: PgSession, *named: Sequence[int]) -> News:
        monkeypatch.undo()
        one.delete_server(server.id, BY)
        return ask(db, *named)

    monkeypatch.setattr(queries, "news", after_a_deletion)
    other.catch_up(5)
    servers, jobs, _ = known_to(other)
    assert {job.server_id for job in jobs} == {server.id for server in servers}
    replicas.assert_whole()


def test_a_question_that_fails_answers_nobody(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = replicas.open()
    asked, go_on = Event(), Event()

    def fail(*_: object) -> None:
        asked.set()
        go_on.wait(20)
        raise ValueError

    monkeypatch.setattr(queries, "question", fail)

    def ask() -> type[Exception] | None:
        try:
            store.catch_up(5)
        except (ValueError, StoreUnavailableError) as error:
            return type(error)
        return None

    def ask_later() -> type[Exception] | None:
        asked.wait(20)
        go_on.set()
        return ask()

    assert None not in at_once([ask, *[ask_later] * 6])


def test_who_waits_longer_asks_again_where_another_gave_up(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = replicas.open()
    given_up, ask = Event(), queries.question

    def answer_once_one_gave_up(db: PgSession, seen: queries.Seen) -> object:
        if not given_up.is_set():
            raise psycopg.OperationalError
        return ask(db, seen)

    monkeypatch.setattr(queries, "question", answer_once_one_gave_up)

    def ask_shortly() -> None:
        with pytest.raises(StoreUnavailableError):
            store.catch_up(0.2)
        given_up.set()

    others: list[Callable[[], None]] = [partial(store.catch_up, 20) for _ in range(4)]
    at_once([ask_shortly, *others])


def test_live_runs_are_read_where_everything_is_read_again(replicas: Replicas) -> None:
    """Of a daemon that left while this one slept, not even a commit is left."""
    store = replicas.open()
    job_id = post(store, body(1)).job.id
    run = LiveRun.first(activity_of(NOW, NOW), NOW)
    replicas.ask("INSERT INTO live_runs VALUES (%s, %s)", job_id, msgpack.encode(run))
    replicas.ask("INSERT INTO live_runs VALUES (%s, %s)", job_id + 1, msgpack.encode(run))
    feed_of(store).reload()
    (view,) = replicas.fleets[0].jobs()
    assert view.running is not None
    assert view.running.run == run


def test_all_know_of_the_run_in_progress_of_a_job_that_joined_another(replicas: Replicas) -> None:
    one, other = replicas.open(), replicas.open()
    whole, part = (post(one, body(1, server)).server for server in ("nas", "tower"))
    job_id, began = post(one, body(2, "tower")).job.id, NOW + HOUR
    one.hear(job_id, activity_of(began, began), began)
    other.catch_up(5)
    other.merge_servers(whole.id, [part.id], BY)
    one.catch_up(5)
    views = [view for fleet in replicas.fleets for view in fleet.jobs()]
    assert [view.running and view.running.run.since for view in views] == [began, began]


def test_all_know_of_a_run_whose_report_is_missing_until_one_records_it(
    replicas: Replicas,
) -> None:
    one, other = replicas.open(), replicas.open()
    job_id = post(one, body(1)).job.id
    began = NOW + HOUR
    other.catch_up(5)
    one.hear(job_id, activity_of(began, began + MINUTE, ended=True), began + MINUTE)
    other.hear(job_id, activity_of(began + HOUR, began + HOUR), began + HOUR)
    assert awaited(replicas) == [[began], [began]]
    delivery = Delivery(began + HOUR, SENDER)
    report = duplicati_report(began=began, machine_id="id of nas")
    other.record(read_report(report), delivery)
    assert awaited(replicas) == [[], []]
    one.hear(job_id, activity_of(began + HOUR, began + 2 * HOUR), began + 2 * HOUR)
    assert [run.earlier for _, run in one.live_runs()] == [()]


def awaited(replicas: Replicas) -> list[list[Millis]]:
    """Return, for each daemon, the starts of the runs whose reports it waits for."""
    for store in replicas.stores:
        store.catch_up(5)
    views = [view for fleet in replicas.fleets for view in fleet.jobs()]
    return [[run.since for run in view.awaited] for view in views]
