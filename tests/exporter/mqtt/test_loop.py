"""A daemon that publishes to a real broker, through all that can happen to the connection."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from exporter.cli.working import working
from exporter.config.mqtt_table import Broker
from exporter.exposition.self_metrics import SelfMetrics
from exporter.mqtt import loop as mqtt_loop
from exporter.mqtt.discovery import Describing
from exporter.mqtt.loop import MqttLoop
from exporter.mqtt.publisher import Sources
from exporter.mqtt.topics import FLEET, Topics
from exporter.store import StoreUnavailableError
from exporter.times import DAY, MINUTE, Millis
from tests.support.authors import BY
from tests.support.daemon import NOW, Daemon
from tests.support.duplicati.certificate import Certificate
from tests.support.mosquitto import Listener, Mosquitto, secured
from tests.support.process.waiting import eventually
from tests.support.reports_builder import duplicati_report

pytestmark = pytest.mark.not_quick
TOPICS = Topics("duplistatus", "homeassistant")
CONNECTED = "duplistatus_mqtt_connected"
_SECONDS = 30.0


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt_loop, "_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(mqtt_loop, "_LOOK_SECONDS", 0.2)
    monkeypatch.setattr(mqtt_loop, "_BETWEEN_BIRTHS_SECONDS", 0.0)
    monkeypatch.setattr(mqtt_loop, "_AFTER_ERROR_SECONDS", 0.2)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with Daemon(tmp_path) as daemon:
        yield daemon


class Publishing:
    """What a test may change of a daemon that publishes."""

    def __init__(self, daemon: Daemon, broker: Broker) -> None:
        self.leads = True
        self.fault: Exception | None = None
        services = daemon.services
        common = Describing(TOPICS, services.version)
        sources = Sources(daemon.fleet, services.standing, self._faults)
        self.loop = MqttLoop(broker, common, sources, daemon.clock, lambda: self.leads)

    def _faults(self, _now: Millis) -> tuple[()]:
        if self.fault is not None:
            raise self.fault
        return ()


def broker_of(mosquitto: Mosquitto) -> Broker:
    return Broker("127.0.0.1", mosquitto.port)


@contextmanager
def published(daemon: Daemon, broker: Broker) -> Iterator[Publishing]:
    """Publish meanwhile."""
    made = Publishing(daemon, broker)
    with working(made.loop):
        yield made


def report(daemon: Daemon, backup: str = "Documents", status: str = "Success") -> None:
    daemon.upload(
        duplicati_report(began=daemon.clock() - 10 * MINUTE, backup=backup, status=status)
    )


def logged(caplog: pytest.LogCaptureFixture, event: str) -> list[str]:
    """Return the reasons of an event in the log."""
    return [
        str(getattr(record, "fields", {}).get("reason"))
        for record in caplog.records
        if record.getMessage() == event
    ]


def wait(look: Callable[[], object], what: str) -> None:
    eventually(lambda: look() or None, what, _SECONDS)


def test_what_is_published_is_kept_and_goes_offline_at_the_end(
    daemon: Daemon, mosquitto: Mosquitto
) -> None:
    report(daemon)
    with Listener(mosquitto) as listener:
        with published(daemon, broker_of(mosquitto)):
            listener.waits_for(TOPICS.availability, b"online")
        listener.waits_for(TOPICS.availability, b"offline")
    with Listener(mosquitto) as later:
        wait(lambda: len(later.kept) == 6, "what the broker has kept")
        assert json.loads(later.kept[TOPICS.state("job_1")])["status"] == "success"
        assert json.loads(later.kept[TOPICS.state(FLEET)])["jobs"] == 1


def test_nothing_is_repeated_while_nothing_changes(daemon: Daemon, mosquitto: Mosquitto) -> None:
    report(daemon)
    with Listener(mosquitto) as listener, published(daemon, broker_of(mosquitto)):
        listener.waits_for(TOPICS.availability, b"online")
        report(daemon, "Photos")
        wait(lambda: TOPICS.config("job_2") in listener.kept, "the new job")
        daemon.clock.now += MINUTE
        report(daemon, "Photos", "Error")
        wait(lambda: b"error" in listener.kept[TOPICS.state("job_2")], "the failure")
        topics = [topic for topic, _ in listener.heard]
        assert topics.count(TOPICS.config("job_1")) == topics.count(TOPICS.state("job_1")) == 1
        assert topics.count(TOPICS.config("job_2")) == 1
        assert topics.count(TOPICS.availability) == 1


def test_a_job_that_was_deleted_while_nobody_published_is_removed(
    daemon: Daemon, mosquitto: Mosquitto
) -> None:
    report(daemon)
    report(daemon, "Photos")
    with Listener(mosquitto) as listener:
        others = "homeassistant/device/other/job_2/config"
        listener.say(others, "{}", retain=True)
        with published(daemon, broker_of(mosquitto)):
            listener.waits_for(TOPICS.availability, b"online")
        daemon.store.delete_job(2, BY)
        with published(daemon, broker_of(mosquitto)):
            listener.waits_for(TOPICS.index, b'{"1":1}')
            listener.waits_for(TOPICS.availability, b"online")
        assert [topic for topic in listener.kept if "job_2" in topic] == [others]


def test_everything_is_published_again_to_a_broker_that_was_restarted(
    daemon: Daemon, mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    report(daemon)
    with published(daemon, broker_of(mosquitto)) as made:
        wait(made.loop.connected, "a connection")
        mosquitto.stop()
        wait(lambda: not made.loop.connected(), "the loss of the connection")
        report(daemon, "Photos")
        mosquitto.start()
        with Listener(mosquitto) as listener:
            listener.waits_for(TOPICS.availability, b"online")
            assert {TOPICS.config("job_1"), TOPICS.state("job_2")} <= listener.kept.keys()
    assert len(logged(caplog, "MQTT broker unreachable")) == 1
    assert len(logged(caplog, "MQTT broker reached again")) == 1


def test_everything_is_published_again_when_home_assistant_starts(
    daemon: Daemon, mosquitto: Mosquitto
) -> None:
    report(daemon)
    with Listener(mosquitto) as listener, published(daemon, broker_of(mosquitto)):
        listener.waits_for(TOPICS.availability, b"online")
        listener.heard.clear()
        listener.say(TOPICS.birth, "online")
        again = {TOPICS.config("job_1"), TOPICS.config(FLEET), TOPICS.state("job_1")}
        wait(lambda: again <= {topic for topic, _ in listener.heard}, "everything again")
        wait(lambda: (TOPICS.availability, b"online") in listener.heard, "that we are online")


def test_a_last_will_that_comes_late_is_denied(daemon: Daemon, mosquitto: Mosquitto) -> None:
    with Listener(mosquitto) as listener, published(daemon, broker_of(mosquitto)):
        listener.waits_for(TOPICS.availability, b"online")
        listener.say(TOPICS.availability, b"offline", retain=True)
        wait(lambda: listener.heard.count((TOPICS.availability, b"online")) == 2, "the denial")


def test_only_the_daemon_that_leads_is_connected(daemon: Daemon, mosquitto: Mosquitto) -> None:
    made = Publishing(daemon, broker_of(mosquitto))
    made.leads = False
    with Listener(mosquitto) as listener, working(made.loop):
        made.leads = True
        listener.waits_for(TOPICS.availability, b"online")
        made.leads = False
        wait(lambda: made.loop.connected() is None, "the end of the connection")
        assert listener.kept[TOPICS.availability] == b"online"  # the one that leads says so


def test_a_broker_that_is_away_holds_up_nothing(
    daemon: Daemon, mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    mosquitto.stop()
    with published(daemon, broker_of(mosquitto)) as made:
        report(daemon)
        wait(lambda: logged(caplog, "MQTT broker unreachable"), "the warning")
        assert made.loop.connected() is False
    expected = f"mqtt://127.0.0.1:{mosquitto.port} cannot be reached: Connection refused"
    assert logged(caplog, "MQTT broker unreachable") == [expected]


# The library leaves the socket of a handshake that failed to the garbage collector.
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
def test_a_broker_with_tls_and_a_password(
    daemon: Daemon, tmp_path: Path, certificate: Certificate, caplog: pytest.LogCaptureFixture
) -> None:
    with secured(tmp_path, certificate) as broker:
        right = Broker(
            "localhost",
            broker.port,
            tls=True,
            user="me",
            password="pw",
            ca_file=certificate.path,
        )
        with published(daemon, replace(right, host="127.0.0.1")) as made:
            wait(made.loop.connected, "a connection")
        for wrong, words in (
            (replace(right, host="127.0.0.1", password="other"), "refuses: not authorized"),
            (replace(right, host="127.0.0.1", ca_file=None), "certificate that is not trusted"),
        ):
            caplog.clear()
            with published(daemon, wrong):
                wait(lambda: logged(caplog, "MQTT broker unreachable"), "the warning")
            assert words in logged(caplog, "MQTT broker unreachable")[0]


def test_a_database_that_does_not_answer_ends_no_connection(
    daemon: Daemon, mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    with published(daemon, broker_of(mosquitto)) as made:
        wait(made.loop.connected, "a connection")
        made.fault = StoreUnavailableError("the disk is full")
        event = "publishing by MQTT failed"
        wait(lambda: logged(caplog, event), "the warning")
        assert logged(caplog, event) == ["the database does not answer: the disk is full"]
        assert made.loop.connected()


def test_an_internal_error_is_logged_and_survived(
    daemon: Daemon, mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    report(daemon)
    with Listener(mosquitto) as listener, published(daemon, broker_of(mosquitto)) as made:
        listener.waits_for(TOPICS.availability, b"online")
        made.fault = RuntimeError("a bug")
        wait(lambda: logged(caplog, "publishing by MQTT failed"), "the warning")
        made.fault = None
        listener.heard.clear()
        wait(lambda: (TOPICS.availability, b"online") in listener.heard, "a new beginning")


def test_a_clock_that_was_set_back_begins_again(daemon: Daemon, mosquitto: Mosquitto) -> None:
    report(daemon)
    with Listener(mosquitto) as listener, published(daemon, broker_of(mosquitto)):
        listener.waits_for(TOPICS.availability, b"online")
        daemon.clock.now = NOW + 3 * DAY
        wait(lambda: b"overdue" in listener.kept[TOPICS.state("job_1")], "a wrong clock")
        daemon.clock.now = NOW
        wait(lambda: b"overdue" not in listener.kept[TOPICS.state("job_1")], "the right one")


def test_the_metric_says_whether_the_broker_takes_what_is_published() -> None:
    answers = [True, False, None]
    metrics = SelfMetrics("1.2.3", lambda: 0)
    metrics.watch_mqtt(lambda: answers[0])
    texts = []
    while answers:
        texts.append(metrics.text([CONNECTED]).decode())
        answers.pop(0)
    assert [
        f"{CONNECTED} {value}" in text for value, text in zip(("1.0", "0.0"), texts, strict=False)
    ]
    assert texts[2] == ""
