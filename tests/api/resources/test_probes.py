import pytest

from tests.support.daemon import Daemon


def test_a_daemon_that_lives_says_so(daemon: Daemon) -> None:
    result = daemon.client.simulate_get("/-/healthy")
    assert result.status_code == 200
    assert result.json == {"status": "success", "data": {}}


def test_a_daemon_that_can_store_is_ready(daemon: Daemon) -> None:
    result = daemon.client.simulate_get("/-/ready")
    assert result.status_code == 200
    assert result.json == {"status": "success", "data": {}}


def test_a_daemon_whose_disk_has_no_room_for_a_report_is_not_ready_and_says_why(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.store.sqlite.connection.MIN_FREE_BYTES", 2**62)
    result = daemon.client.simulate_get("/-/ready")
    assert result.status_code == 503
    assert "the disk is full" in result.json["message"]


def test_the_answer_of_a_probe_is_never_kept_by_a_cache(daemon: Daemon) -> None:
    for path in ("/-/healthy", "/-/ready"):
        assert daemon.client.simulate_get(path).headers["cache-control"] == "no-cache"
