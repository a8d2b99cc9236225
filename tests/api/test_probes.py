from tests.conftest import Daemon


def test_a_daemon_that_lives_says_so(daemon: Daemon) -> None:
    result = daemon.client.simulate_get("/-/healthy")
    assert result.status_code == 200
    assert result.json == {"status": "success", "data": {}}


def test_a_daemon_that_can_store_is_ready(daemon: Daemon) -> None:
    result = daemon.client.simulate_get("/-/ready")
    assert result.status_code == 200
    assert result.json == {"status": "success", "data": {}}


def test_the_answer_of_a_probe_is_never_kept_by_a_cache(daemon: Daemon) -> None:
    for path in ("/-/healthy", "/-/ready"):
        assert daemon.client.simulate_get(path).headers["cache-control"] == "no-cache"
