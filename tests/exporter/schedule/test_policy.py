from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.config import ConfigError, load
from exporter.model import JobSettings
from exporter.schedule import Schedule
from exporter.schedule.expressions import Auto, Cron, Every, Off, Plan
from exporter.schedule.policy import Override, Policy, read_overrides
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.strategies.state import server_named

UNSET = JobSettings()
KNOWN = "server, backup, schedule, tolerance, expected_interval"


def schedule_of(
    *overrides: Override, settings: JobSettings = UNSET, backup: str = "Photos"
) -> Schedule:
    policy = Policy(2 * DAY, 3 * HOUR, overrides)
    return policy.schedule(server_named("nas", alias="Cellar"), backup, settings)


def test_without_overrides_the_defaults_of_the_configuration_hold() -> None:
    assert schedule_of() == Schedule(2 * DAY, 3 * HOUR, Auto())


@pytest.mark.parametrize(
    ("server", "backup", "matches"),
    [
        ("*", "*", True),
        ("nas", "Photos", True),
        ("Cellar", "Photos", True),
        ("n?s", "Photos", True),
        ("Cel*", "*otos", True),
        ("*", "Ph*s", True),
        ("NAS", "*", False),
        ("cellar", "*", False),
        ("na", "*", False),
        ("nas?", "*", False),
        ("*", "photos", False),
        ("*", "Photo", False),
        ("laptop", "Photos", False),
        ("nas", "Mail", False),
    ],
)
def test_an_override_matches_by_name_or_alias_and_by_backup(
    *, server: str, backup: str, matches: bool
) -> None:
    override = Override(server, backup, tolerance=MINUTE)
    assert override.matches(server_named("nas", alias="Cellar"), "Photos") is matches
    assert schedule_of(override).tolerance == (MINUTE if matches else 3 * HOUR)


def test_a_server_without_an_alias_matches_by_its_name() -> None:
    assert Override("nas").matches(server_named("nas"), "Photos")
    assert not Override("Cellar").matches(server_named("nas"), "Photos")


@pytest.mark.parametrize("name", ["Photos [weekly]", "[a-z]", "a]b[", "[!x]", "100 % (ä)"])
def test_only_star_and_question_mark_stand_for_other_characters(name: str) -> None:
    assert Override(name, name).matches(server_named(name), name)


@given(st.text(st.characters(exclude_characters="*?"), min_size=1, max_size=8))
def test_a_name_without_wildcards_matches_itself(name: str) -> None:
    assert Override(name, name).matches(server_named(name), name)


@given(st.text(max_size=8), st.text(max_size=8))
def test_a_star_matches_every_name(server: str, backup: str) -> None:
    assert Override().matches(server_named(server), backup)


def test_an_override_gives_each_of_its_settings() -> None:
    override = Override("nas", "*", Every(12 * HOUR), MINUTE, 7 * DAY)
    assert schedule_of(override) == Schedule(7 * DAY, MINUTE, Every(12 * HOUR))


def test_a_later_override_wins_setting_by_setting() -> None:
    first = Override(plan=Every(DAY), tolerance=MINUTE, expected_interval=DAY)
    second = Override("nas", tolerance=2 * MINUTE)
    third = Override("nas", "Photos", plan=Off())
    elsewhere = Override("laptop", plan=Auto(), tolerance=DAY)
    assert schedule_of(first, second, third, elsewhere) == Schedule(DAY, 2 * MINUTE, Off())
    assert schedule_of(third, second, first) == Schedule(DAY, MINUTE, Every(DAY))


def test_a_later_override_can_follow_the_reports_again() -> None:
    assert schedule_of(Override(plan=Off()), Override("nas", plan=Auto())).plan == Auto()


OVER_ALL = Override(plan=Every(12 * HOUR), tolerance=MINUTE)


@pytest.mark.parametrize(
    ("settings", "plan", "tolerance"),
    [
        (UNSET, Every(12 * HOUR), MINUTE),
        (JobSettings("off"), Off(), MINUTE),
        (JobSettings("auto"), Auto(), MINUTE),
        (
            JobSettings("cron 0 3 * * 1-5 Europe/Berlin"),
            Cron("0 3 * * 1-5", "Europe/Berlin"),
            60000,
        ),
        (JobSettings(tolerance=5 * HOUR), Every(12 * HOUR), 5 * HOUR),
        (JobSettings("every 2h", 5 * HOUR), Every(2 * HOUR), 5 * HOUR),
    ],
)
def test_what_a_person_set_wins_over_the_file_setting_by_setting(
    settings: JobSettings, plan: Plan, tolerance: Millis
) -> None:
    found = schedule_of(OVER_ALL, settings=settings)
    assert (found.plan, found.tolerance) == (plan, tolerance)


