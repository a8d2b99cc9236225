"""Mutes of jobs and servers: set for a time, shown until they end, and over by themselves."""

import logging

import pytest

from exporter.times import DAY, HOUR, format_timestamp
from tests.api.resources.changing import Json, listed, set_job
from tests.support.changes import changed
from tests.support.daemon import NOW, Daemon


def job(daemon: Daemon, job_id: int = 1) -> Json:
    found: Json = daemon.get(f"/api/jobs/{job_id}")["job"]
    return found


def mute_server(daemon: Daemon, span: str | None) -> Json:
    server: Json = changed(daemon, "PATCH", "/api/servers/1", {"muteFor": span})["server"]
    return server


def test_a_job_is_muted_from_now_for_a_time(two: Daemon) -> None:
    muted = set_job(two.client, {"muteFor": "3d"})
    assert muted == job(two)
    assert muted["mutedUntil"] == format_timestamp(NOW + 3 * DAY)
    assert muted["settings"]["mutedUntil"] == muted["mutedUntil"]
    assert muted["conditions"] == ["muted"]
    assert (job(two, 2)["mutedUntil"], job(two, 2)["conditions"]) == (None, ["fine"])


def test_a_mute_ends_by_itself(two: Daemon) -> None:
    set_job(two.client, {"muteFor": "2h", "schedule": "off"})
    mute_server(two, "1h")
    stored = two.store.snapshot()
    two.clock.now += HOUR - 1
    assert listed(two)[1]["mutedUntil"] == format_timestamp(NOW + HOUR)
    assert job(two, 2)["conditions"] == ["muted"]
    two.clock.now += 1
    assert listed(two)[1]["mutedUntil"] is None
    assert job(two, 2)["conditions"] == ["fine"]
    two.clock.now += HOUR
    assert job(two)["conditions"] == ["off"]
    assert (job(two)["mutedUntil"], job(two)["settings"]["mutedUntil"]) == (None, None)
    assert two.store.snapshot() == stored


def test_a_mute_is_ended_by_null(two: Daemon) -> None:
    set_job(two.client, {"muteFor": "3d"})
    assert set_job(two.client, {"muteFor": None})["conditions"] == ["fine"]
    mute_server(two, "3d")
    assert mute_server(two, None)["mutedUntil"] is None
    assert job(two)["conditions"] == ["fine"]


def test_another_change_leaves_a_mute(two: Daemon) -> None:
    set_job(two.client, {"muteFor": "3d"})
    assert set_job(two.client, {"tolerance": "2h"})["mutedUntil"] is not None
    mute_server(two, "3d")
    changed(two, "PATCH", "/api/servers/1", {"alias": "Cellar"})
    assert listed(two)[1]["mutedUntil"] is not None


@pytest.mark.parametrize(
    ("own", "servers", "until"), [("1d", "2d", 2), ("2d", "1d", 2), (None, "1d", 1)]
)
def test_the_later_of_the_jobs_and_its_servers_mute_holds(
    two: Daemon, own: str | None, servers: str, until: int
) -> None:
    set_job(two.client, {"muteFor": own})
    muted = mute_server(two, servers)
    assert muted["mutedUntil"] == listed(two)[1]["mutedUntil"]
    assert job(two)["mutedUntil"] == format_timestamp(NOW + until * DAY)
    told = job(two)["settings"]["mutedUntil"]
    assert told == (own and format_timestamp(NOW + int(own[0]) * DAY))


def test_muted_jobs_are_listed_and_counted_as_what_they_are(two: Daemon) -> None:
    set_job(two.client, {"muteFor": "30d", "schedule": "every 1h"})
    two.clock.now += 2 * DAY
    muted = two.get("/api/jobs?condition=muted")["jobs"]
    assert [each["id"] for each in muted] == [1]
    assert muted[0]["conditions"] == ["overdue", "stale", "muted"]
    assert [each["id"] for each in two.get("/api/jobs?overdue=true")["jobs"]] == [1]
    assert two.get("/api/summary")["overdueBackups"] == 1


def test_badges_do_not_tell_the_trouble_of_a_muted_job_nor_that_all_are_fine(two: Daemon) -> None:
    set_job(two.client, {"muteFor": "30d", "schedule": "every 1h"})
    two.clock.now += 2 * DAY
    for path in ("/api/badge.svg", "/api/badge/nas.svg"):
        badge = two.client.simulate_get(path).text
        assert "1 of 2 fine" in badge
        assert "1 of 2 backups is fine, 1 is muted" in badge
        assert "overdue" not in badge


def test_a_mute_is_logged(two: Daemon, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        set_job(two.client, {"muteFor": "3d"})
        mute_server(two, "1d")
    told = [record.fields for record in caplog.records if hasattr(record, "fields")]
    assert {"job_id": 1, "muted": NOW + 3 * DAY} in told
    assert {"server_id": 1, "muted": NOW + DAY} in told
