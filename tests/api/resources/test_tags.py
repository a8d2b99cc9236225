"""Tags of servers and jobs, and the address of a server's Duplicati."""

import pytest

from tests.api.resources.changing import Json, listed, set_job
from tests.support.changes import changed
from tests.support.daemon import Daemon


def set_server(daemon: Daemon, body: Json) -> Json:
    server: Json = changed(daemon, "PATCH", "/api/servers/1", body)["server"]
    return server


def test_a_job_has_its_own_tags_and_those_of_its_server(two: Daemon) -> None:
    assert set_server(two, {"tags": ["office", "nas"]})["tags"] == ["nas", "office"]
    job = set_job(two.client, {"tags": ["prod", "nas"]})
    assert (job["settings"]["tags"], job["tags"]) == (["nas", "prod"], ["nas", "office", "prod"])
    other = two.get("/api/jobs/2")["job"]
    assert (other["settings"]["tags"], other["tags"]) == ([], ["nas", "office"])


def test_tags_are_the_same_in_upper_and_lower_case(two: Daemon) -> None:
    job = set_job(two.client, {"tags": ["Prod", "prod", " PROD ", "Büro", "team:a/b@c+1-x.y_z"]})
    assert job["tags"] == ["büro", "prod", "team:a/b@c+1-x.y_z"]


def test_tags_are_removed_by_none(two: Daemon) -> None:
    set_job(two.client, {"tags": ["prod"]})
    assert set_job(two.client, {"tags": []})["tags"] == []


@pytest.mark.parametrize(
    "address",
    ["https://nas.example:8200", "http://192.0.2.7/ngax/index.html", "https://[::1]:8200"],
)
def test_the_address_of_duplicati_is_set_and_cleared(two: Daemon, address: str) -> None:
    assert set_server(two, {"url": f" {address}\n"})["url"] == address
    assert listed(two)[1]["url"] == address
    assert set_server(two, {"url": None})["url"] is None


@pytest.fixture
def tagged(two: Daemon) -> Daemon:
    """The server has the tag office, its job 1 prod, its job 2 test."""
    set_server(two, {"tags": ["office"]})
    set_job(two.client, {"tags": ["prod"]})
    changed(two, "PATCH", "/api/jobs/2", {"tags": ["test"]})
    return two


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("tag=office", [1, 2]),
        ("tag=prod", [1]),
        ("tag=PROD", [1]),
        ("tag=prod&tag=office", [1]),
        ("tag=office,%20test", [2]),
        ("tag=prod&tag=test", []),
        ("tag=", [1, 2]),
        ("tag=office&overdue=true", []),
    ],
)
def test_jobs_are_listed_that_have_all_tags(tagged: Daemon, asked: str, ids: list[int]) -> None:
    answer = tagged.client.simulate_get("/api/jobs", query_string=asked)
    assert [job["id"] for job in answer.json["data"]["jobs"]] == ids


@pytest.mark.parametrize("path", ["/api/jobs", "/api/digest", "/digest"])
@pytest.mark.parametrize("tag", ["prd", "prod,prd", "a b", "<b>", "x" * 5000, "\0"])
def test_a_tag_that_nothing_has_is_not_found(tagged: Daemon, path: str, tag: str) -> None:
    answer = tagged.client.simulate_get(path, params={"tag": tag}, params_csv=False)
    assert answer.status_code == 404
    assert answer.json["message"].startswith("No server and no job has the tag ")


def test_a_digest_has_the_backups_with_a_tag(tagged: Daemon) -> None:
    assert "Mail" in tagged.get("/api/digest", tag="office")["text"]
    text = tagged.get("/api/digest", tag="prod")["text"]
    assert "Documents" in text
    assert "Mail" not in text


def test_the_page_of_a_digest_says_which_tag_it_is_of(tagged: Daemon) -> None:
    page = tagged.client.simulate_get("/digest", params={"tag": "prod", "since": "7d"}).text
    assert "Only backups with the tag prod." in page
    assert "Mail" not in page
    assert '/digest?since=31d&amp;tag=prod"' in page
    assert "Only backups" not in tagged.client.simulate_get("/digest").text
