import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.connect.changes import (
    Change,
    Endpoints,
    connecting,
    disconnecting,
    read_version,
)
from exporter.reports.sender_options import PROGRESS, PROGRESSING, REPORTS, RETRYING

OURS = Endpoints("http://monitor:9666/api/upload", "http://monitor:9666/api/activity")
OLDEST, RETRIES, NEWEST = (2, 1, 0, 5), (2, 1, 0, 112), (2, 3, 0, 107)
VERSIONS = ((), OLDEST, RETRIES, (2, 3, 0, 106), NEWEST, (2, 4, 0, 0))


def after(settings: dict[str, str], changes: tuple[Change, ...]) -> dict[str, str]:
    """Return the settings once a server has changed them."""
    changed = settings | {each.option: each.after for each in changes}
    return {name: value for name, value in changed.items() if value is not None}


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ("- 2.1.0.5_stable_2025-03-04", (2, 1, 0, 5)),
        ("2.4.0.0 (2.4.0.0_stable_2026-09-01)", (2, 4, 0, 0)),
        ("unknown", ()),
        ("2.1", ()),
        ("", ()),
    ],
)
def test_a_version_is_its_four_numbers(told: str, version: tuple[int, ...]) -> None:
    assert read_version(told) == version


def test_each_version_gets_the_options_that_it_knows() -> None:
    options = {each: {change.option for change in connecting({}, OURS, each)} for each in VERSIONS}
    retrying = {REPORTS, *RETRYING}
    assert options[()] == options[OLDEST] == {REPORTS}
    assert options[RETRIES] == options[2, 3, 0, 106] == retrying
    assert options[NEWEST] == options[2, 4, 0, 0] == retrying | {PROGRESS, *PROGRESSING}


def test_what_is_there_stays() -> None:
    settings = {
        REPORTS: "https://hc.example/1",
        "--send-http-retries": "3",
        "--send-http-url": "https://other.example",
    }
    assert after(settings, connecting(settings, OURS, RETRIES)) == settings | {
        REPORTS: f"https://hc.example/1;{OURS.upload}",
        "--send-http-retry-delay": "30s",
    }


def test_a_new_token_takes_the_place_of_the_former() -> None:
    former = Endpoints(f"{OURS.upload}?token=old", f"{OURS.activity}?token=old")
    connected = after({}, connecting({}, former, NEWEST))
    assert connecting(connected, OURS, NEWEST) == (
        Change(REPORTS, former.upload, OURS.upload),
        Change(PROGRESS, former.activity, OURS.activity),
    )


def test_an_option_that_leads_here_by_an_address_of_a_person_stays_with_those_beside_it() -> None:
    settings = {REPORTS: f"{OURS.upload}?server=attic"}
    assert after(settings, connecting(settings, OURS, NEWEST)) == settings | {
        PROGRESS: OURS.activity,
        **PROGRESSING,
    }
    settings |= RETRYING
    assert disconnecting(settings, OURS) == ()


def test_undoing_leaves_what_is_not_ours() -> None:
    settings = {REPORTS: f"https://hc.example/1;{OURS.upload}", "--send-http-retries": "5"}
    assert disconnecting(settings, OURS) == (
        Change(REPORTS, settings[REPORTS], "https://hc.example/1"),
    )
    assert disconnecting({REPORTS: "https://hc.example/1", **RETRYING}, OURS) == ()


texts = st.text(st.characters(codec="ascii", exclude_characters=";,"), min_size=1, max_size=20)
persons = st.sampled_from((f"{OURS.upload}?server=attic", f"{OURS.activity}?server=attic"))
lists = st.lists(texts.filter(str.strip) | persons, min_size=1, max_size=4)
all_settings = st.fixed_dictionaries(
    {},
    optional={
        REPORTS: lists.map(";".join),
        PROGRESS: lists.map(",".join),
        "--send-http-url": texts,
        "--send-http-retries": st.sampled_from(("1", "3", "20")),
        "--send-http-retry-delay": st.sampled_from(("1s", "5m")),
        "--http-report-status-interval": st.just("1m"),
        "language": texts,
    },
)


@given(all_settings, st.sampled_from(VERSIONS))
def test_connecting_is_done_once_and_undone_exactly(
    settings: dict[str, str], version: tuple[int, ...]
) -> None:
    connected = after(settings, connecting(settings, OURS, version))
    assert connecting(connected, OURS, version) == ()
    assert after(connected, disconnecting(connected, OURS)) == settings
