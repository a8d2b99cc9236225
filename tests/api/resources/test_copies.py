"""What a person clears or gives up: reports without a name, second copies."""

from typing import Any

import pytest
from falcon import testing

from exporter.model import UNNAMED, Copying, CopyOutcome, SecondCopy, Status
from exporter.times import DAY, HOUR, MINUTE, format_timestamp
from tests.support.daemon import ADMIN_TOKEN, NOW, Daemon
from tests.support.recording import record

BEGAN = NOW - 2 * DAY
FIRST, SECOND = "file:///mnt/copy", "s3://bucket/a folder?b"
COPIES = "/api/jobs/1/copies"


def ask(
    daemon: Daemon,
    method: str,
    path: str,
    **told: Any,  # noqa: ANN401 - a query or a body
) -> testing.Result:
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    return daemon.client.simulate_request(method, path, headers=headers, **told)


def job(daemon: Daemon) -> dict[str, Any]:
    told: dict[str, Any] = daemon.get("/api/jobs/1")["job"]
    return told


@pytest.fixture
def copied(daemon: Daemon) -> Daemon:
    """Job 1, which has two second copies; the last two runs missed one."""
    copies = tuple(SecondCopy(each, BEGAN + MINUTE, Status.SUCCESS) for each in (FIRST, SECOND))
    record(daemon, "Photos", BEGAN, copying=Copying(CopyOutcome.COPIED, copies))
    for day in (1, 2):
        copies = (SecondCopy(FIRST, BEGAN + day * DAY - HOUR, Status.SUCCESS),)
        missed = Copying(CopyOutcome.MISSED, copies)
        record(daemon, "Photos", BEGAN + day * DAY - HOUR, copying=missed)
    return daemon


def test_a_job_tells_its_second_copies_and_how_often_one_was_missed(copied: Daemon) -> None:
    told = job(copied)
    assert [(each["destination"], each["time"]) for each in told["secondCopies"]] == [
        (FIRST, format_timestamp(NOW - HOUR)),
        (SECOND, format_timestamp(BEGAN + MINUTE)),
    ]
    assert (told["secondCopiesMissed"], told["condition"]) == (2, "second_copy")


def test_a_destination_that_was_given_up_is_forgotten_for_good(copied: Daemon) -> None:
    for destination in (SECOND, FIRST):
        answer = ask(copied, "DELETE", COPIES, params={"destination": destination})
        assert answer.status_code == 200, answer.text
        assert answer.json["data"]["job"] == job(copied)
        destinations = [each["destination"] for each in job(copied)["secondCopies"]]
        assert destination not in destinations
    copied.restart()
    told = job(copied)
    assert (told["secondCopies"], told["condition"]) == ([], "fine")


@pytest.mark.parametrize(
    ("path", "told", "status"),
    [
        (COPIES, {"params": {"destination": "file:///nowhere"}}, 404),
        (COPIES, {"params": {"destination": ""}}, 400),
        (COPIES, {}, 400),
        ("/api/jobs/99/copies", {"params": {"destination": FIRST}}, 404),
        ("/api/jobs/x/copies", {"params": {"destination": FIRST}}, 400),
    ],
)
def test_what_is_no_destination_of_the_job_changes_nothing(
    copied: Daemon, path: str, told: dict[str, Any], status: int
) -> None:
    before = job(copied)
    assert ask(copied, "DELETE", path, **told).status_code == status
    assert job(copied) == before


@pytest.mark.parametrize(("method", "path"), [("DELETE", COPIES), ("POST", "/api/jobs/1/separate")])
def test_only_who_may_manage_gives_up_or_parts(copied: Daemon, method: str, path: str) -> None:
    before = job(copied)
    params = {"destination": FIRST}
    assert copied.client.simulate_request(method, path, params=params).status_code == 401
    assert job(copied) == before


def test_a_person_clears_what_came_without_a_name(daemon: Daemon) -> None:
    record(daemon, UNNAMED, BEGAN, Status.ERROR)
    record(daemon, UNNAMED, NOW - HOUR)
    assert job(daemon)["conditions"] == ["failing", "unnamed"]
    cleared = ask(daemon, "PATCH", "/api/jobs/1", json={"cleared": True}).json["data"]["job"]
    assert cleared["conditions"] == ["fine"]
    assert cleared["settings"]["cleared"] == format_timestamp(NOW)
    for nothing in (None, False):
        told = ask(daemon, "PATCH", "/api/jobs/1", json={"cleared": nothing}).json["data"]["job"]
        assert (told["conditions"], told["settings"]["cleared"]) == (["failing", "unnamed"], None)


def test_what_comes_after_it_was_cleared_is_to_be_looked_at(daemon: Daemon) -> None:
    record(daemon, UNNAMED, BEGAN, Status.ERROR)
    ask(daemon, "PATCH", "/api/jobs/1", json={"cleared": True})
    daemon.clock.now += MINUTE
    record(daemon, UNNAMED, NOW)
    assert job(daemon)["conditions"] == ["unnamed"]


def test_a_job_tells_its_newest_version_and_when_it_was_last_restored(daemon: Daemon) -> None:
    record(daemon, "Photos", BEGAN, newest_version=BEGAN - HOUR, compacted=BEGAN + MINUTE)
    record(daemon, "Photos", BEGAN + HOUR, operation="Restore")
    told = job(daemon)
    assert told["newestVersion"] == format_timestamp(BEGAN - HOUR)
    assert told["lastSuccess"] == format_timestamp(BEGAN + MINUTE)
    assert told["lastRestore"] == format_timestamp(BEGAN + HOUR + MINUTE)
    assert told["lastCompact"] == format_timestamp(BEGAN + MINUTE)
