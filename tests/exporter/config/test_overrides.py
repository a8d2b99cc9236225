from pathlib import Path

import pytest

from exporter.config import ConfigError, load
from exporter.config.overrides import read_overrides
from exporter.model import JobSettings
from exporter.schedule import Schedule
from exporter.schedule.expressions import Cron, Every
from exporter.schedule.policy import Override, SchedulePolicy
from exporter.times import DAY, HOUR, MINUTE
from tests.support.strategies.state import server_named

UNSET = JobSettings()
KNOWN = "server, backup, schedule, tolerance, expected_interval"


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
    assert problems == ["override must be tables, each started by a line [[override]]"]


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"severs": "nas", "tolerance": "1h"}, f"severs is unknown; expected one of {KNOWN}"),
        ({"tolerance": 3600}, "tolerance must be a string that is not empty"),
        ({"server": "nas"}, "sets nothing; give one of schedule, tolerance, expected_interval"),
        ({}, "sets nothing; give one of schedule, tolerance, expected_interval"),
    ],
)
def test_a_wrong_override_is_named_by_its_number(table: dict[str, object], problem: str) -> None:
    _, problems = read_overrides([{"tolerance": "1h"}, table])
    assert problems == [f"override 2: {problem}"]


@pytest.mark.parametrize(
    ("key", "value"), [("server", ""), ("server", ["nas"]), ("schedule", True), ("backup", 5)]
)
def test_a_value_of_another_type_is_named_by_its_key(key: str, value: object) -> None:
    _, (problem,) = read_overrides([{"tolerance": "1h", key: value}])
    assert problem.startswith(f"override 1: {key} must be ")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("schedule", "sometimes"),
        ("schedule", "Mars/Base"),
        ("tolerance", "soon"),
        ("expected_interval", "0d"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_with_its_value(key: str, text: str) -> None:
    _, (problem,) = read_overrides([{key: text}])
    assert problem.startswith(f"override 1: {key}: {text!r} ")


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
    assert policy == SchedulePolicy(
        2 * DAY,
        3 * HOUR,
        (Override("Cellar", plan=Every(12 * HOUR)), Override(backup="Ph*", tolerance=30 * MINUTE)),
    )
    nas = server_named("nas", alias="Cellar")
    assert policy.schedule(nas, "Photos", JobSettings()) == Schedule(
        2 * DAY, 30 * MINUTE, Every(12 * HOUR)
    )
    assert policy.schedule(nas, "Mail", UNSET).tolerance == 3 * HOUR


def test_a_file_with_wrong_overrides_is_refused_with_all_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "duplistatus.toml"
    file.write_text('tolerance = "soon"\n[[override]]\ntolerance = 5\n[[override]]\nx = 1\n')
    with pytest.raises(ConfigError) as refused:
        load({"config": str(file)}, {})
    told = "\n".join(refused.value.problems)
    for fault in ("tolerance: 'soon'", "override 1: tolerance must", "override 2: x is unknown"):
        assert f"{file}: {fault}" in told
