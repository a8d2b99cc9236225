"""Servers of which people are told that their reports do not come, and that they do again."""

from exporter.conditions.faults import Fault
from exporter.model.conditions import ServerCondition
from exporter.times import MINUTE
from tests.exporter.notifications.world import Told, World

MISSING = Fault(ServerCondition.REPORTS_MISSING, "known by pulling only", server="nas")


def words(told: list[Told]) -> list[tuple[str, str]]:
    return [(each.condition, each.happening) for each in told]


def missing() -> World:
    of = World()
    of.faults.missing = {"nas": MISSING}
    return of


def test_missing_reports_are_told_and_so_is_their_end() -> None:
    of = missing()
    assert words(of.pass_time(MINUTE)) == [("reports_missing", "began")]
    of.faults.missing = {}
    assert words(of.pass_time(MINUTE)) == [("reports_missing", "over")]


def test_a_pull_that_goes_well_does_not_end_it() -> None:
    of = missing()
    of.faults.pulls = {"nas": "no route"}
    assert sorted(words(of.pass_time(MINUTE))) == [
        ("pull_failing", "began"),
        ("reports_missing", "began"),
    ]
    of.faults.pulls = {"nas": ""}
    assert words(of.pass_time(MINUTE)) == [("pull_failing", "over")]
