"""What `/serverstate` tells, and when a run is next expected by it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exporter.pull.client.schedules import Planned, planned
from exporter.pull.client.states import ServerState
from exporter.times import DAY, HOUR, Millis, format_timestamp, parse_timestamp

SATURDAY = parse_timestamp("2026-11-28T01:00:00Z")
MONDAY = SATURDAY + 2 * DAY
WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]
TOLD: dict[str, Any] = {
    "ProgramState": "Paused",
    "EstimatedPauseEnd": "2026-11-30T12:00:00Z",
    "ActiveTask": {"Item1": 8, "Item2": "2"},
    "SchedulerQueueIds": [{"Item1": 9, "Item2": "3"}],
    "ProposedSchedule": [{"Item1": "4", "Item2": "2026-11-30T01:00:00Z"}],
}
ALL = ServerState(
    active=frozenset({"2"}),
    waiting=frozenset({"3"}),
    paused=True,
    pause_end=parse_timestamp("2026-11-30T12:00:00Z"),
    proposed={"4": MONDAY},
)


def test_all_that_is_told_is_read() -> None:
    assert ServerState.of(TOLD) == ALL


@pytest.mark.parametrize(
    ("missing", "field", "value"),
    [
        ("ProgramState", "paused", None),
        ("EstimatedPauseEnd", "pause_end", None),
        ("ActiveTask", "active", frozenset()),
        ("SchedulerQueueIds", "waiting", frozenset()),
        ("ProposedSchedule", "proposed", {}),
    ],
)
def test_each_field_may_be_missing_or_null(missing: str, field: str, value: object) -> None:
    without = {name: each for name, each in TOLD.items() if name != missing}
    for told in (without, without | {missing: None}):
        found = ServerState.of(told)
        assert getattr(found, field) == value
        assert [getattr(found, name) == getattr(ALL, name) for name in ALL.__struct_fields__].count(
            False
        ) == 1


def test_a_pause_that_ends_in_year_1_has_no_end() -> None:
    assert ServerState.of(TOLD | {"EstimatedPauseEnd": "0001-01-01T00:00:00Z"}).pause_end is None


def test_a_task_of_no_backup_hides_nothing_else() -> None:
    none = {"Item1": 7, "Item2": None}
    told = {"ActiveTask": none, "SchedulerQueueIds": [none, *TOLD["SchedulerQueueIds"]]}
    assert ServerState.of(TOLD | told) == replace(ALL, active=frozenset())


def test_a_state_that_is_not_known_is_no_pause() -> None:
    assert ServerState.of(TOLD | {"ProgramState": "Running"}).paused is False
    assert ServerState.of(TOLD | {"ProgramState": 5}).paused is None


@pytest.mark.parametrize(
    "entry", [None, "4", {}, {"Item1": "4"}, {"Item1": None, "Item2": "2026-11-30T01:00:00Z"}]
)
def test_a_proposal_that_cannot_be_read_is_left_out(entry: object) -> None:
    told = TOLD | {"ProposedSchedule": [entry, *TOLD["ProposedSchedule"]]}
    assert ServerState.of(told).proposed == {"4": MONDAY}


def of(days: list[str] | None, start: Millis = SATURDAY, repeat: str = "1D") -> Planned:
    found = planned({"Time": format_timestamp(start), "Repeat": repeat, "AllowedDays": days})
    assert found is not None
    return found


PROPOSED = {"2": MONDAY}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ServerState(proposed=PROPOSED), MONDAY),
        (ServerState(proposed=PROPOSED, waiting=frozenset({"3"}), active=frozenset({"4"})), MONDAY),
        (ServerState(proposed=PROPOSED, waiting=frozenset({"2"})), SATURDAY),
        (ServerState(proposed=PROPOSED, active=frozenset({"2"})), SATURDAY),
        (ServerState(proposed={"3": SATURDAY}), MONDAY),
        (ServerState(waiting=frozenset({"2"})), SATURDAY),
    ],
)
def test_what_waits_or_runs_is_expected_at_its_time_else_when_it_is_proposed(
    state: ServerState, expected: Millis
) -> None:
    assert of(WORKDAYS).next_start("2", state, SATURDAY + HOUR) == expected


@pytest.mark.parametrize(
    ("days", "repeat", "now", "expected"),
    [
        (WORKDAYS, "1D", SATURDAY + 5 * DAY, MONDAY),
        (WORKDAYS, "1W", SATURDAY + HOUR, MONDAY),
        (WORKDAYS, "7h", SATURDAY + HOUR, SATURDAY + 49 * HOUR),
        (WORKDAYS, "1D", SATURDAY - HOUR, SATURDAY),
        (["sat"], "1D", SATURDAY + HOUR, SATURDAY),
        (None, "1D", SATURDAY + HOUR, SATURDAY),
    ],
)
def test_an_older_server_puts_off_a_start_that_passed_on_a_day_that_is_not_allowed(
    days: list[str] | None, repeat: str, now: Millis, expected: Millis
) -> None:
    assert of(days, repeat=repeat).next_start("2", ServerState(), now) == expected


@given(
    days=st.lists(st.sampled_from([*WORKDAYS, "sat", "sun"]), unique=True),
    start=st.integers(SATURDAY, SATURDAY + 30 * DAY),
    repeat=st.sampled_from(["6m", "1h", "7h", "1D", "3D", "1M"]),
    passed=st.integers(1, 30 * DAY),
)
def test_no_start_is_put_off_by_more_than_a_week_or_to_a_day_that_is_not_allowed(
    days: list[str], start: Millis, repeat: str, passed: Millis
) -> None:
    found = of(days, start, repeat).next_start("2", ServerState(), start + passed)
    assert start <= found <= start + 7 * DAY
    assert not days or f"{_name(found)}" in days


def _name(at: Millis) -> str:
    return [*WORKDAYS, "sat", "sun"][(at // DAY + 3) % 7]
