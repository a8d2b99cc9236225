import pytest

from exporter.connect.changes import Endpoints
from exporter.connect.overrides import (
    is_reported,
    of_backup,
    of_level,
    of_operation,
    of_persons,
    of_server,
)
from exporter.model import BACKUP, SYNC
from exporter.reports.sender_options import PROGRESS, REPORTS

OURS = Endpoints("http://monitor:9666/api/upload", "http://monitor:9666/api/activity")
NEWEST, OLDEST = (2, 4, 0, 0), (2, 1, 0, 5)


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({}, []),
        ({"--send-http-url": "http://x"}, []),
        ({REPORTS: f"http://x;{OURS.upload}?token=old"}, []),
        ({REPORTS: f"{OURS.upload}?server=attic"}, []),
        ({REPORTS: "http://x"}, [f"sets {REPORTS} itself: add ;{OURS.upload} to it"]),
        ({PROGRESS: "http://x"}, [f"sets {PROGRESS} itself: add ,{OURS.activity} to it"]),
        (
            {"--send-http-retries": "0"},
            ["sets --send-http-retries=0 itself; with 10 no report is lost"],
        ),
        (
            {"--send-http-level": "Error,Fatal"},
            ["sets --send-http-level=Error,Fatal: other results are not reported; remove it"],
        ),
        ({"--send-http-level": "All"}, []),
    ],
)
def test_what_a_backup_sets_itself_is_told(own: dict[str, str], told: list[str]) -> None:
    assert list(of_backup(own, OURS, NEWEST)) == told


def test_what_a_version_does_not_know_is_no_override() -> None:
    own = {PROGRESS: "http://x", "--send-http-retries": "0"}
    assert list(of_backup(own, OURS, OLDEST)) == []


@pytest.mark.parametrize(
    ("query", "sent", "told"),
    [
        ("server=attic", "", ""),
        ("server=attic", "?token=new", ", without our token"),
        ("server=attic&token=old", "?token=new", ", without our token"),
        ("server=attic&token=new", "?token=new", ""),
    ],
)
def test_an_address_of_a_person_that_leads_here_is_told(query: str, sent: str, told: str) -> None:
    ours = Endpoints(f"{OURS.upload}{sent}", f"{OURS.activity}{sent}")
    settings = {REPORTS: f"http://x;{OURS.upload}?{query}", PROGRESS: ours.activity}
    hint = f"{REPORTS} leads here already, by {OURS.upload}?{query}: it stays as it is{told}"
    assert list(of_persons(settings, ours)) == [hint]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (OURS.upload, True),
        (f"http://x;{OURS.upload}?server=attic", True),
        ("http://x", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("option", ["--send-http-url", "--send-http-form-urls"])
def test_an_option_that_has_each_run_posted_twice_is_told(
    option: str, url: str, *, told: bool
) -> None:
    hint = f"sends here by {option} as well: take that address out, or each run is posted twice"
    wanted = [hint] if told else []
    assert list(of_server({option: url}, OURS)) == wanted
    assert list(of_backup({option: url}, OURS, NEWEST)) == wanted


def test_the_level_of_the_server_counts_too() -> None:
    assert list(of_level({"--send-http-level": "Warning"}))
    assert not list(of_level({}))


@pytest.mark.parametrize(
    ("own", "settings", "reported"),
    [
        ({}, {}, False),
        ({"--send-http-any-operation": "True"}, {}, True),
        ({"--send-http-any-operation": ""}, {}, True),
        ({}, {"--send-http-any-operation": "1"}, True),
        ({"--send-http-any-operation": "off"}, {"--send-http-any-operation": "true"}, False),
    ],
)
def test_a_sync_is_reported_only_where_any_operation_is(
    own: dict[str, str], settings: dict[str, str], *, reported: bool
) -> None:
    assert bool(list(of_operation(SYNC, own, settings))) is not reported
    assert is_reported(SYNC, own, settings, OURS) is reported
    assert not list(of_operation(BACKUP, own, settings))


@pytest.mark.parametrize(
    ("own", "settings", "reported"),
    [
        ({}, {}, True),
        ({REPORTS: "http://x"}, {}, False),
        ({REPORTS: f"http://x;{OURS.upload}?server=attic"}, {}, True),
        ({"--send-http-level": "Error"}, {}, False),
        ({}, {"--send-http-level": "Error"}, False),
        ({"--send-http-level": "All"}, {"--send-http-level": "Error"}, True),
    ],
)
def test_a_backup_is_reported_where_nothing_overrides_ours(
    own: dict[str, str], settings: dict[str, str], *, reported: bool
) -> None:
    assert is_reported(BACKUP, own, settings, OURS) is reported
