import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.model import JobSettings
from exporter.schedule import Schedule
from exporter.schedule.expressions import Auto, Cron, Every, Off, ScheduleExpression
from exporter.schedule.policy import ExpectedBackup, Override, SchedulePolicy, planned
from exporter.times import DAY, HOUR, MINUTE, Millis
from tests.support.strategies.state import server_named

UNSET = JobSettings()


def schedule_of(
    *overrides: Override, settings: JobSettings = UNSET, backup: str = "Photos"
) -> Schedule:
    policy = SchedulePolicy(2 * DAY, 3 * HOUR, overrides)
    return policy.schedule(server_named("nas", alias="Cellar"), backup, settings)


def test_without_overrides_the_defaults_of_the_configuration_hold() -> None:
    assert schedule_of() == Schedule(2 * DAY, 3 * HOUR, Auto())


@pytest.mark.parametrize("named", ["nas", "Cellar", "m-1"])
def test_a_backup_that_is_expected_by_its_names_wins_over_patterns(named: str) -> None:
    everywhere = Override(plan=Every(HOUR), tolerance=MINUTE)
    expected = (ExpectedBackup(named, "Photos", Off()), ExpectedBackup(named, "Mail"))
    policy = SchedulePolicy(DAY, HOUR, (everywhere,), planned(expected))
    server = server_named("nas", alias="Cellar", machine_id="m-1")
    plans = {
        backup: policy.schedule(server, backup, UNSET).plan for backup in ("Photos", "Mail", "All")
    }
    assert plans == {"Photos": Off(), "Mail": Every(HOUR), "All": Every(HOUR)}
    assert policy.schedule(server, "Photos", UNSET).tolerance == MINUTE
    own = policy.schedule(server, "Photos", JobSettings(schedule="every 3h"))
    assert own.plan == Every(3 * HOUR)


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
    settings: JobSettings, plan: ScheduleExpression, tolerance: Millis
) -> None:
    found = schedule_of(OVER_ALL, settings=settings)
    assert (found.plan, found.tolerance) == (plan, tolerance)


@pytest.mark.parametrize("paused", [True, False])
def test_only_a_person_pauses_a_job(*, paused: bool) -> None:
    assert schedule_of(OVER_ALL, settings=JobSettings(paused=paused)).paused is paused
