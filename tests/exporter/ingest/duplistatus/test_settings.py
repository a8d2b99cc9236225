import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.ingest.duplistatus import JobSetting, SettingError, read_settings, read_tolerance
from exporter.schedule.expressions import parse_schedule
from exporter.times import parse_duration

BERLIN = "Europe/Berlin"
WEEK = [0, 1, 2, 3, 4, 5, 6]


def read(setting: object, *, zone: str | None = None, key: str = "m-1:Documents") -> Any:  # noqa: ANN401 - None where nothing is set
    found = read_settings(json.dumps({key: setting}))
    return found.of("m-1", "nas", "Documents", zone)


@pytest.mark.parametrize(
    ("interval", "schedule"),
    [
        ("1D", "every 1d"),
        ("1D2h30m", "every 1d2h30m"),
        ("12h", "every 12h"),
        ("1W", "every 1w"),
        ("1M", "every 4w3d"),
        ("1Y", "every 52w2d"),
        ("3600", "every 1h"),
        (36, "every 1d12h"),
    ],
)
def test_an_interval_is_a_schedule(interval: object, schedule: str) -> None:
    setting = {"expectedInterval": interval, "allowedWeekDays": WEEK, "time": ""}
    assert read(setting) == JobSetting(schedule)
    assert str(parse_schedule(schedule)) == schedule


@pytest.mark.parametrize(
    ("unit", "schedule"),
    [("hour", "every 2h"), ("hours", "every 2h"), ("day", "every 2d"), ("days", "every 2d")],
)
def test_an_interval_of_the_old_kind_has_its_unit_beside_it(unit: str, schedule: str) -> None:
    assert read({"expectedInterval": 2, "intervalUnit": unit}) == JobSetting(schedule)


@pytest.mark.parametrize("check", ["overdueBackupCheckEnabled", "missedBackupCheckEnabled"])
def test_a_disabled_check_is_off(check: str) -> None:
    setting = {check: False, "expectedInterval": "?"}
    assert read(setting) == JobSetting("off")


@pytest.mark.parametrize(
    ("time", "schedule"),
    [
        ("2026-01-14T01:30:00.000Z", "cron 30 2 * * 1,2,3,4,5 Europe/Berlin"),
        ("2026-07-14T00:30:00.000Z", "cron 30 2 * * 1,2,3,4,5 Europe/Berlin"),
    ],
)
def test_week_days_are_a_calendar_where_the_time_zone_is_told(time: str, schedule: str) -> None:
    setting = {"expectedInterval": "1D", "allowedWeekDays": [5, 4, 3, 2, 1], "time": time}
    assert read(setting, zone=BERLIN) == JobSetting(schedule)
    assert read(setting) == JobSetting(None, by_week_days=True)
    assert str(parse_schedule(schedule)) == schedule


@pytest.mark.parametrize(
    ("time", "zone"),
    [("2026-01-13T23:30:00.000Z", BERLIN), ("2026-01-14T03:00:00.000Z", "America/New_York")],
)
def test_week_days_of_an_hour_that_is_another_day_there_are_left_to_the_runs(
    time: str, zone: str
) -> None:
    """Nothing tells whether they are those of the zone or those of UTC."""
    setting = {"expectedInterval": "1D", "allowedWeekDays": [1, 2, 3, 4, 5], "time": time}
    assert read(setting, zone=zone) == JobSetting(None, by_week_days=True)


@pytest.mark.parametrize(
    ("interval", "days", "expected"),
    [
        ("6h", [1, 2], JobSetting(None, by_week_days=True)),
        ("2D", [1, 2], JobSetting(None, by_week_days=True)),
        ("1W", [1], JobSetting("every 1w")),
        ("1D", [], JobSetting("every 1d")),
        ("1D", None, JobSetting("every 1d")),
        ("1D", [*WEEK, 9, "x"], JobSetting("every 1d")),
    ],
)
def test_other_intervals_on_certain_days_are_left_to_the_runs(
    interval: str, days: object, expected: JobSetting
) -> None:
    setting = {"expectedInterval": interval, "allowedWeekDays": days, "time": "2026-01-14T01:30Z"}
    assert read(setting, zone=BERLIN) == expected


