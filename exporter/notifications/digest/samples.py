"""Sample facts of digests, with which templates are tried before they are needed."""

from collections.abc import Mapping, Sequence

from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import Fault
from exporter.model import Server
from exporter.model.conditions import Condition, DaemonCondition
from exporter.notifications.digest.composing import HTML, TEXT, TITLE
from exporter.notifications.digest.facts import (
    Amounts,
    CopyFact,
    DigestFacts,
    JobFacts,
    VerificationFact,
)
from exporter.notifications.digest.shown import show
from exporter.notifications.digest.span import Span
from exporter.notifications.samples import NOW, URL
from exporter.times import DAY, HOUR

_REFUSED = Fault(DaemonCondition.REFUSED, "refused from 192.0.2.7: server.name: is required")

_MOST = 1
"""Of two jobs one is left out, which is said, too."""


def digest_samples() -> Mapping[str, Sequence[Mapping[str, object]]]:
    """Return values for each template of a digest, by its name."""
    found = [
        {"digest": show(facts, most, url)}
        for facts in (_facts([]), _facts([_TROUBLED, _FINE]))
        for most in (_MOST, 2)
        for url in (None, URL)
    ]
    return dict.fromkeys((TITLE, TEXT, HTML), found)


def _facts(jobs: list[JobFacts]) -> DigestFacts:
    held = {job.worst: 1 for job in jobs}
    summary = StatusSummary(len(jobs), held, fine=len(jobs) // 2)
    totals = Amounts.total(job.amounts for job in jobs)
    return DigestFacts(Span(NOW - 7 * DAY, NOW), summary, jobs, totals, faults=(_REFUSED,))


_SERVER = Server(
    id=1,
    name="nas",
    alias=None,
    note=None,
    machine_id=None,
    version=None,
    os=None,
    described=0,
    last_report=NOW,
)

_TROUBLED = JobFacts(
    id=7,
    name="Documents",
    server=_SERVER,
    held=(Condition.FAILING,),
    since=NOW - 4 * HOUR,
    reason="The server answered 507: no space left on the destination",
    last_success=NOW - DAY,
    amounts=Amounts(7, 1, 0, 10**9, 10**11, 10**8, 10**10),
    test=VerificationFact(NOW - DAY, passed=False),
    full_in_days=12.0,
    copies=(CopyFact("b2", NOW - 3 * DAY),),
    copies_missed=2,
    muted=NOW + DAY,
)

_FINE = JobFacts(
    id=8,
    name="Photos",
    server=_SERVER,
    held=(Condition.FINE,),
    since=None,
    reason=None,
    last_success=NOW - HOUR,
    amounts=Amounts(7),
)
