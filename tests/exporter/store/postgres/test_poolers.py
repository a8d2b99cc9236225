"""A pooler that lends its few connections for a transaction each."""

from collections.abc import Iterator
from select import select
from typing import Any

import psycopg
import pytest
from psycopg import Pipeline

from tests.support.pgbouncer import pooling
from tests.support.postgres import Postgres
from tests.support.replicas import Replicas, body, post

pytestmark = pytest.mark.not_quick


@pytest.fixture
def pooled(postgres: Postgres, database: str) -> Iterator[Replicas]:
    """Open stores through a pooler."""
    with pooling(postgres) as more, Replicas(database, database + more) as opened:
        yield opened


def flush_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let psycopg ask for what is left of an answer only after all of it has come."""
    fetch = Pipeline._fetch_gen  # noqa: SLF001 - the moment between two things that it sends

    def fetch_late(self: Pipeline, *, flush: bool) -> Any:  # noqa: ANN401 - a generator of its own
        at_the_end = self.result_queue and self.result_queue[-1] is None
        if flush and at_the_end:
            select([self.pgconn.socket], [], [], 5)
        return fetch(self, flush=flush)

    monkeypatch.setattr(Pipeline, "_fetch_gen", fetch_late)


def test_no_connection_is_kept_between_transactions(
    pooled: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush_late(monkeypatch)
    stores = [pooled.open() for _ in range(3)]
    for number in range(3):
        for store in stores:
            assert post(store, body(number, f"s{number}")).run_id
    with psycopg.connect(pooled.served, autocommit=True) as another:
        assert another.execute("SELECT 1").fetchone() == (1,)
    pooled.assert_whole()
