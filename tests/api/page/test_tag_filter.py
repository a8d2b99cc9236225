"""The filter of the overview by tags."""

import pytest

from exporter.times import HOUR
from tests.support.changes import changed
from tests.support.daemon import NOW, Daemon
from tests.support.reports_builder import duplicati_report


@pytest.fixture
def tagged(daemon: Daemon) -> Daemon:
    """Photos has the tag prod, Mail has none, their server office."""
    for backup in ("Photos", "Mail"):
        daemon.upload(duplicati_report(began=NOW, backup=backup))
    changed(daemon, "PATCH", "/api/servers/1", {"tags": ["office"]})
    changed(daemon, "PATCH", "/api/jobs/1", {"tags": ["prod"]})
    return daemon


def page(daemon: Daemon, query: str = "") -> str:
    return daemon.client.simulate_get("/", query_string=query).text


def test_the_form_offers_the_tags_that_there_are(tagged: Daemon) -> None:
    shown = page(tagged, "tag=prod")
    assert "<option>office</option>" in shown
    assert "<option selected>prod</option>" in shown


def test_without_tags_there_is_no_field_for_them(daemon: Daemon) -> None:
    daemon.upload(duplicati_report(began=NOW, backup="Photos"))
    assert 'name="tag"' not in page(daemon)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("tag=prod", ["Photos"]),
        ("tag=office", ["Photos", "Mail"]),
        ("tag=prod&tag=office", ["Photos"]),
        ("tag=office&q=mai", ["Mail"]),
    ],
)
def test_only_backups_with_the_tags_are_shown(tagged: Daemon, query: str, names: list[str]) -> None:
    shown = page(tagged, query)
    assert [name for name in ("Photos", "Mail") if f"<bdi>{name}</bdi></a>" in shown] == names
    assert "Show all" in shown


def test_a_tag_that_nothing_has_is_said_and_nothing_shown(tagged: Daemon) -> None:
    shown = page(tagged, "tag=prd")
    assert "No server and no job has the tag prd." in shown
    assert "<bdi>Photos</bdi></a>" not in shown


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/badge.svg?tag=prod", "prod: "),
        ("/api/badge.svg?tag=prod&tag=office", "prod, office: "),
        ("/api/badge/nas.svg?tag=prod", "nas, prod: "),
        ("/api/badge.svg?tag=prd", "No server and no job has the tag prd"),
        ("/api/badge/nas.svg?tag=prod,prd", "No server and no job has the tag prd"),
    ],
)
def test_a_badge_is_of_the_backups_with_the_tags(tagged: Daemon, path: str, said: str) -> None:
    path, _, query = path.partition("?")
    answer = tagged.client.simulate_get(path, query_string=query)
    assert answer.status_code == 200
    assert f"<title>{said}" in answer.text


def test_a_badge_of_a_tag_is_not_in_trouble_for_other_backups(tagged: Daemon) -> None:
    tagged.clock.now += HOUR
    tagged.upload(duplicati_report(began=tagged.clock.now, backup="Mail", status="Error"))
    assert "failing" in tagged.client.simulate_get("/api/badge.svg").text
    shown = tagged.client.simulate_get("/api/badge.svg", params={"tag": "prod"}).text
    assert "all fine" in shown
