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
