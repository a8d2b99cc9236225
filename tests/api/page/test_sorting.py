"""The heads of the columns sort the jobs, by links that keep all else that was asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.page import sorting
from api.page.sorting import COLUMNS, Sort
from exporter.times import DAY, HOUR, MINUTE
from tests.api.page.conftest import LAST, Look, daily
from tests.support.daemon import Daemon
from tests.support.pages import Document, elements, text
from tests.support.recording import USUAL
from tests.support.reports_builder import duplicati_report


def names(page: Document) -> list[str]:
    return [text(next(elements(row, "bdi"))) for row in page.jobs().values()]


@pytest.fixture
def three(daemon: Daemon) -> None:
    """Record three jobs, of which one never succeeded nor told a length."""
    daily(daemon, "Mail", last=LAST - HOUR, server="web")
    daily(daemon, "photos", data={"SizeOfExaminedFiles": USUAL * 2}, duration=3 * MINUTE)
    daemon.upload(
        duplicati_report(
            began=LAST - 8 * DAY, backup="Letters", machine_id="id of nas", status="Fatal"
        )
    )


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["Letters", "photos", "Mail"]),
        ("condition", ["Letters", "photos", "Mail"]),
        ("-condition", ["photos", "Mail", "Letters"]),
        ("name", ["Letters", "Mail", "photos"]),
        ("-name", ["photos", "Mail", "Letters"]),
        ("server", ["Letters", "photos", "Mail"]),
        ("-server", ["Mail", "Letters", "photos"]),
        ("success", ["Letters", "Mail", "photos"]),
        ("-success", ["photos", "Mail", "Letters"]),
        ("next", ["Letters", "Mail", "photos"]),
        ("-next", ["photos", "Mail", "Letters"]),
        ("-duration", ["photos", "Letters", "Mail"]),
        ("-size", ["photos", "Mail", "Letters"]),
    ],
)
def test_jobs_are_sorted_by_what_a_column_shows(look: Look, sort: str, expected: list[str]) -> None:
    assert names(look("/", sort=sort)) == expected


@pytest.mark.usefixtures("three")
def test_a_filter_and_a_group_stay(look: Look) -> None:
    assert names(look("/", sort="-name", group="server")) == ["photos", "Letters", "Mail"]
    assert names(look("/", sort="-name", server="nas")) == ["photos", "Letters"]
    assert names(look("/servers/nas", sort="-name")) == ["photos", "Letters"]


@pytest.mark.usefixtures("three")
def test_what_cannot_sort_shows_nothing_rather_than_others(look: Look) -> None:
    page = look("/", sort="size; drop")
    assert page.jobs() == {}
    told = text(page.one("div", id="jobs"))
    assert told.startswith("Cannot sort by size; drop, only by condition, name, server, success")


@given(st.sampled_from(sorted(COLUMNS)), st.booleans())
def test_the_link_of_the_column_that_sorts_turns_the_order(column: str, is_down: bool) -> None:  # noqa: FBT001 - drawn
    sort = Sort(column, is_down)
    assert sorting.parse(sort.text) == sort
    turned = sorting.parse(sort.following(column))
    assert turned == Sort(column, not is_down)
    assert turned.following(column) == sort.text
