"""Daemons that share a database: the one that leads publishes, and another one goes on."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.process.test_notifying_replicas import HASTY
from tests.support.mosquitto import Listener, Mosquitto, mosquitto
from tests.support.postgres_fixtures import postgres_server, postgres_url
from tests.support.process.notified import Notifying
from tests.support.process.waiting import eventually

__all__ = ["mosquitto", "postgres_server", "postgres_url"]

pytestmark = pytest.mark.not_quick
METRIC = "duplistatus_mqtt_connected"
STATUS = "duplistatus/status"


def test_another_daemon_publishes_where_the_first_was_killed(
    tmp_path: Path, postgres_url: str, mosquitto: Mosquitto
) -> None:
    config = f'[mqtt]\nurl = "{mosquitto.url}"\n'
    with Listener(mosquitto) as listener, ExitStack() as stack:
        made = []
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
            flags = ("--database", postgres_url)
            made.append(Notifying(tmp_path / name, config, *flags, launcher=HASTY))
        first, second = (stack.enter_context(each.start()) for each in made)
        listener.waits_for(STATUS, b"online")
        assert METRIC in first.get("/metrics").text
        assert METRIC not in second.get("/metrics").text
        made[1].report(second, "Error")
        eventually(lambda: "duplistatus/job_1" in listener.kept, "a report to the other one", 20)
        first.kill()
        listener.waits_for(STATUS, b"offline")
        listener.waits_for(STATUS, b"online")
        assert METRIC in second.get("/metrics").text
