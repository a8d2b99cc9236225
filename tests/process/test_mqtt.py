"""The real daemon and a real broker: what is left of one that was killed, and of one that stops."""

import json
import signal
from pathlib import Path

import pytest

from exporter.times import MINUTE, now
from tests.process.conftest import Start
from tests.support.mosquitto import Listener, Mosquitto, mosquitto
from tests.support.process import commands
from tests.support.process.waiting import eventually
from tests.support.reports_builder import duplicati_report

__all__ = ["mosquitto"]

pytestmark = pytest.mark.not_quick
STATUS = "duplistatus/status"
STATE = "duplistatus/job_1"
CONFIG = "homeassistant/device/duplistatus/job_1/config"


def configured(folder: Path, broker: Mosquitto) -> tuple[str, str]:
    """Return the flags of a daemon that publishes."""
    path = folder / "mqtt.toml"
    path.write_text(f'public_url = "https://backups.example"\n[mqtt]\nurl = "{broker.url}"\n')
    return "--config", str(path)


def test_a_daemon_that_is_killed_is_offline_and_what_it_said_stays(
    start: Start, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with Listener(mosquitto) as listener:
        daemon = start(*configured(tmp_path, mosquitto))
        daemon.upload(duplicati_report(began=now() - 10 * MINUTE, status="Error"))
        listener.waits_for(STATUS, b"online")
        daemon.kill()
        listener.waits_for(STATUS, b"offline")
        assert json.loads(listener.kept[STATE])["problem"] == "ON"
        device = json.loads(listener.kept[CONFIG])["device"]
        assert device["configuration_url"] == "https://backups.example/servers/1"


def test_a_daemon_that_stops_says_so(start: Start, mosquitto: Mosquitto, tmp_path: Path) -> None:
    with Listener(mosquitto) as listener:
        daemon = start(*configured(tmp_path, mosquitto))
        listener.waits_for(STATUS, b"online")
        assert "duplistatus_mqtt_connected 1.0" in daemon.get("/metrics").text
        assert daemon.stop() == 0
        listener.waits_for(STATUS, b"offline")


def test_a_broker_that_is_away_delays_neither_start_nor_upload_nor_end(
    start: Start, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    flags = configured(tmp_path, mosquitto)
    mosquitto.stop()
    daemon = start(*flags)
    daemon.upload(duplicati_report(began=now() - 10 * MINUTE))
    assert daemon.wait_for_event("MQTT broker unreachable")["reason"].endswith("Connection refused")
    assert "duplistatus_mqtt_connected 0.0" in daemon.get("/metrics").text
    assert daemon.stop() == 0


def test_a_reload_publishes_to_another_broker_or_below_another_prefix(
    start: Start, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with Listener(mosquitto) as listener:
        flags = configured(tmp_path, mosquitto)
        daemon = start(*flags)
        listener.waits_for(STATUS, b"online")
        with Path(flags[1]).open("a", encoding="utf-8") as file:
            file.write('prefix = "home/backups"\n')
        daemon.signal(signal.SIGHUP)
        listener.waits_for("home/backups/status", b"online")
        assert listener.kept[STATUS] == b"offline"
        assert "duplistatus_mqtt_connected 1.0" in daemon.get("/metrics").text
        Path(flags[1]).write_text("")
        daemon.signal(signal.SIGHUP)
        listener.waits_for("home/backups/status", b"offline")
        daemon.wait_for_event("configuration reloaded")
        eventually(lambda: "duplistatus_mqtt" not in daemon.get("/metrics").text, "no metric")


def test_check_config_names_the_broker_without_its_password(tmp_path: Path) -> None:
    path = tmp_path / "mqtt.toml"
    path.write_text('[mqtt]\nurl = "mqtts://me:s3cret@broker.example"\n')
    finished = commands.run("check-config", "--config", str(path), folder=tmp_path)
    line = (
        "mqtt: mqtts://broker.example:8883; topics below duplistatus, devices below homeassistant"
    )
    assert line in finished.stdout.splitlines()
    assert "s3cret" not in finished.stdout + finished.stderr
