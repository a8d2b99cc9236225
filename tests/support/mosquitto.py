"""A real broker: Mosquitto, which Debian has, on a port of its own; and somebody who listens."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.duplicati.certificate import Certificate
from tests.support.process.commands import needed
from tests.support.process.ports import free_port
from tests.support.process.waiting import eventually

_HOST = "127.0.0.1"
_SECONDS = 20.0


class Mosquitto:
    """A broker that keeps its messages in memory: one that is started again has lost them."""

    def __init__(self, folder: Path, *lines: str) -> None:
        """Prepare it; `lines` are of its configuration, by default everybody may connect."""
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        allowed = lines or ("allow_anonymous true",)
        # Started by root it would be another user, who may not read the files of tests.
        first = ("user root", f"listener {self.port} {_HOST}", "persistence false")
        self._config.write_text("\n".join([*first, *allowed, ""]))
        self._log = folder / "mosquitto.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, without a user."""
        return f"mqtt://{_HOST}:{self.port}"

    def start(self) -> None:
        """Start it and wait until it listens."""
        with self._log.open("wb") as log:
            command = [needed("mosquitto"), "-c", str(self._config), "-v"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        eventually(lambda: " running" in self.log, "a broker that runs", _SECONDS)

    @property
    def log(self) -> str:
        """What it has logged since its start."""
        return self._log.read_text(errors="replace")

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_SECONDS)
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Listener:
    """Hears everything that is published; `kept` is what the broker keeps now, as far as known."""

    def __init__(self, broker: Mosquitto) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.kept: dict[str, bytes] = {}
        self._listens = False
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._take
        self._client.on_subscribe = self._subscribed
        self._client.connect(_HOST, broker.port)
        self._client.loop_start()
        self._client.subscribe("#")
        eventually(lambda: self._listens, "somebody who listens", _SECONDS)

    def _subscribed(self, *_more: object) -> None:
        self._listens = True

    def _take(self, _client: object, _data: object, message: MQTTMessage) -> None:
        payload = bytes(message.payload)
        if not message.retain:
            self.heard.append((message.topic, payload))
        if payload:
            self.kept[message.topic] = payload
        else:
            self.kept.pop(message.topic, None)

    def say(self, topic: str, payload: bytes | str, *, retain: bool = False) -> None:
        """Publish something."""
        self._client.publish(topic, payload, retain=retain).wait_for_publish(_SECONDS)

    def waits_for(self, topic: str, payload: bytes) -> None:
        """Wait until the broker keeps a message."""
        what = f"{payload!r} in {topic}"
        eventually(lambda: self.kept.get(topic) == payload, what, _SECONDS)

    def close(self) -> None:
        """Hear nothing any more."""
        self._client.disconnect()
        self._client.loop_stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path) as broker:
        yield broker


def secured(folder: Path, certificate: Certificate) -> Mosquitto:
    """Return a broker that speaks only TLS, and takes only the user `me` with the password `pw`."""
    passwords = folder / "passwords"
    passwords.write_text("")
    command = [needed("mosquitto_passwd"), "-b", str(passwords), "me", "pw"]
    subprocess.run(command, check=True, capture_output=True)
    return Mosquitto(
        folder,
        "allow_anonymous false",
        f"password_file {passwords}",
        f"certfile {certificate.path}",
        f"keyfile {certificate.key}",
    )
