"""A monitoring system is never told that all is fine where that is not known."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.cli.verdict import WORDS, Fault, State, Thresholds, Verdict, judged
from exporter.model.conditions import Condition, Severity

_REFUSED = Fault("refused", "warning", "not a report")


def state(
    held: Mapping[str, int],
    kind: str = "ok",
    *,
    jobs: int = 3,
    not_evaluated: int = 0,
    faults: tuple[Fault, ...] = (),
    excused: Mapping[str, int] = MappingProxyType({}),
) -> State:
    """Return a state in which conditions hold for some jobs."""
    return State(
        state=kind,
        sentence="Something",
        jobs=jobs,
        in_trouble=0,
        not_evaluated=not_evaluated,
        conditions=dict(held),
        daemon=[*faults],
        servers=[],
        worst=[],
        excused=dict(excused),
    )


@pytest.mark.parametrize("kind", ["ok", "warning", "critical"])
def test_without_a_choice_the_judgement_of_the_daemon_counts(kind: str) -> None:
    assert judged(state({"overdue": 1}, kind), Thresholds()).name == kind.upper()


def test_nothing_is_unknown_and_trouble_without_a_backup_is_trouble() -> None:
    assert judged(state({}, jobs=0), Thresholds()) is Verdict.UNKNOWN
    assert judged(state({}, jobs=0), Thresholds(warning=(), critical=())) is Verdict.UNKNOWN
    assert judged(state({}, "critical", jobs=0), Thresholds()) is Verdict.CRITICAL


CASES = [
    ("nothing chosen is a warning, not fine", None, {"overdue"}, {"failing": 1}, Verdict.WARNING),
    ("what is chosen", None, {"overdue"}, {"overdue": 1, "failing": 1}, Verdict.CRITICAL),
    ("a critical one as a warning", {"stale"}, None, {"stale": 1}, Verdict.WARNING),
    ("other critical ones stay so", {"stale"}, None, {"failing": 1}, Verdict.CRITICAL),
    ("others than the chosen warnings", {"stale"}, None, {"interrupted": 1}, Verdict.OK),
    ("a notice", {"warning"}, None, {"warning": 2}, Verdict.WARNING),
    ("both chosen", {"stale"}, {"overdue"}, {"failing": 1}, Verdict.OK),
    ("none at all", set(), set(), {"failing": 1}, Verdict.OK),
    ("the critical one wins", {"overdue"}, {"overdue"}, {"overdue": 1}, Verdict.CRITICAL),
    ("what only a newer daemon knows", set(), set(), {"haunted": 1}, Verdict.WARNING),
]


@pytest.mark.parametrize(
    ("warning", "critical", "held", "expected"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_chosen_conditions_decide(
    warning: set[str] | None, critical: set[str] | None, held: dict[str, int], expected: Verdict
) -> None:
    assert judged(state(held), Thresholds(warning, critical)) is expected


def test_muted_and_paused_backups_do_not_count() -> None:
    chosen = Thresholds(critical={"failing"})
    assert judged(state({"failing": 2}, excused={"failing": 2}), chosen) is Verdict.OK
    assert judged(state({"failing": 2}, excused={"failing": 1}), chosen) is Verdict.CRITICAL


def test_a_fault_is_chosen_by_its_word() -> None:
    assert (
        judged(state({}, faults=(_REFUSED,)), Thresholds(critical={"refused"})) is Verdict.CRITICAL
    )
    assert judged(state({}, faults=(_REFUSED,)), Thresholds(critical=())) is Verdict.WARNING


def test_a_backup_that_could_not_be_evaluated_is_never_fine() -> None:
    assert judged(state({}, not_evaluated=1), Thresholds(set(), set())) is Verdict.WARNING


@given(st.sets(st.sampled_from(sorted(WORDS))), st.sampled_from(list(Condition)))
def test_a_choice_of_critical_ones_alone_hides_no_trouble(
    critical: set[str], condition: Condition
) -> None:
    verdict = judged(state({condition.value: 1}), Thresholds(critical=critical))
    trouble = condition.severity in (Severity.CRITICAL, Severity.WARNING)
    assert (verdict is Verdict.OK) is not (trouble or condition.value in critical)
