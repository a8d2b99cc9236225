"""One word for all that holds: it is what load balancers and people's scripts rely on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.conditions.badge import Tone, tone
from exporter.conditions.counts import StatusSummary
from exporter.conditions.faults import AnyFault, Fault
from exporter.conditions.overall import OverallState, overall_state
from exporter.conditions.sentence import sentence
from exporter.model.conditions import Condition, DaemonCondition, ServerCondition, Severity

OK, WARNING, CRITICAL = OverallState
CONDITIONS = st.dictionaries(st.sampled_from(Condition), st.integers(1, 9))
FAULTS = st.lists(
    st.sampled_from([*DaemonCondition, *ServerCondition]).map(lambda each: Fault(each, "a reason"))
)


@pytest.mark.parametrize("condition", Condition)
def test_a_job_counts_by_its_severity_unless_it_is_excused(condition: Condition) -> None:
    counted = {condition: 1}
    expected = {Severity.CRITICAL: CRITICAL, Severity.WARNING: WARNING}
    assert overall_state(StatusSummary(2, counted)) is expected.get(condition.severity, OK)
    assert overall_state(StatusSummary(2, counted, excused=counted)) is OK


@pytest.mark.parametrize("condition", [*DaemonCondition, *ServerCondition])
def test_what_is_wrong_beside_the_jobs_counts(condition: AnyFault) -> None:
    expected = {DaemonCondition.STORAGE: CRITICAL, ServerCondition.CERTIFICATE: OK}
    found = overall_state(StatusSummary(1, {}, fine=1), [Fault(condition, "a reason")])
    assert found is expected.get(condition, WARNING)


def test_a_job_that_could_not_be_evaluated_is_never_ok() -> None:
    assert overall_state(StatusSummary(0, {}, errored=1)) is WARNING


def test_an_empty_fleet_is_in_no_trouble() -> None:
    assert overall_state(StatusSummary(0, {})) is OK


@given(held=CONDITIONS, faults=FAULTS, errored=st.integers(0, 1))
def test_the_state_the_tone_and_the_sentence_agree(
    held: dict[Condition, int], faults: list[Fault], errored: int
) -> None:
    summary = StatusSummary(9, held, fine=9, errored=errored)
    state = overall_state(summary, faults)
    tones = {OK: (Tone.GOOD, Tone.NEUTRAL), WARNING: (Tone.DOUBTFUL,), CRITICAL: (Tone.BAD,)}
    assert tone(summary, faults) in tones[state]
    if state is not OK:
        assert not sentence(summary, faults=faults).startswith("All 9 backups are fine")
