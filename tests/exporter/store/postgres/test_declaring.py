"""Several daemons declare the same jobs at the same time: each is there once, in all of them."""

from functools import partial

import pytest

from exporter.model import Machine
from exporter.model.audit import AuditFilter
from exporter.model.declared import Declaration, Declared
from exporter.store import DeclaredJob
from tests.support.authors import BY
from tests.support.daemon import NOW
from tests.support.replicas import Replicas, at_once, body, post

pytestmark = pytest.mark.not_quick

JOBS = [(f"s{number % 3}", f"b{number % 2}") for number in range(6)]


def test_jobs_that_all_declare_at_once_are_made_once(replicas: Replicas) -> None:
    stores = [replicas.open() for _ in range(3)]

    def declare(place: int) -> list[DeclaredJob]:
        order = JOBS[place:] + JOBS[:place]
        return [
            stores[place].declare_job(
                Declaration(Machine(name=server), backup, Declared(NOW + place)), BY
            )
            for server, backup in order
        ]

    made = [
        each for some in at_once([partial(declare, place) for place in range(3)]) for each in some
    ]
    assert sum(each.new for each in made) == len(JOBS)
    assert len({each.job.id for each in made}) == len(JOBS)
    assert len(stores[0].audit(AuditFilter(), None, 99)) == len(JOBS)
    for store in stores:
        store.catch_up(20)
        assert len(store.snapshot().jobs) == len(JOBS)
        assert all(job.state.is_expected for job in store.snapshot().jobs)
    replicas.assert_whole()


def test_a_report_to_one_ends_the_waiting_in_all(replicas: Replicas) -> None:
    one, other = replicas.open(), replicas.open()
    made = one.declare_job(Declaration(Machine(name="s0"), "b0", Declared(NOW)), BY)
    recorded = post(other, body(0, "s0", "b0"))
    assert (recorded.server.id, recorded.job.id) == (made.server.id, made.job.id)
    one.catch_up(20)
    (job,) = one.snapshot().jobs
    assert not job.state.is_expected
    replicas.assert_whole()
