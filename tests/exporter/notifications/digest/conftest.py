"""Facts of digests: of daemons, and of jobs as they are thought up."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from exporter.conditions.counts import StatusSummary
from exporter.model.conditions import Condition
from exporter.notifications.digest import (
    Amounts,
    Choice,
    DigestFacts,
    JobFacts,
    Sources,
    Span,
    collect,
)
from exporter.times import DAY, HOUR
from tests.support.daemon import NOW, Daemon
from tests.support.strategies.state import server_named

WEEK = Span(NOW - 7 * DAY, NOW)
Collect = Callable[..., DigestFacts]

FINE = JobFacts(
    id=1,
    name="Documents",
    server=server_named("nas"),
    held=(Condition.FINE,),
    since=None,
    reason=None,
    last_success=NOW - HOUR,
    amounts=Amounts(runs=7, uploaded=10, source=1024, growth=24, stored=512),
)


def facts_of(*jobs: JobFacts) -> DigestFacts:
    """Return the facts of these jobs alone."""
    return DigestFacts(
        span=WEEK,
        summary=StatusSummary(jobs=len(jobs), held={}, fine=len(jobs)),
        jobs=sorted(jobs, key=lambda job: job.order),
        totals=Amounts.total(job.amounts for job in jobs),
    )


def many(count: int, held: Condition = Condition.FINE) -> list[JobFacts]:
    """Return jobs of one condition, ten on each server."""
    return [
        replace(
            FINE,
            id=number + 1,
            name=f"backup {number:05}",
            server=server_named(f"server {number // 10:04}", number // 10 + 1),
            held=(held,),
        )
        for number in range(count)
    ]


def sources(daemon: Daemon) -> Sources:
    return Sources(daemon.store, daemon.fleet, daemon.services.faults.all)


@pytest.fixture
def collected(daemon: Daemon) -> Collect:
    """Return the facts of the daemon's last week."""
    return lambda **choice: collect(sources(daemon), WEEK, Choice(**choice))
