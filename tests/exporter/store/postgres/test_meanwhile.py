"""What other daemons change between two steps of this one."""

from collections.abc import Callable
from typing import Any

import pytest

from exporter.store.postgres.transaction import PgTransaction
from tests.support.authors import BY
from tests.support.replicas import Replicas, body, post

pytestmark = pytest.mark.not_quick


def before_first(call: Callable[..., Any], earlier: Callable[[], object]) -> Callable[..., Any]:
    """Return a function that does something more, once, before the original one."""
    left = [earlier]

    def called(*values: object) -> object:
        while left:
            left.pop()()
        return call(*values)

    return called


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
