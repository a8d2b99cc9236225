"""The facts in words."""

import pytest
from msgspec.structs import replace

from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import Fault
from exporter.model.conditions import Condition, DaemonCondition, ServerCondition
from exporter.notifications.digest import (
    Amounts,
    CopyFact,
    JobFacts,
    ShownDigest,
    VerificationFact,
    show,
)
from exporter.notifications.digest.job_words import UNKNOWN
from exporter.times import DAY, HOUR
from tests.exporter.notifications.digest.conftest import FINE, facts_of, many
from tests.support.daemon import NOW
from tests.support.strategies.state import server_named

TB = 1024**4


def shown(*jobs: JobFacts, most: int = 60, url: str | None = None) -> ShownDigest:
    return show(facts_of(*jobs), most, url)


@pytest.mark.parametrize(
    ("fields", "notes"),
    [
        ({}, ()),
        ({"test": VerificationFact(NOW - DAY, passed=True)}, ("verified 1 day ago",)),
        ({"test": VerificationFact(NOW, passed=False)}, ("verification failed just now",)),
        ({"full_in_days": 0.4}, ("destination full within a day",)),
        ({"full_in_days": 1.9}, ("destination full in about 1 day",)),
        ({"full_in_days": 1234.5}, ("destination full in about 1,234 days",)),
        ({"copies": (CopyFact("b2://x", NOW - DAY),)}, ("second copy to b2://x 1 day ago",)),
        (
            {"copies": (CopyFact("a", NOW - HOUR), CopyFact("b", NOW - 3 * DAY))},
            ("2 second copies, the oldest to b 3 days ago",),
        ),
        ({"copies_missed": 1}, ("second copy missed by the last 1 run",)),
        ({"copies_missed": 2}, ("second copy missed by the last 2 runs",)),
        ({"muted": NOW + DAY}, ("muted until 2026-01-16 10:30:00 UTC",)),
    ],
)
def test_notes_say_what_has_no_column(fields: dict[str, object], notes: tuple[str, ...]) -> None:
    (server,) = shown(replace(FINE, **fields)).servers
    assert server.jobs[0].notes == notes


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        (Amounts(), ("0", "0", UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)),
        (
            Amounts(1234, 5, 2, TB, 3 * TB, -TB, 2 * TB),
            ("1,234", "7", "3.00 TiB", "-1.00 TiB", "2.00 TiB", "1.00 TiB"),
        ),
        (Amounts(growth=0, source=0), ("0", "0", "0 B", "+0 B", UNKNOWN, UNKNOWN)),
    ],
)
def test_amounts_are_given_in_words(amounts: Amounts, words: tuple[str, ...]) -> None:
    found = shown(replace(FINE, amounts=amounts)).totals
    assert (found.runs, found.bad, found.source, found.growth, found.stored, found.uploaded) == (
        words
    )


def test_totals_add_up_what_is_known() -> None:
    one, other = Amounts(runs=2, source=5, growth=1), Amounts(runs=3, failed=1, growth=-3)
    assert Amounts.total([one, other]) == Amounts(runs=5, failed=1, source=5, growth=-2)
    assert Amounts.total([]) == Amounts()


def test_a_job_in_trouble_is_named_first() -> None:
    failing = replace(
        FINE,
        id=2,
        name="Photos",
        held=(Condition.FAILING, Condition.STALE),
        since=NOW - DAY,
        reason="no\nroute",
        last_success=None,
    )
    found = shown(FINE, failing, url="https://b.example")
    (job,) = found.trouble
    assert (job.server, job.name, job.state, job.severity) == (
        "nas",
        "Photos",
        "failing",
        "critical",
    )
    assert (job.since, job.also, job.reason) == ("1 day ago", "stale", "no route")
    assert (job.last_success, job.url) == ("never", "https://b.example/jobs/2")
    assert [job.name for job in found.servers[0].jobs] == ["Photos", "Documents"]
    assert found.url == "https://b.example/digest?since=1w"
    assert not found.all_fine


def test_without_a_public_url_there_are_no_links() -> None:
    found = shown(FINE)
    assert (found.url, found.servers[0].url, found.servers[0].jobs[0].url) == ("", "", "")


def test_servers_come_in_the_order_of_their_worst_job() -> None:
    first = replace(FINE, server=server_named("a", 1))
    second = replace(FINE, id=2, server=server_named("b", 2), held=(Condition.OVERDUE,))
    third = replace(FINE, id=3, server=server_named("b", 2))
    found = shown(first, second, third)
    assert [(each.name, each.count) for each in found.servers] == [("b", 2), ("a", 1)]


@pytest.mark.parametrize(
    ("trouble", "more", "trouble_more"),
    [
        (0, "and 440 more, none of them in trouble", ""),
        (10, "and 450 more, none of them in trouble", ""),
        (70, "and 510 more, 10 of them in trouble", "and 50 more in trouble"),
    ],
)
def test_what_is_left_out_is_counted(trouble: int, more: str, trouble_more: str) -> None:
    worse = [replace(job, id=job.id + 1000) for job in many(trouble, Condition.FAILING)]
    found = shown(*many(500), *worse)
    assert found.more == more
    assert found.trouble_more == trouble_more
    assert sum(len(server.jobs) for server in found.servers) == 60
    assert found.count == 500 + trouble


def test_destinations_that_are_full_soon_are_named_the_next_first() -> None:
    days = (29.0, 3.0, 31.0, None)
    jobs = [
        replace(FINE, id=number, name=f"job {number}", full_in_days=each)
        for number, each in enumerate(days)
    ]
    assert shown(*jobs).filling == ("nas: job 1 in about 3 days", "nas: job 0 in about 29 days")


@pytest.mark.parametrize(
    ("faults", "fine"),
    [
        ((), True),
        *(
            ((Fault(each, "a reason"),), not each.severity.is_trouble)
            for each in (*DaemonCondition, *ServerCondition)
        ),
    ],
)
def test_all_is_fine_only_without_a_doubt(faults: tuple[Fault, ...], *, fine: bool) -> None:
    found = show(replace(facts_of(FINE), faults=faults), 60)
    assert found.all_fine is fine
    assert ("is fine" in found.sentence) is fine


def test_an_empty_fleet_is_not_fine() -> None:
    empty = replace(facts_of(), summary=StatusSummary(jobs=0, held={}))
    assert not show(empty, 60).all_fine