@pytest.mark.parametrize("key", ["m-1:Documents", "nas:Documents"])
def test_a_setting_is_found_by_the_servers_id_and_in_old_versions_by_its_name(key: str) -> None:
    assert read({"expectedInterval": "1D"}, key=key) == JobSetting("every 1d")


@pytest.mark.parametrize("key", ["m-1", "m-1:Music", "other:Documents", ""])
def test_a_setting_of_another_backup_is_none(key: str) -> None:
    assert read({"expectedInterval": "1D"}, key=key) is None


def test_the_defaults_of_a_server_are_no_backup() -> None:
    assert len(read_settings('{"m-1:Music": {}, "m-1:__default__": {}}')) == 1


@pytest.mark.parametrize("setting", [None, 5, "1D", []])
def test_what_is_no_setting_at_all_is_none(setting: object) -> None:
    assert read(setting) is None


@pytest.mark.parametrize(
    "setting",
    [
        {},
        {"expectedInterval": "often"},
        {"expectedInterval": "1X"},
        {"expectedInterval": "0D"},
        {"expectedInterval": True},
        {"expectedInterval": "999999999Y"},
        {"expectedInterval": "1D" * 50_000},
        {"expectedInterval": "1D", "allowedWeekDays": [1], "time": "soon"},
    ],
    ids=lambda setting: str(setting)[:40],
)
def test_what_cannot_be_read_is_refused_with_the_reason(setting: object) -> None:
    with pytest.raises(SettingError) as refused:
        read(setting, zone=BERLIN)
    assert 0 < len(str(refused.value)) <= 200


@pytest.mark.parametrize("jobs", ["{", "[]", "5", "[" * 100_000, '{"a": "\\ud800"}'])
def test_settings_that_are_no_json_are_refused(jobs: str) -> None:
    with pytest.raises(SettingError):
        read_settings(jobs)


@pytest.mark.parametrize("jobs", [None, "", "{}"])
def test_no_settings_are_none(jobs: str | None) -> None:
    assert read_settings(jobs).of("m-1", "nas", "Documents", None) is None


@pytest.mark.parametrize(
    ("told", "tolerance"),
    [
        (None, None),
        ("no_tolerance", None),
        ("5min", "5m"),
        ("30min", "30m"),
        ("1h", "1h"),
        ("1d", "1d"),
    ],
)
def test_the_tolerance_is_written_as_here(told: str | None, tolerance: str | None) -> None:
    assert read_tolerance(told) == tolerance
    assert tolerance is None or parse_duration(tolerance)


def test_an_unknown_tolerance_is_refused() -> None:
    with pytest.raises(SettingError, match="'3 days' is unknown"):
        read_tolerance("3 days")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "overdueBackupCheckEnabled": ANYTHING,
        "expectedInterval": ANYTHING | st.from_regex(r"\A([0-9]{1,4}[smhDWMY]){1,3}\Z"),
        "intervalUnit": ANYTHING | st.sampled_from(["hour", "day"]),
        "allowedWeekDays": ANYTHING | st.lists(st.integers(-1, 8)),
        "time": ANYTHING | st.datetimes().map(lambda timestamp: timestamp.isoformat()),
    },
)


def read_or_refused(setting: object, zone: str | None) -> JobSetting | SettingError | None:
    jobs = json.dumps({"m-1:Documents": setting})
    try:
        return read_settings(jobs).of("m-1", "nas", "Documents", zone)
    except SettingError as error:
        return error


@settings(max_examples=150, deadline=None)
@given(setting=FIELDS | ANYTHING, zone=st.none() | st.just(BERLIN))
def test_whatever_is_set_it_is_a_schedule_of_ours_or_refused(
    setting: object, zone: str | None
) -> None:
    found = read_or_refused(setting, zone)
    if isinstance(found, SettingError):
        assert str(found)
    elif found is not None and found.schedule is not None:
        assert str(parse_schedule(found.schedule)) == found.schedule