@pytest.mark.parametrize("paused", [True, False])
def test_only_a_person_pauses_a_job(*, paused: bool) -> None:
    assert schedule_of(OVER_ALL, settings=JobSettings(paused=paused)).paused is paused


def test_overrides_are_read_in_their_order() -> None:
    tables = [
        {"server": "nas", "schedule": "cron 0 3 * * 1-5 Europe/Berlin"},
        {"backup": "Ph*", "tolerance": "2h", "expected_interval": "1w"},
    ]
    overrides, problems = read_overrides(tables)
    assert problems == []
    assert overrides == (
        Override("nas", "*", Cron("0 3 * * 1-5", "Europe/Berlin")),
        Override("*", "Ph*", None, 2 * HOUR, 7 * DAY),
    )


@pytest.mark.parametrize("value", ["nas", 5, {"server": "nas"}, ["nas"], [{}, 5]])
def test_overrides_must_be_tables(value: object) -> None:
    overrides, problems = read_overrides(value)
    assert overrides == ()
    assert problems == ["override must be tables, each begun by a line [[override]]"]


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"severs": "nas", "tolerance": "1h"}, f"severs is unknown; known are {KNOWN}"),
        ({"tolerance": 3600}, "tolerance must be a text"),
        ({"server": "", "tolerance": "1h"}, "server must be a text"),
        ({"server": ["nas"], "tolerance": "1h"}, "server must be a text"),
        ({"schedule": True}, "schedule must be a text"),
        ({"server": "nas"}, "sets nothing; give one of schedule, tolerance, expected_interval"),
        ({}, "sets nothing; give one of schedule, tolerance, expected_interval"),
    ],
)
def test_a_wrong_override_is_named_by_its_number(table: dict[str, object], problem: str) -> None:
    _, problems = read_overrides([{"tolerance": "1h"}, table])
    assert problems == [f"override 2: {problem}"]


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("schedule", "sometimes", "override 1: schedule: 'sometimes' is no schedule"),
        ("schedule", "cron 0 3 * * * Mars/Base", "override 1: schedule: 'Mars/Base' is no time"),
        ("tolerance", "soon", "override 1: tolerance: 'soon' is no length of time"),
        ("expected_interval", "0d", "override 1: expected_interval: '0d' is out of range"),
    ],
)
def test_a_setting_that_can_not_be_read_is_named_with_its_reason(
    key: str, text: str, told: str
) -> None:
    _, (problem,) = read_overrides([{key: text}])
    assert problem.startswith(told)


def test_every_problem_of_every_override_is_told() -> None:
    tables = [
        {"severs": "nas", "tolerance": "soon", "schedule": "never"},
        {"tolerance": "1h"},
        {"backup": 5, "expected_interval": "often"},
    ]
    _, problems = read_overrides(tables)
    assert [problem.partition(" is ")[0].partition(" must ")[0] for problem in problems] == [
        "override 1: severs",
        "override 1: schedule: 'never'",
        "override 1: tolerance: 'soon'",
        "override 3: backup",
        "override 3: expected_interval: 'often'",
    ]


FILE = """
expected_interval = "2d"
tolerance = "3h"

[[override]]
server = "Cellar"
schedule = "every 12h"

[[override]]
backup = "Ph*"
tolerance = "30m"
"""


def test_the_file_makes_the_policy_of_the_daemon(tmp_path: Path) -> None:
    file = tmp_path / "duplistatus.toml"
    file.write_text(FILE)
    policy = load({"config": str(file)}, {}).policy
    assert policy == Policy(
        2 * DAY,
        3 * HOUR,
        (Override("Cellar", plan=Every(12 * HOUR)), Override(backup="Ph*", tolerance=30 * MINUTE)),
    )
    nas = server_named("nas", alias="Cellar")
    assert policy.schedule(nas, "Photos", UNSET) == Schedule(2 * DAY, 30 * MINUTE, Every(12 * HOUR))
    assert policy.schedule(nas, "Mail", UNSET).tolerance == 3 * HOUR


def test_a_file_with_wrong_overrides_is_refused_with_all_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "duplistatus.toml"
    file.write_text('tolerance = "soon"\n[[override]]\ntolerance = 5\n[[override]]\nx = 1\n')
    with pytest.raises(ConfigError) as refused:
        load({"config": str(file)}, {})
    told = "\n".join(refused.value.problems)
    for fault in ("tolerance: 'soon'", "override 1: tolerance must", "override 2: x is unknown"):
        assert f"{file}: {fault}" in told
